//! Something that happened to a repository, read from a payload in the shape of GitHub's webhooks. Starts nothing.

use crate::EngineError;
use runyard_domain::{
    pull_request::PullRequest,
    run::{Fork, HeadRepository},
};
use runyard_workflow::{
    EventName,
    dispatch::check_repository_dispatch,
    trigger::{EventFacts, EventRules, InvalidPayload, RunsAt, Subject},
};
use serde_json::{Map, Value};

/// Length of a commit id in hex.
const SHA_CHARACTERS: usize = 40;
/// What a push gives as the new commit when a ref was deleted.
pub(crate) const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Events of `on` that no source tells of, and why.
const NOT_TOLD: [(EventName, &str); 6] = [
    (
        EventName::WorkflowRun,
        "it is about runs of this server, which tells of them itself",
    ),
    (EventName::WorkflowDispatch, "a call of the API makes it"),
    (EventName::WorkflowCall, "only workflows make it"),
    (EventName::Schedule, "a clock makes it"),
    (EventName::ImageVersion, "it is not honoured yet"),
    (EventName::PullRequestComment, "it is not honoured yet"),
];

/// Something that happened to a repository, as its source tells it.
#[derive(Debug, Clone)]
pub struct Occurrence {
    pub(crate) facts: EventFacts,
    /// The events of `on` that it is.
    pub(crate) events: Vec<EventName>,
    pub(crate) payload: Value,
    pub(crate) delivery: Option<String>,
}

/// What became of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// It is open, between branches of this repository.
    Open(PullRequest),
    /// It is not, or not any more.
    Not {
        /// Its number.
        number: i64,
    },
}

impl Occurrence {
    /// Reads GitHub's payload of the webhook `event`. `delivery` names it: the same again makes no second run.
    ///
    /// # Errors
    /// [`EngineError::Payload`] and [`EngineError::Invalid`] name the field that is missing or no such thing;
    /// [`Occurrence::why_ignored`] says before whether it can be read at all.
    pub fn read(
        event: &str,
        payload: Value,
        delivery: Option<String>,
    ) -> Result<Self, EngineError> {
        let facts = EventFacts::from_payload(event, &payload)?;
        match event {
            "push" => check_after(&payload)?,
            "repository_dispatch" => check_dispatch(&facts, &payload)?,
            _ => {}
        }
        Ok(Self {
            events: events_of(event)?,
            facts,
            payload,
            delivery,
        })
    }

    /// Why a webhook starts nothing here, whatever it says; nothing for those that may.
    pub fn why_ignored(event: &str) -> Option<&'static str> {
        match event.parse::<EventName>() {
            Err(_) => Some("no workflow can name it"),
            Ok(name) => {
                let mut not_told = NOT_TOLD.iter();
                not_told
                    .find(|(ignored, _)| *ignored == name)
                    .map(|(_, why)| *why)
            }
        }
    }

    /// So many refs of its kind came in together (semantics R6.8).
    pub(crate) fn at_once(mut self, count: usize) -> Self {
        if let Subject::Ref(pushed) = &mut self.facts.subject {
            pushed.at_once = count;
        }
        self
    }

    /// Whether nothing can start, whatever the files say: a ref was deleted (semantics R6.8), or its activity is none
    /// that `types` may name.
    pub(crate) fn starts_nothing(&self) -> bool {
        let is_gone = match &self.facts.subject {
            Subject::Ref(pushed) => self.facts.event == "push" && pushed.deleted,
            Subject::PullRequest(_)
            | Subject::MergeGroup { .. }
            | Subject::Release { .. }
            | Subject::Deployment { .. }
            | Subject::WorkflowRun { .. }
            | Subject::Schedule { .. }
            | Subject::Repository => false,
        };
        is_gone || self.is_other_activity()
    }

    fn is_other_activity(&self) -> bool {
        let types = EventRules::of(&self.facts.event).map_or(&[][..], |rules| rules.types);
        let action = self.facts.action.as_deref();
        action.is_some_and(|action| !types.is_empty() && !types.contains(&action))
    }

    /// The pull request that it tells of, if it does.
    pub(crate) fn pulled(&self) -> Option<Pulled> {
        let Subject::PullRequest(pull) = &self.facts.subject else {
            return None;
        };
        let number = i64::try_from(pull.number)
            .ok()
            .filter(|number| *number > 0)?;
        let is_open = self.text("/pull_request/state") == Some("open");
        if !is_open || pull.from_fork {
            return Some(Pulled::Not { number });
        }
        let id = self.number("/pull_request/id").unwrap_or(number);
        Some(Pulled::Open(PullRequest {
            id,
            number,
            head_branch: pull.head_branch.clone(),
            head_sha: pull.head_sha.clone(),
            base_branch: pull.base_branch.clone(),
            base_sha: pull.base_sha.clone(),
        }))
    }

    /// Where its head is from (semantics R6.36).
    pub(crate) fn head_repository(&self) -> HeadRepository {
        let from_fork = matches!(&self.facts.subject, Subject::PullRequest(pull) if pull.from_fork);
        match (from_fork, self.fork()) {
            (false, _) => HeadRepository::Own,
            (true, Some(fork)) => HeadRepository::Fork(fork),
            (true, None) => HeadRepository::Gone,
        }
    }

    fn fork(&self) -> Option<Fork> {
        let full_name = self.text("/pull_request/head/repo/full_name")?;
        let (owner, name) = full_name.split_once('/')?;
        Some(Fork {
            id: self
                .number("/pull_request/head/repo/id")
                .unwrap_or_default(),
            owner: owner.to_owned(),
            owner_id: self
                .number("/pull_request/head/repo/owner/id")
                .unwrap_or_default(),
            name: name.to_owned(),
            private: self.payload.pointer("/pull_request/head/repo/private")
                == Some(&Value::Bool(true)),
        })
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.payload.pointer(path)?.as_str()
    }

    fn number(&self, path: &str) -> Option<i64> {
        self.payload.pointer(path)?.as_i64()
    }
}

/// One webhook tells of both events of pull requests.
fn events_of(event: &str) -> Result<Vec<EventName>, EngineError> {
    let unknown = || InvalidPayload::UnknownEvent(event.to_owned());
    let name: EventName = event.parse().map_err(|_| unknown())?;
    let is_startable = EventRules::of(event).is_some_and(|rules| rules.runs_at != RunsAt::Nowhere);
    if !is_startable {
        return Err(unknown().into());
    }
    Ok(match name == EventName::PullRequest {
        true => vec![name, EventName::PullRequestTarget],
        false => vec![name],
    })
}

fn check_after(payload: &Value) -> Result<(), EngineError> {
    let after = payload.get("after").and_then(Value::as_str);
    let after = after.unwrap_or_default();
    if after.len() == SHA_CHARACTERS && after.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field: "after",
        value: after.to_owned(),
        problem: "is not a commit id of 40 hex digits".to_owned(),
    })
}

fn check_dispatch(facts: &EventFacts, payload: &Value) -> Result<(), EngineError> {
    let kind = facts.action.as_deref().unwrap_or_default();
    let none = Map::new();
    let given = match payload.get("client_payload") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(given)) => given,
        Some(_) => {
            return Err(InvalidPayload::Field {
                event: facts.event.clone(),
                field: "client_payload".to_owned(),
                wanted: "an object",
            }
            .into());
        }
    };
    Ok(check_repository_dispatch(kind, given)?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn pull_request(head: &str, state: &str) -> Occurrence {
        let head = match head {
            "" => Value::Null,
            name => json!({ "id": 7, "full_name": name, "owner": { "id": 8 }, "private": true }),
        };
        let payload = json!({
            "action": "opened",
            "pull_request": {
                "id": 70, "number": 7, "state": state,
                "head": { "ref": "topic", "sha": "a".repeat(40), "repo": head },
                "base": { "ref": "main", "sha": "b".repeat(40), "repo": { "full_name": "ada/engine" } },
            },
        });
        Occurrence::read("pull_request", payload, None).unwrap()
    }

    #[test]
    fn a_pull_request_is_open_closed_or_of_a_fork() {
        let own = pull_request("ada/engine", "open");
        let Some(Pulled::Open(pull)) = own.pulled() else {
            panic!("{:?}", own.pulled());
        };
        assert_eq!((pull.id, pull.number), (70, 7));
        assert_eq!((&*pull.head_branch, &*pull.base_branch), ("topic", "main"));
        assert!(own.head_repository().is_own());
        for not in [
            pull_request("ada/engine", "closed"),
            pull_request("eve/engine", "open"),
            pull_request("", "open"),
        ] {
            assert_eq!(not.pulled(), Some(Pulled::Not { number: 7 }));
        }
        let fork = pull_request("eve/engine", "open").head_repository();
        let HeadRepository::Fork(fork) = fork else {
            panic!("{fork:?}");
        };
        assert_eq!((&*fork.owner, &*fork.name, fork.id), ("eve", "engine", 7));
        assert_eq!((fork.owner_id, fork.private), (8, true));
        let gone = pull_request("", "open").head_repository();
        assert_eq!(gone, HeadRepository::Gone);
    }

    #[test]
    fn one_webhook_tells_of_both_events_of_pull_requests() {
        let events = pull_request("ada/engine", "open").events;
        let wanted = [EventName::PullRequest, EventName::PullRequestTarget];
        assert_eq!(events, wanted);
    }

    #[test]
    fn what_no_source_tells_is_ignored_and_says_why() {
        for ignored in [
            "installation",
            "workflow_job",
            "workflow_run",
            "workflow_dispatch",
            "workflow_call",
            "schedule",
            "image_version",
            "pull_request_comment",
            "PUSH",
            "",
        ] {
            assert!(Occurrence::why_ignored(ignored).is_some(), "{ignored}");
        }
        for taken in [
            "push",
            "pull_request",
            "issues",
            "release",
            "repository_dispatch",
        ] {
            assert_eq!(Occurrence::why_ignored(taken), None, "{taken}");
        }
    }

    #[test]
    fn r6_5_an_activity_that_no_file_can_name_starts_nothing() {
        let read = |event, payload| Occurrence::read(event, payload, None).unwrap();
        let suite = |action: &str| read("check_suite", json!({ "action": action }));
        assert!(suite("requested").starts_nothing());
        assert!(!suite("completed").starts_nothing());
        let dispatch = json!({ "action": "anything", "client_payload": {} });
        assert!(!read("repository_dispatch", dispatch).starts_nothing());
        let gone = json!({ "ref": "refs/heads/a", "after": NO_COMMIT });
        assert!(read("push", gone).starts_nothing());
    }

    #[test]
    fn r6_5_a_dispatch_keeps_githubs_limits() {
        let read = |payload| Occurrence::read("repository_dispatch", payload, None);
        for (payload, part) in [
            (json!({}), "event_type is empty"),
            (json!({ "action": "x".repeat(101) }), "at most 100"),
            (
                json!({ "action": "x", "client_payload": 1 }),
                "client_payload",
            ),
        ] {
            let error = read(payload).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        read(json!({ "action": "x".repeat(100), "client_payload": null })).unwrap();
    }
}

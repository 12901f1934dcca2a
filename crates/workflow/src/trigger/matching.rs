//! Matches one event with one workflow's `on` (semantics 6.1, 6.2); it must not read files.

use super::{
    ChangedPaths, Decision, EventFacts, EventRules, MAX_BRANCHES_AT_ONCE, MAX_PATH_STEPS,
    MAX_TAGS_AT_ONCE, MAX_WORKFLOW_RUN_CHAIN, Obstacle, PushedRef, RunsAt, Subject, skip_marker,
};
use crate::model::{Located, Trigger};
use crate::pattern::{IgnoreList, InvalidPattern, MatchBudget, PatternList};

type Passed = Result<(), Obstacle>;

/// Whether an event starts a workflow whose `on` names these events, and if not, why.
/// One event starts at most one run, however many entries match (semantics R6.1).
pub fn decide_all<'a>(on: impl IntoIterator<Item = &'a Trigger>, facts: &EventFacts) -> Decision {
    let mut decision = Decision::Stay(Obstacle::NotListed {
        event: facts.event.clone(),
    });
    for trigger in on
        .into_iter()
        .filter(|trigger| trigger.event.name() == facts.event)
    {
        decision = decide(trigger, facts);
        if decision.starts() {
            break;
        }
    }
    decision
}

/// Whether an event passes one entry of `on`.
pub fn decide(trigger: &Trigger, facts: &EventFacts) -> Decision {
    match all(trigger, facts) {
        Ok(()) => Decision::Start,
        Err(obstacle) => Decision::Stay(obstacle),
    }
}

fn all(trigger: &Trigger, facts: &EventFacts) -> Passed {
    let rules = EventRules::of(&facts.event).filter(|_| trigger.event.name() == facts.event);
    let rules = rules.ok_or_else(|| Obstacle::NotListed {
        event: facts.event.clone(),
    })?;
    if rules.runs_at == RunsAt::Nowhere {
        return Err(Obstacle::OnlyCalled);
    }
    built_in_token(facts)?;
    activity(rules, trigger, facts)?;
    subject(trigger, facts)?;
    message(facts)
}

/// Semantics R6.7.
fn built_in_token(facts: &EventFacts) -> Passed {
    let exempt = ["workflow_dispatch", "repository_dispatch"].contains(&facts.event.as_str());
    if facts.by_built_in_token && !exempt {
        return Err(Obstacle::BuiltInToken);
    }
    Ok(())
}

/// Semantics R6.5. An event without an activity passes.
fn activity(rules: &EventRules, trigger: &Trigger, facts: &EventFacts) -> Passed {
    let Some(action) = facts.action.as_deref() else {
        return Ok(());
    };
    let (passes, wanted) = match &trigger.types {
        Some(types) => (types.iter().any(|word| word.value == action), joined(types)),
        None => (rules.is_default_type(action), default_types(rules)),
    };
    if passes {
        return Ok(());
    }
    Err(Obstacle::Activity {
        event: facts.event.clone(),
        action: action.to_owned(),
        wanted,
    })
}

fn texts(list: &[Located<String>]) -> Vec<&str> {
    list.iter().map(|item| item.value.as_str()).collect()
}

fn joined(list: &[Located<String>]) -> String {
    texts(list).join(", ")
}

fn default_types(rules: &EventRules) -> String {
    match rules.default_types {
        super::DefaultTypes::All => rules.types.join(", "),
        super::DefaultTypes::Listed(types) => types.join(", "),
    }
}

fn subject(trigger: &Trigger, facts: &EventFacts) -> Passed {
    match &facts.subject {
        Subject::Ref(pushed) => reference(trigger, facts, pushed),
        Subject::PullRequest(pull) => {
            if pull.conflict && facts.event == "pull_request" {
                return Err(Obstacle::Conflict {
                    number: pull.number,
                });
            }
            branch(trigger, Some(&pull.base_branch))?;
            paths(trigger, &facts.changed)
        }
        Subject::MergeGroup { base_branch, .. } => branch(trigger, Some(base_branch)),
        Subject::Release { tag, draft } => release(tag, *draft, facts.action.as_deref()),
        Subject::WorkflowRun {
            workflow,
            head_branch,
            chain,
        } => {
            if *chain >= MAX_WORKFLOW_RUN_CHAIN {
                return Err(Obstacle::ChainEnds);
            }
            named(trigger, workflow)?;
            branch(trigger, head_branch.as_deref())
        }
        Subject::Schedule { cron } => scheduled(trigger, cron),
        Subject::Deployment { .. } | Subject::Repository => Ok(()),
    }
}

/// Semantics R6.8, then the filters of `push`.
fn reference(trigger: &Trigger, facts: &EventFacts, pushed: &PushedRef) -> Passed {
    let most = match pushed.tag() {
        Some(_) => MAX_TAGS_AT_ONCE,
        None => MAX_BRANCHES_AT_ONCE,
    };
    if pushed.at_once > most {
        return Err(Obstacle::TooManyRefs {
            count: pushed.at_once,
        });
    }
    if facts.event != "push" {
        return Ok(());
    }
    if pushed.deleted {
        return Err(Obstacle::Deleted {
            git_ref: pushed.git_ref.clone(),
        });
    }
    kind_of_ref(trigger, pushed)?;
    match pushed.tag() {
        // Path filters are not evaluated for tags (semantics R6.20).
        Some(tag) => tagged(trigger, tag),
        None => {
            branch(trigger, Some(pushed.short_name()))?;
            paths(trigger, &facts.changed)
        }
    }
}

/// Filters for one kind of ref keep the other out (semantics R6.20).
fn kind_of_ref(trigger: &Trigger, pushed: &PushedRef) -> Passed {
    let branches = trigger.branches.is_some() || trigger.branches_ignore.is_some();
    let tags = trigger.tags.is_some() || trigger.tags_ignore.is_some();
    let is_tag = pushed.tag().is_some();
    let wanted = match (branches, tags) {
        (true, false) if is_tag => "branches",
        (false, true) if !is_tag => "tags",
        (true | false, true | false) => return Ok(()),
    };
    Err(Obstacle::OtherKindOfRef {
        git_ref: pushed.git_ref.clone(),
        wanted,
    })
}

fn branch(trigger: &Trigger, name: Option<&str>) -> Passed {
    let lists = Lists {
        included: (&trigger.branches, "branches"),
        ignored: (&trigger.branches_ignore, "branches-ignore"),
    };
    let Some(filter) = lists.first_key() else {
        return Ok(());
    };
    let name = name.ok_or(Obstacle::NoBranch { filter })?;
    lists.pass(name)?.map_or(Ok(()), |filter| {
        Err(Obstacle::Branch {
            branch: name.to_owned(),
            filter,
        })
    })
}

fn tagged(trigger: &Trigger, tag: &str) -> Passed {
    let lists = Lists {
        included: (&trigger.tags, "tags"),
        ignored: (&trigger.tags_ignore, "tags-ignore"),
    };
    lists.pass(tag)?.map_or(Ok(()), |filter| {
        Err(Obstacle::Tag {
            tag: tag.to_owned(),
            filter,
        })
    })
}

/// The two filters for one thing, each with its key.
struct Lists<'a> {
    included: (&'a Option<Vec<Located<String>>>, &'static str),
    ignored: (&'a Option<Vec<Located<String>>>, &'static str),
}

impl Lists<'_> {
    fn first_key(&self) -> Option<&'static str> {
        let present = [self.included, self.ignored];
        present
            .into_iter()
            .find_map(|(list, key)| list.as_ref().map(|_| key))
    }

    /// The key of the filter that `name` does not pass, if any.
    fn pass(&self, name: &str) -> Result<Option<&'static str>, Obstacle> {
        if let (Some(patterns), key) = self.included
            && !compiled(PatternList::compile(&texts(patterns)), key)?.includes(name)
        {
            return Ok(Some(key));
        }
        if let (Some(patterns), key) = self.ignored
            && compiled(IgnoreList::compile(&texts(patterns)), key)?.ignores(name)
        {
            return Ok(Some(key));
        }
        Ok(None)
    }
}

fn compiled<T>(list: Result<T, InvalidPattern>, filter: &'static str) -> Result<T, Obstacle> {
    list.map_err(|error| Obstacle::InvalidFilter { filter, error })
}

/// Semantics R6.23: any file that is included, or any that is not ignored. What takes too long to
/// compare passes, as what is too much to compare does (semantics R6.24).
fn paths(trigger: &Trigger, changed: &ChangedPaths) -> Passed {
    let ChangedPaths::Known(files) = changed else {
        return Ok(());
    };
    let outside = |filter| {
        Err(Obstacle::Paths {
            count: files.len(),
            filter,
        })
    };
    let mut budget = MatchBudget::of(MAX_PATH_STEPS);
    if let Some(patterns) = &trigger.paths {
        let list = compiled(PatternList::compile(&texts(patterns)), "paths")?;
        if !any(files, |file| list.includes_within(file, &mut budget)) {
            return outside("paths");
        }
    }
    if let Some(patterns) = &trigger.paths_ignore {
        let list = compiled(IgnoreList::compile(&texts(patterns)), "paths-ignore")?;
        let kept = |file: &str| Some(!list.ignores_within(file, &mut budget)?);
        if !any(files, kept) {
            return outside("paths-ignore");
        }
    }
    Ok(())
}

/// Whether a file has the property, or it cannot be known.
fn any(files: &[String], mut has: impl FnMut(&str) -> Option<bool>) -> bool {
    files.iter().any(|file| has(file).unwrap_or(true))
}

/// Semantics R6.6.
fn release(tag: &str, draft: bool, action: Option<&str>) -> Passed {
    let silent = ["created", "edited", "deleted"];
    if draft && action.is_some_and(|action| silent.contains(&action)) {
        return Err(Obstacle::DraftRelease {
            tag: tag.to_owned(),
        });
    }
    Ok(())
}

/// Semantics R6.9; the schema requires `workflows`, so its absence lets nothing through.
fn named(trigger: &Trigger, workflow: &str) -> Passed {
    let names = trigger.workflows.as_deref().unwrap_or_default();
    let listed = names.iter().any(|name| name.value == workflow);
    listed.then_some(()).ok_or_else(|| Obstacle::OtherWorkflow {
        workflow: workflow.to_owned(),
    })
}

fn scheduled(trigger: &Trigger, cron: &str) -> Passed {
    let listed = trigger
        .schedule
        .iter()
        .any(|entry| entry.cron.value == cron);
    listed.then_some(()).ok_or_else(|| Obstacle::OtherSchedule {
        cron: cron.to_owned(),
    })
}

/// Semantics R6.30.
fn message(facts: &EventFacts) -> Passed {
    let heeded = ["push", "pull_request"].contains(&facts.event.as_str());
    let marker = facts
        .head_message
        .as_deref()
        .filter(|_| heeded)
        .and_then(skip_marker);
    marker.map_or(Ok(()), |marker| {
        Err(Obstacle::SkipMarker {
            marker: marker.text(),
        })
    })
}

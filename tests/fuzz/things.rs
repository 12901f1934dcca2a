//! Ids and names that the server told of, by what they are: what stands behind placeholders. It asks for nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::random::Random;

/// So many of a kind are kept; the first and the newest stay longest.
const KEPT: usize = 40;
const KEPT_FIRST: usize = 8;

/// Lists, the member that names their items, and what these are.
const LISTS: [(&str, &str, &str); 16] = [
    ("workflow_runs", "id", "run_id"),
    ("workflow_runs", "check_suite_id", "check_suite_id"),
    ("workflow_runs", "head_sha", "ref"),
    ("jobs", "id", "job_id"),
    ("jobs", "id", "check_run_id"),
    ("workflows", "id", "workflow_id"),
    ("users", "login", "login"),
    ("repositories", "id", "repository_id"),
    ("repositories", "name", "repo"),
    ("tokens", "id", "token_id"),
    ("runners", "id", "runner_id"),
    ("runs", "id", "run_id"),
    ("secrets", "name", "secret_name"),
    ("variables", "name", "name"),
    ("artifacts", "id", "artifact_id"),
    ("actions_caches", "id", "cache_id"),
];
/// Members that say what they are by themselves.
const MEMBERS: [&str; 6] = [
    "run_id",
    "job_id",
    "workflow_id",
    "runner_id",
    "parent_run_id",
    "repository_id",
];

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Things(BTreeMap<String, Vec<String>>);

impl Things {
    /// Remembers one.
    pub(crate) fn put(&mut self, kind: &str, thing: &str) {
        let known = self.0.entry(kind.to_owned()).or_default();
        known.retain(|other| other != thing);
        known.push(thing.to_owned());
        if known.len() > KEPT {
            known.remove(KEPT_FIRST);
        }
    }

    /// One of a kind, the newest in one of two cases.
    pub(crate) fn get(&self, kind: &str, random: &mut Random) -> Option<String> {
        let known = self.0.get(kind).filter(|known| !known.is_empty())?;
        match random.once_in(2) {
            true => known.last().cloned(),
            false => Some(random.pick(known).clone()),
        }
    }

    /// Remembers everything in a body that has an id.
    pub(crate) fn harvest(&mut self, body: &Value) {
        for (list, member, kind) in LISTS {
            for item in body[list].as_array().into_iter().flatten() {
                self.put_value(kind, &item[member]);
            }
        }
        for member in MEMBERS {
            let kind = member.trim_start_matches("parent_");
            self.put_value(kind, &body[member]);
        }
        let attempts = body["run_attempt"].as_i64().unwrap_or_default();
        if attempts > 1 {
            self.put("attempt", &attempts.to_string());
        }
    }

    fn put_value(&mut self, kind: &str, value: &Value) {
        match value {
            Value::Number(id) => self.put(kind, &id.to_string()),
            Value::String(name) => self.put(kind, name),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Random, Things};
    use serde_json::json;

    #[test]
    fn what_answers_name_is_known_and_old_things_are_forgotten() {
        let mut things = Things::default();
        things.harvest(&json!({ "total_count": 1, "jobs": [{ "id": 7 }], "run_attempt": 2 }));
        let mut random = Random::of_case(1, 1);
        assert_eq!(things.get("job_id", &mut random).as_deref(), Some("7"));
        assert_eq!(things.get("attempt", &mut random).as_deref(), Some("2"));
        assert_eq!(things.get("run_id", &mut random), None);
        for id in 0..100 {
            things.put("run_id", &id.to_string());
        }
        let known = &things.0["run_id"];
        assert_eq!((known.len(), known[0].as_str()), (KEPT, "0"));
        assert_eq!(known.last().map(String::as_str), Some("99"));
    }
}

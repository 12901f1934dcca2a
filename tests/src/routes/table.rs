//! The table of routes and callers. Pure: it reads text and compares; it knows nothing of servers.

use super::Route;

/// Begins the line that names the columns.
const CALLERS: &str = "callers";
/// Who has no credential at all.
const NOBODY: &str = "none";
/// Who is a running job.
const JOB: &str = "github";
/// Begins the names of those with a fine-grained token.
const FINE_GRAINED: &str = "fine:";
const CHECK_RUN: &str = "/check-runs/{check_run_id}";
const GITHUB: &str = "/api/v3/";
/// Ends the path to which events are delivered.
const EVENTS: &str = "/events";

/// What was decided: one row for each route, or several with different things behind its placeholders.
#[derive(Debug)]
pub struct Table {
    /// The columns.
    pub callers: Vec<String>,
    /// The lines.
    pub rows: Vec<Row>,
}

/// A request and its status for each caller.
#[derive(Debug)]
pub struct Row {
    /// `GET`, ...
    pub method: String,
    /// With placeholders, `{run_id}` or, where there are several such things, `{run_id=queued}`; may have a query.
    pub path: String,
    /// In the order of the callers.
    pub statuses: Vec<u16>,
}

/// What a caller was answered.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// The sentence of an error.
    pub message: String,
}

impl Table {
    /// The checked-in table.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn checked_in() -> Self {
        Self::parse(include_str!("../../routes.table")).expect("tests/routes.table is a table")
    }

    /// Reads a table: a line `callers NAME...`, then lines `METHOD PATH STATUS...`; `#` begins a comment.
    ///
    /// # Errors
    /// The line that cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let mut callers = lines.next().unwrap_or_default().split_whitespace();
        if callers.next() != Some(CALLERS) {
            return Err(format!("the first line must begin with {CALLERS}"));
        }
        let callers: Vec<String> = callers.map(String::from).collect();
        let rows = lines.map(|line| Row::parse(line, callers.len()));
        Ok(Self {
            rows: rows.collect::<Result<_, _>>()?,
            callers,
        })
    }

    /// Routes without a row, and rows without a route.
    #[must_use]
    pub fn unequal(&self, registered: &[Route]) -> Vec<String> {
        let listed: Vec<Route> = self.rows.iter().map(Row::route).collect();
        let without = |these: &[Route], others: &[Route], fault: &str| -> Vec<String> {
            let missing = these.iter().filter(|route| !others.contains(route));
            missing
                .map(|(method, path)| format!("{method} {path} {fault}"))
                .collect()
        };
        let mut faults = without(registered, &listed, "has no row in tests/routes.table");
        faults.extend(without(&listed, registered, "has a row, but is no route"));
        faults
    }

    /// What is wrong with the answers to `row`, given in the order of the callers.
    #[must_use]
    pub fn faults(&self, row: &Row, seen: &[Seen]) -> Vec<String> {
        let line = format!("{} {}", row.method, row.path);
        if seen.len() != self.callers.len() {
            return vec![format!("{line}: {} callers were answered", seen.len())];
        }
        let answered = self.callers.iter().zip(&row.statuses).zip(seen);
        answered
            .filter_map(|((caller, expected), seen)| fault(&row.path, caller, *expected, seen))
            .map(|fault| format!("{line}: {fault}"))
            .collect()
    }
}

fn fault(path: &str, caller: &str, expected: u16, seen: &Seen) -> Option<String> {
    if seen.status != expected {
        let (status, message) = (seen.status, &seen.message);
        return Some(format!(
            "{caller} must get {expected}, got {status} {message:?}"
        ));
    }
    let sentence = sentence(path, caller, expected)?;
    (seen.message != sentence)
        .then(|| format!("{caller} must be told {sentence:?}, was {:?}", seen.message))
}

/// What a refusal says (contract 2); nothing where the route has words of its own.
fn sentence(path: &str, caller: &str, status: u16) -> Option<&'static str> {
    match status {
        401 if caller == NOBODY && path.ends_with(EVENTS) => None, // they may be signed instead
        401 if caller == NOBODY => Some("Requires authentication"),
        401 => Some("Bad credentials"),
        404 if path.starts_with(GITHUB) && !path.ends_with("/rate_limit") => Some("Not Found"),
        403 if path.starts_with(GITHUB) && caller == JOB => {
            Some("Resource not accessible by integration")
        }
        403 if path.starts_with(GITHUB) && caller.starts_with(FINE_GRAINED) => {
            Some("Resource not accessible by personal access token")
        }
        403 if path.ends_with(CHECK_RUN) => None, // whoever may write is told that only Apps may
        403 if path.starts_with(GITHUB) => Some("Must have admin rights to Repository."),
        _ => None,
    }
}

impl Row {
    fn parse(line: &str, callers: usize) -> Result<Self, String> {
        let mut words = line.split_whitespace();
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(format!("no method and path: {line}"));
        };
        let statuses = words.map(str::parse).collect::<Result<Vec<u16>, _>>();
        let statuses = statuses.map_err(|error| format!("no status: {line}: {error}"))?;
        if statuses.len() != callers {
            let given = statuses.len();
            return Err(format!("{given} statuses for {callers} callers: {line}"));
        }
        Ok(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            statuses,
        })
    }

    /// The route that this row is about.
    #[must_use]
    pub fn route(&self) -> Route {
        let path = self.path.split('?').next().unwrap_or_default();
        let plain = path
            .split('/')
            .map(|segment| match segment.split_once('=') {
                Some((name, _)) => format!("{name}}}"),
                None => segment.to_owned(),
            });
        (self.method.clone(), plain.collect::<Vec<_>>().join("/"))
    }

    /// The names of the placeholders: `repo`, `run_id=queued`.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let segments = self.path.split(['/', '?']);
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, Table};

    const TEXT: &str = "
# who may cancel
callers none stranger reader writer github fine:read

POST /api/v3/repos/{owner}/{repo}/actions/runs/{run_id=queued}/cancel?x=1 404 404 403 202 403 403
";
    const ADMIN: &str = "Must have admin rights to Repository.";

    fn good() -> [Seen; 6] {
        let seen = |status, message: &str| Seen {
            status,
            message: message.to_owned(),
        };
        [
            seen(404, "Not Found"),
            seen(404, "Not Found"),
            seen(403, ADMIN),
            seen(202, ""),
            seen(403, "Resource not accessible by integration"),
            seen(403, "Resource not accessible by personal access token"),
        ]
    }

    fn faults(seen: &[Seen]) -> Vec<String> {
        let table = Table::parse(TEXT).expect("a table");
        table.faults(&table.rows[0], seen)
    }

    #[test]
    fn answers_as_decided_are_no_fault() {
        assert_eq!(faults(&good()), [""; 0]);
    }

    #[test]
    fn planted_answers_are_faults() {
        for (caller, status, message, word) in [
            (1, 202, "", "stranger must get 404, got 202"), // no check at all
            (2, 202, "", "reader must get 403, got 202"),   // any role will do
            (1, 403, ADMIN, "stranger must get 404, got 403"), // says that it is there
            (2, 404, "Not Found", "reader must get 403, got 404"),
            (3, 201, "", "writer must get 202, got 201"),
            (2, 403, "No.", "reader must be told"),
            (4, 403, ADMIN, "github must be told"),
            (5, 403, ADMIN, "fine:read must be told"),
            (5, 202, "", "fine:read must get 403, got 202"), // reading is enough to write
            (0, 404, "octo/harbour is private", "none must be told"),
        ] {
            let mut seen = good();
            seen[caller] = Seen {
                status,
                message: message.to_owned(),
            };
            let faults = faults(&seen);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].contains(word), "{faults:?}");
        }
        assert_eq!(faults(&good()[1..]).len(), 1, "a caller was left out");
    }

    #[test]
    fn a_route_without_a_row_and_a_row_without_a_route_are_faults() {
        let table = Table::parse(TEXT).expect("a table");
        let route = table.rows[0].route();
        let path = "/api/v3/repos/{owner}/{repo}/actions/runs/{run_id}/cancel";
        assert_eq!(route, ("POST".to_owned(), path.to_owned()));
        assert_eq!(table.unequal(std::slice::from_ref(&route)), [""; 0]);
        let new = ("GET".to_owned(), "/new".to_owned());
        assert_eq!(
            table.unequal(&[route, new]),
            ["GET /new has no row in tests/routes.table"]
        );
        assert_eq!(table.unequal(&[]).len(), 1);
    }

    #[test]
    fn a_row_has_a_status_for_each_caller() {
        for bad in [
            "GET / 200",
            "callers a b\nGET / 200",
            "callers a\nGET",
            "callers a\nGET / ok",
        ] {
            assert!(Table::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn placeholders_are_named() {
        let table = Table::parse(TEXT).expect("a table");
        let names: Vec<_> = table.rows[0].placeholders().collect();
        assert_eq!(names, ["owner", "repo", "run_id=queued"]);
    }
}

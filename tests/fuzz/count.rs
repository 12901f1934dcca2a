//! How often each route was asked, what became of it and how long it took, and which routes no request reached.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// Routes that are never answered with a success, and why.
const EXCEPTIONS: &str = include_str!("exceptions.txt");

/// Answers by their class: 2xx, 3xx, 4xx, none.
#[derive(Debug, Default)]
struct Line {
    classes: [u64; 4],
    reached: u64,
    took: Duration,
}

/// All counts.
#[derive(Debug, Default)]
pub(crate) struct Count(BTreeMap<String, Line>);

impl Count {
    /// A route that is to be reached.
    pub(crate) fn expect(&mut self, route: &str) {
        self.0.entry(route.to_owned()).or_default();
    }

    /// One answer to a request made for `route`; nothing when there was none. `is_of_route` says that it still was.
    pub(crate) fn add(&mut self, route: &str, status: Option<u16>, is_of_route: bool) {
        let line = self.0.entry(route.to_owned()).or_default();
        let class = match status {
            Some(200..300) => 0,
            Some(300..400) => 1,
            Some(_) => 2,
            None => 3,
        };
        line.classes[class] += 1;
        // Logs are answered with 302.
        line.reached += u64::from(is_of_route && class < 2);
    }

    /// Whether a request to it succeeded, or none ever does.
    pub(crate) fn is_reached(&self, route: &str) -> bool {
        self.succeeded(route) || exceptions().any(|known| known == route)
    }

    fn succeeded(&self, route: &str) -> bool {
        self.0.get(route).is_some_and(|line| line.reached > 0)
    }

    /// Served routes that no request reached, and exceptions that were reached or are no routes.
    pub(crate) fn faults(&self, served: &[String]) -> Vec<String> {
        let excepted = |route: &&str| exceptions().any(|known| known == *route);
        let reached = |route: &str| self.succeeded(route);
        let routes = served.iter().map(String::as_str);
        let missed = routes.filter(|route| !reached(route) && !excepted(route));
        let missed = missed.map(|route| format!("no request to {route} succeeded"));
        let stale =
            exceptions().filter(|route| reached(route) || !served.iter().any(|it| it == route));
        let stale = stale.map(|route| format!("{route} is no exception any more"));
        missed.chain(stale).collect()
    }

    /// How long requests made for `route` took.
    pub(crate) fn took(&mut self, route: &str, time: Duration) {
        self.0.entry(route.to_owned()).or_default().took += time;
    }

    /// All requests.
    pub(crate) fn total(&self) -> u64 {
        self.0.values().flat_map(|line| line.classes).sum()
    }

    /// A line for each route.
    pub(crate) fn table(&self) -> String {
        let mut table = "    2xx     3xx     4xx    none      ms  route\n".to_owned();
        for (route, line) in &self.0 {
            let [success, redirect, refusal, none] = line.classes;
            let took = line.took.as_millis();
            let _ = writeln!(
                table,
                "{success:7} {redirect:7} {refusal:7} {none:7} {took:7}  {route}"
            );
        }
        table
    }
}

/// `METHOD PATH: why` each.
fn exceptions() -> impl Iterator<Item = &'static str> {
    let lines = EXCEPTIONS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| Some(line.split_once(": ")?.0))
}

#[cfg(test)]
mod tests {
    use super::{Count, exceptions};

    #[test]
    fn a_route_that_was_never_reached_is_a_fault() {
        let ours = ["GET /a", "GET /b"].into_iter();
        let served: Vec<String> = ours.chain(exceptions()).map(String::from).collect();
        let mut count = Count::default();
        count.add("GET /a", Some(200), true);
        count.add("GET /b", Some(200), false);
        count.add("GET /b", Some(404), true);
        assert_eq!(count.faults(&served), ["no request to GET /b succeeded"]);
        count.add("GET /b", Some(302), true);
        assert_eq!(count.faults(&served), [""; 0]);
        let but_one = &served[..served.len() - 1];
        assert_eq!(count.faults(but_one).len(), 1);
        assert_eq!(count.total(), 4);
    }
}

//! Checks the needs of all jobs together (semantics R2.1, R2.2); it must not read the tree.

use super::job::Draft;
use super::walker::Walker;
use crate::model::JobName;
use crate::needs;
use crate::reader::{Node, Position, Value, quoted};
use std::collections::{HashMap, HashSet};

const NO_START: &str = "The workflow must contain at least one job with no dependencies.";

/// A need that names a job of the file.
struct Edge {
    to: usize,
    position: Position,
}

/// Reports what is wrong with the graph of `drafts`, and gives the needs of each, once each and
/// in the spelling of the needed job's key.
pub(super) fn check(walker: &mut Walker<'_>, drafts: &[Draft], jobs: &Node) -> Vec<Vec<JobName>> {
    let declared = match &jobs.value {
        Value::Mapping(entries) => entries.len(),
        // Reported as no mapping already.
        Value::Scalar(_) | Value::Sequence(_) => 1,
    };
    if declared == 0 || (!drafts.is_empty() && drafts.iter().all(Draft::has_needs)) {
        walker.report(jobs.position, NO_START);
    }
    let edges = edges(walker, drafts);
    report_cycles(walker, drafts, &edges);
    let spelled = |edge: &Edge| JobName::new(drafts[edge.to].key.clone()).ok();
    edges
        .iter()
        .map(|edges| edges.iter().filter_map(spelled).collect())
        .collect()
}

fn edges(walker: &mut Walker<'_>, drafts: &[Draft]) -> Vec<Vec<Edge>> {
    let by_key: HashMap<String, usize> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| (draft.key.to_lowercase(), at))
        .collect();
    drafts
        .iter()
        .map(|draft| edges_of(walker, draft, &by_key))
        .collect()
}

fn edges_of(walker: &mut Walker<'_>, draft: &Draft, by_key: &HashMap<String, usize>) -> Vec<Edge> {
    let mut seen = HashSet::new();
    let mut edges = Vec::new();
    for (need, position) in &draft.needs {
        match by_key.get(&need.to_lowercase()) {
            Some(&to) if seen.insert(to) => edges.push(Edge {
                to,
                position: *position,
            }),
            Some(_) => {}
            None => {
                let (job, need) = (quoted(&draft.key), quoted(need));
                walker.report(
                    *position,
                    format!("Job {job} depends on unknown job {need}."),
                );
            }
        }
    }
    edges
}

/// Reports every edge between jobs that could never start.
fn report_cycles(walker: &mut Walker<'_>, drafts: &[Draft], edges: &[Vec<Edge>]) {
    let needs: Vec<Vec<usize>> = edges
        .iter()
        .map(|edges| edges.iter().map(|edge| edge.to).collect())
        .collect();
    let mut stuck = vec![true; drafts.len()];
    for sorted in needs::sort(&needs) {
        stuck[sorted] = false;
    }
    for (from, edges) in edges.iter().enumerate().filter(|(from, _)| stuck[*from]) {
        for edge in edges.iter().filter(|edge| stuck[edge.to]) {
            let (job, need) = (quoted(&drafts[from].key), quoted(&drafts[edge.to].key));
            let message = format!(
                "Job {job} depends on job {need} which creates a cycle in the dependency graph."
            );
            walker.report(edge.position, message);
        }
    }
}

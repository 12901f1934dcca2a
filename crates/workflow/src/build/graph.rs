//! Checks the needs of all jobs together (semantics R2.1, R2.2); it must not read the tree.

use super::job::Draft;
use crate::diagnostic::Diagnostics;
use crate::model::{JobName, Located, Tree, TreeValue};
use crate::needs;
use crate::reader::{Position, quoted};
use std::collections::{HashMap, HashSet};

const NO_START: &str = "The workflow must contain at least one job with no dependencies.";

/// A need that names a job of the file.
struct Edge {
    to: usize,
    position: Position,
}

/// Reports what is wrong with the graph of `drafts`, and gives the needs of each, once each and
/// in the spelling of the needed job's key.
pub(super) fn check(
    diagnostics: &mut Diagnostics,
    drafts: &[Draft],
    jobs: &Tree,
) -> Vec<Vec<Located<JobName>>> {
    let empty = matches!(&jobs.value, TreeValue::Mapping(entries) if entries.is_empty());
    // Faulty jobs were left out: an empty rest of them says nothing of the file.
    let sound = drafts.is_empty() && diagnostics.is_empty();
    if (empty && sound) || (!drafts.is_empty() && drafts.iter().all(Draft::has_needs)) {
        diagnostics.report(jobs.position, NO_START);
    }
    let edges = edges(diagnostics, drafts);
    report_cycles(diagnostics, drafts, &edges);
    let spelled = |edge: &Edge| {
        let name = JobName::new(drafts[edge.to].key.clone()).ok()?;
        Some(Located::new(name, edge.position))
    };
    edges
        .iter()
        .map(|edges| edges.iter().filter_map(spelled).collect())
        .collect()
}

fn edges(diagnostics: &mut Diagnostics, drafts: &[Draft]) -> Vec<Vec<Edge>> {
    let by_key: HashMap<String, usize> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| (draft.key.to_lowercase(), at))
        .collect();
    drafts
        .iter()
        .map(|draft| edges_of(diagnostics, draft, &by_key))
        .collect()
}

fn edges_of(
    diagnostics: &mut Diagnostics,
    draft: &Draft,
    by_key: &HashMap<String, usize>,
) -> Vec<Edge> {
    let mut seen = HashSet::new();
    let mut edges = Vec::new();
    for need in &draft.needs {
        match by_key.get(&need.to_lowercase()) {
            Some(&to) if seen.insert(to) => edges.push(Edge {
                to,
                position: need.position,
            }),
            Some(_) => {}
            None => {
                let (job, name) = (quoted(&draft.key), quoted(need));
                let message = format!("Job {job} depends on unknown job {name}.");
                diagnostics.report(need.position, message);
            }
        }
    }
    edges
}

/// Reports every edge between jobs that could never start.
fn report_cycles(diagnostics: &mut Diagnostics, drafts: &[Draft], edges: &[Vec<Edge>]) {
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
            diagnostics.report(edge.position, message);
        }
    }
}

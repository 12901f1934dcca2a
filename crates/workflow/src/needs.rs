//! The graph that `needs` draws (semantics R2.1, R2.2); it must not know any job's state.

use crate::model::{Job, JobName};
use std::collections::{HashMap, VecDeque};

/// The jobs so ordered that each stands behind all it needs; jobs that are free to start at the
/// same time keep their file order. `None` when a need is missing from `jobs` or is part of a
/// cycle, which never happens for the jobs of a parsed workflow.
pub fn order(jobs: &[Job]) -> Option<Vec<&JobName>> {
    let index: HashMap<&JobName, usize> = jobs
        .iter()
        .enumerate()
        .map(|(position, job)| (&job.id.value, position))
        .collect();
    let needs: Option<Vec<Vec<usize>>> = jobs
        .iter()
        .map(|job| {
            job.needs
                .iter()
                .map(|need| index.get(&need.value).copied())
                .collect()
        })
        .collect();
    let sorted = sort(&needs?);
    (sorted.len() == jobs.len()).then(|| sorted.into_iter().map(|at| &jobs[at].id.value).collect())
}

/// Node numbers in an order that respects `needs`, which lists the needs of each node. Nodes on
/// a cycle, and all that need them, are left out.
pub(crate) fn sort(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut dependents = vec![Vec::new(); needs.len()];
    for (node, needed) in needs.iter().enumerate() {
        for &need in needed {
            dependents[need].push(node);
        }
    }
    let mut ready: VecDeque<usize> = (0..needs.len())
        .filter(|&node| missing[node] == 0)
        .collect();
    let mut sorted = Vec::with_capacity(needs.len());
    while let Some(node) = ready.pop_front() {
        sorted.push(node);
        for &dependent in &dependents[node] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                ready.push_back(dependent);
            }
        }
    }
    sorted
}

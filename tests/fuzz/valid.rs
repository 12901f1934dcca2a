//! A good request of a route, from somebody who may ask. What it changes is somebody else's.

use crate::bodies;
use crate::case::{Case, encoded};
use crate::random::Random;
use crate::routes::Route;
use crate::world::World;

/// Placeholders whose things deletions may only take from those that can be spared.
const SPARED: [&str; 4] = ["login", "repo", "token_id", "runner_id"];

/// The request, with things of this world behind its placeholders.
pub(crate) fn case(route: &Route, world: &World, random: &mut Random) -> Case {
    let mut case = Case::new(&route.label(), &route.method, "");
    let execution = caller(&mut case, route, world, random);
    let segments = route.path.split('/').map(|segment| {
        let name = segment
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'));
        match (name, execution) {
            (None, _) => segment.to_owned(),
            (Some("execution_id"), Some((id, _))) => id.to_string(),
            (Some("job_id"), Some((_, job))) => job.to_string(),
            (Some(name), _) => thing(route, name, world, random),
        }
    });
    case.path = segments.collect::<Vec<_>>().join("/");
    bodies::complete(&mut case, route, world, random);
    if route.path.starts_with("/api/downloads/") {
        follow_link(&mut case, route, world, random);
    }
    case
}

fn thing(route: &Route, name: &str, world: &World, random: &mut Random) -> String {
    let known = world.things.get(&kind(route, name, random), random);
    known.map_or("1".to_owned(), |thing| encoded(&thing))
}

/// Which things of that name: those with a log, those that can be spared, mostly those of the one repository.
fn kind(route: &Route, name: &str, random: &mut Random) -> String {
    let below = route.path.split("/{repo").nth(1).unwrap_or_default();
    let is_deep = [
        "/actions/",
        "/collaborators",
        "/check-",
        "/commits/",
        "/contents",
    ]
    .iter()
    .any(|deep| below.contains(deep));
    let is_whole = !is_deep || name == "login";
    // What has to take jobs keeps its labels, and Actions stay on where they run.
    let is_runner = name == "runner_id" && route.method != "GET";
    let is_switch = below.ends_with("/actions/permissions") && route.method == "PUT"
        || below.ends_with("/selected-actions");
    let is_spared = route.method == "DELETE" && is_whole && SPARED.contains(&name);
    let of = match name {
        "repo" if below.ends_with("/events/secret") => "=vault",
        "name" if below.contains("/labels/") => "=label",
        "path" if below.contains("/blob/") => "=blob",
        "repo" | "repository_id" if is_switch => "=vault",
        _ if is_runner => "=spare",
        "repo" | "repository_id" if is_deep && !random.once_in(6) => "=main",
        "run_id" if route.method == "DELETE" && !random.once_in(4) => "=done",
        "run_id" | "job_id" if route.path.ends_with("/logs") && !random.once_in(4) => "=logged",
        "run_id" | "job_id" if route.path.contains("/rerun") && !random.once_in(4) => "=done",
        "run_id" | "job_id" if route.path.ends_with("cancel") && !random.once_in(4) => "=open",
        _ if is_spared => "=spare",
        _ => "",
    };
    format!("{name}{of}")
}

/// A link that the server signed, if it did.
fn follow_link(case: &mut Case, route: &Route, world: &World, random: &mut Random) {
    let kind = if route.path.contains("/attempts/") {
        "link to an attempt"
    } else if route.path.contains("/artifacts/") {
        "link to an artifact"
    } else if route.path.contains("/runs/") {
        "link to a run"
    } else {
        "link to a job"
    };
    let Some(link) = world.things.get(kind, random) else {
        return;
    };
    if let Some((path, query)) = link.split_once('?') {
        case.path = path.to_owned();
        case.query = query.split('&').map(str::to_owned).collect();
    }
}

/// Whoever may ask; for the calls of a job also the ids that its token opens.
fn caller(
    case: &mut Case,
    route: &Route,
    world: &World,
    random: &mut Random,
) -> Option<(i64, i64)> {
    let of_a_job = route.path.contains("{execution_id}") || route.path.ends_with("/cancel-check");
    if of_a_job && !world.executions.is_empty() {
        let newest = world.executions.len().saturating_sub(4);
        let execution = random.pick(&world.executions[newest..]);
        case.caller = "job".to_owned();
        case.token = Some(execution.token.clone());
        return Some((execution.id, execution.job));
    }
    let caller = match route.path.as_str() {
        "/api/v1/runners/register" => "registration",
        "/api/v1/runners/claim" => "runner",
        "/api/v1/runners/self" if route.method == "DELETE" => "spare",
        "/api/v1/runners/self" => "runner",
        _ => "site",
    };
    set_caller(case, caller, world);
    None
}

/// The same request from somebody else.
pub(crate) fn set_caller(case: &mut Case, caller: &str, world: &World) {
    case.caller = caller.to_owned();
    case.token = world.token(caller);
}

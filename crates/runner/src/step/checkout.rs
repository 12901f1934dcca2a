//! The built-in checkout of the run's commit with the `git` of the host. The credential travels in
//! git's environment only; it must never stand in an argument or in `.git/config`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runyard_api::runner::messages::{JobMessage, StepMessage};

use super::environment::ref_parts;
use super::run::{StepEnd, StepError, StepRun, conclude, sentence, shown};
use super::shell::find_program;
use crate::log::StepOutput;
use crate::supervisor::{Exit, Launch};

/// Name that smart HTTP expects beside a token.
const USER: &str = "x-access-token";

/// How often a fetch that fails is tried in all: a server may just be away.
const FETCH_TRIES: u32 = 3;
/// Between two tries.
const FETCH_PAUSE: Duration = Duration::from_secs(1);
/// What git is told to do when the server is needed.
const FETCH: &str = "fetch";

/// What is checked out.
#[derive(Clone, Copy)]
pub(crate) struct Checkout<'a> {
    pub(crate) job: &'a JobMessage,
    /// The clone URL at the server that answers now.
    pub(crate) source: &'a (dyn Fn() -> String + Sync),
}

/// Checks the run's commit out into the workspace; every failure is in the step's log.
pub(crate) async fn run_checkout(
    run: &mut StepRun<'_>,
    step: &StepMessage,
    checkout: Checkout<'_>,
) -> StepEnd {
    let checked_out = check_out(run, step, checkout).await;
    checked_out.unwrap_or_else(|error| {
        run.log.line(
            step.number,
            format!("##[error]{}", sentence(&error.to_string())),
        );
        StepEnd::Failure
    })
}

async fn check_out(
    run: &mut StepRun<'_>,
    step: &StepMessage,
    checkout: Checkout<'_>,
) -> Result<StepEnd, StepError> {
    let job = checkout.job;
    if !is_object_name(&job.sha) || !is_http(&job.repository.clone_url) {
        let text = "the run's commit is no full hash, or its clone URL is not http or https";
        return Err(StepError::Checkout(text.to_owned()));
    }
    let env = run.environment.of_runner();
    let path = env
        .iter()
        .find(|(name, _)| name == "PATH")
        .map_or("", |(_, path)| path.as_str());
    let git = find_program("git", path)
        .ok_or_else(|| StepError::Checkout("git is not on the PATH of this runner".to_owned()))?;
    let title = format!("Checking out {} at {}", job.repository.full_name, job.sha);
    run.log.line(step.number, title);
    for (title, arguments) in commands(run, job) {
        let tries = if arguments[0] == FETCH {
            FETCH_TRIES
        } else {
            1
        };
        let launch = Launch {
            program: git.clone(),
            args: arguments,
            folder: run.folders.workspace.clone(),
            env: env.clone(),
        };
        match run_git(run, step, checkout, (title, launch, tries)).await? {
            StepEnd::Success => {}
            end @ (StepEnd::Failure | StepEnd::Stopped) => return Ok(end),
        }
    }
    Ok(StepEnd::Success)
}

async fn run_git(
    run: &mut StepRun<'_>,
    step: &StepMessage,
    checkout: Checkout<'_>,
    (title, launch, tries): (&str, Launch, u32),
) -> Result<StepEnd, StepError> {
    let command = format!(
        "[command]{} {}",
        shown(&launch.program),
        launch.args.join(" ")
    );
    run.log
        .write(step.number, [format!("##[group]{title}"), command]);
    let mut left = tries;
    let ended = loop {
        left -= 1;
        let mut launch = launch.clone();
        launch.env.extend(git_variables(run, checkout));
        let mut output = StepOutput::plain(run.log.clone(), step.number);
        let ended = run
            .session
            .run(launch, &mut |bytes| output.push(bytes), run.stop)
            .await;
        output.finish();
        let ended = ended?;
        if left == 0 || ended.stopped || ended.exit == Exit::Code(0) {
            break ended;
        }
        run.log
            .line(step.number, "It did not work, trying again.".to_owned());
        tokio::time::sleep(FETCH_PAUSE).await;
    };
    run.log.line(step.number, "##[endgroup]");
    Ok(conclude(run, step, ended))
}

/// What git is told, one after the other.
fn commands(run: &StepRun<'_>, job: &JobMessage) -> Vec<(&'static str, Vec<String>)> {
    let workspace = shown(&run.folders.workspace);
    let sha = job.sha.as_str();
    let (kind, name) = ref_parts(&job.git_ref);
    let branch = job.git_ref.starts_with("refs/heads/").then_some(name);
    let (refspec, switch) = match branch {
        Some(branch) => (
            format!("+{sha}:refs/remotes/origin/{branch}"),
            vec!["-B", branch, sha],
        ),
        None if kind == "tag" => (format!("+{sha}:{}", job.git_ref), vec!["--detach", sha]),
        None => (sha.to_owned(), vec!["--detach", sha]),
    };
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let fetch = [
        FETCH,
        "--depth=1",
        "--no-tags",
        "--no-recurse-submodules",
        "origin",
        &refspec,
    ];
    let mut checkout = words(&["checkout", "--force"]);
    checkout.extend(words(&switch));
    vec![
        (
            "Initializing the repository",
            words(&["init", "--quiet", "--template=", &workspace]),
        ),
        (
            "Naming the remote",
            words(&["remote", "add", "origin", &job.repository.clone_url]),
        ),
        ("Fetching the commit", words(&fetch)),
        ("Checking out the commit", checkout),
        ("Showing the commit", words(&["log", "-1", "--format=%H"])),
    ]
}

/// Git's environment: no prompt, no other protocol, no hooks, no redirects, the credential for this
/// server alone. What the remote is called stays, wherever it is asked for.
fn git_variables(run: &StepRun<'_>, checkout: Checkout<'_>) -> Vec<(String, String)> {
    let (job, source) = (checkout.job, (checkout.source)());
    let credential = STANDARD.encode(format!("{USER}:{}", job.github_token));
    run.log.mask(&credential);
    let scope = format!("http.{source}.extraheader");
    let header = format!("AUTHORIZATION: basic {credential}");
    let instead = format!("url.{source}.insteadOf");
    let settings = [
        (scope.as_str(), header.as_str()),
        (instead.as_str(), job.repository.clone_url.as_str()),
        ("http.followRedirects", "false"),
        ("core.hooksPath", "/dev/null"),
        ("credential.helper", ""),
        ("init.defaultBranch", "main"),
        ("advice.detachedHead", "false"),
    ];
    let mut variables = vec![
        ("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned()),
        ("GIT_ALLOW_PROTOCOL".to_owned(), "http:https".to_owned()),
        ("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string()),
    ];
    for (index, (key, value)) in settings.iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{index}"), (*key).to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{index}"), (*value).to_owned()));
    }
    variables
}

/// A whole SHA-1 or SHA-256 in hexadecimal; anything else could be read as an option or another
/// revision.
fn is_object_name(sha: &str) -> bool {
    matches!(sha.len(), 40 | 64) && sha.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_hashes_and_http_are_handed_to_git() {
        assert!(is_object_name(&"a1".repeat(20)));
        assert!(
            !is_object_name("main")
                && !is_object_name("--upload-pack=x")
                && !is_object_name(&"g".repeat(40))
        );
        assert!(is_http("https://h/o/r") && !is_http("file:///etc") && !is_http("ext::sh"));
    }
}

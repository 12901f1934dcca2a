//! The built-in checkout of the run's repository with the `git` of the host. The credential travels
//! in git's environment only; it must never stand in an argument or in `.git/config`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runyard_api::runner::messages::JobMessage;

use super::checkout_inputs::CheckoutInputs;
use super::run::{Ran, StepEnd, StepError, StepRun, conclude, sentence, shown};
use super::shell::find_program;
use crate::backend::remove_folder;
use crate::log::StepOutput;
use crate::supervisor::{Exit, Launch};

/// Name that smart HTTP expects beside a token.
const USER: &str = "x-access-token";

/// File of the certificates that this program trusts, beside those of the system.
const TRUSTED: &str = "SSL_CERT_FILE";
/// How often a fetch that fails is tried in all: a server may just be away.
const FETCH_TRIES: u32 = 3;
/// Between two tries.
const FETCH_PAUSE: Duration = Duration::from_secs(1);
/// What git says of refs at most; a longer answer is cut.
const REFS_BYTES_MAX: usize = 64 * 1024;

/// What is checked out.
#[derive(Clone, Copy)]
pub(crate) struct Checkout<'a> {
    pub(crate) job: &'a JobMessage,
    /// `with`, computed.
    pub(crate) with: &'a [(String, String)],
    /// The clone URL at the server that answers now.
    pub(crate) source: &'a (dyn Fn() -> String + Sync),
}

/// What is wanted of the repository: an object, and which ref it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    object: String,
    /// Full ref: `refs/heads/main`; none for a commit.
    git_ref: Option<String>,
}

/// One call of git.
struct GitCall {
    title: &'static str,
    arguments: Vec<String>,
    /// It needs the server, which may just be away.
    is_remote: bool,
}

/// Checks a commit out into the workspace; every failure is in the step's log.
pub(crate) async fn run_checkout(run: &mut StepRun<'_>, checkout: Checkout<'_>) -> Ran {
    let checked_out = check_out(run, checkout).await;
    checked_out.unwrap_or_else(|error| {
        run.log.error(run.number, sentence(&error.to_string()));
        Ran::ended(StepEnd::Failure)
    })
}

async fn check_out(run: &mut StepRun<'_>, checkout: Checkout<'_>) -> Result<Ran, StepError> {
    let job = checkout.job;
    if !is_object_name(&job.sha) || !is_http(&job.repository.clone_url) {
        let text = "the run's commit is no full hash, or its clone URL is not http or https";
        return Err(StepError::Checkout(text.to_owned()));
    }
    let inputs = CheckoutInputs::read(checkout.with, job)?;
    if !inputs.unexpected.is_empty() {
        let names = inputs.unexpected.join(", ");
        let text = format!("actions/checkout has no input of this name: {names}.");
        run.log.warning(run.number, text);
    }
    let mut git = Git::find(run, checkout, &inputs)?;
    let wanted = match git.wanted(run, &inputs).await? {
        Ok(wanted) => wanted,
        Err(end) => return Ok(Ran::ended(end)),
    };
    let title = format!(
        "Checking out {} at {}",
        job.repository.full_name, wanted.object
    );
    run.log.line(run.number, title);
    for call in calls(&git.folder, &inputs, &wanted, job) {
        match git.run(run, call, &mut Vec::new()).await? {
            StepEnd::Success => {}
            end @ (StepEnd::Failure | StepEnd::Stopped) => return Ok(Ran::ended(end)),
        }
    }
    let mut commit = Vec::new();
    let call = GitCall {
        title: "Showing the commit",
        arguments: words(&["log", "-1", "--format=%H"]),
        is_remote: false,
    };
    let end = git.run(run, call, &mut commit).await?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let shown_ref = inputs.reference.clone().unwrap_or(job.git_ref.clone());
    Ok(Ran {
        outputs: vec![("ref".to_owned(), shown_ref), ("commit".to_owned(), commit)],
        ..Ran::ended(end)
    })
}

/// The git of the host at work in one folder.
struct Git<'a> {
    program: PathBuf,
    folder: PathBuf,
    env: Vec<(String, String)>,
    checkout: Checkout<'a>,
}

impl<'a> Git<'a> {
    /// Finds git and makes its folder, empty unless the inputs keep what is there.
    fn find(
        run: &StepRun<'_>,
        checkout: Checkout<'a>,
        inputs: &CheckoutInputs,
    ) -> Result<Self, StepError> {
        let env = run.environment.of_runner();
        let path = env.iter().find(|(name, _)| name == "PATH");
        let path = path.map_or("", |(_, path)| path.as_str());
        let program = find_program("git", path).ok_or_else(|| {
            StepError::Checkout("git is not on the PATH of this runner".to_owned())
        })?;
        let folder = run.folders.workspace.join(&inputs.path);
        fs::create_dir_all(&folder)?;
        if inputs.clean {
            empty(&folder)?;
        }
        Ok(Self {
            program,
            folder,
            env,
            checkout,
        })
    }

    /// Which object the inputs mean, asking the server where they name a ref.
    async fn wanted(
        &mut self,
        run: &mut StepRun<'_>,
        inputs: &CheckoutInputs,
    ) -> Result<Result<Wanted, StepEnd>, StepError> {
        let job = self.checkout.job;
        let Some(name) = &inputs.reference else {
            let git_ref = Some(job.git_ref.clone());
            let object = job.sha.clone();
            return Ok(Ok(Wanted { object, git_ref }));
        };
        if is_object_name(name) {
            let object = name.clone();
            return Ok(Ok(Wanted {
                object,
                git_ref: None,
            }));
        }
        let candidates = match name.starts_with("refs/") {
            true => vec![name.clone()],
            false => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
        };
        let mut arguments = words(&["ls-remote", &job.repository.clone_url]);
        arguments.extend(candidates.iter().cloned());
        let call = GitCall {
            title: "Finding the ref",
            arguments,
            is_remote: true,
        };
        let mut answer = Vec::new();
        match self.run(run, call, &mut answer).await? {
            StepEnd::Success => {}
            end @ (StepEnd::Failure | StepEnd::Stopped) => return Ok(Err(end)),
        }
        let found = find_ref(&String::from_utf8_lossy(&answer), &candidates);
        let missing =
            || StepError::Checkout(format!("the repository has no branch or tag '{name}'"));
        Ok(Ok(found.ok_or_else(missing)?))
    }

    /// Runs git once, or, where it needs the server, until it works; gives away what it said.
    async fn run(
        &self,
        run: &mut StepRun<'_>,
        call: GitCall,
        said: &mut Vec<u8>,
    ) -> Result<StepEnd, StepError> {
        let program = shown(&self.program);
        let command = format!("[command]{program} {}", call.arguments.join(" "));
        let title = format!("##[group]{}", call.title);
        run.log.write(run.number, [title, command]);
        let mut left = if call.is_remote { FETCH_TRIES } else { 1 };
        let ended = loop {
            left -= 1;
            said.clear();
            let mut launch = Launch {
                program: self.program.clone(),
                args: call.arguments.clone(),
                folder: self.folder.clone(),
                env: self.env.clone(),
            };
            launch.env.extend(git_variables(run, self.checkout));
            let mut output = StepOutput::plain(run.log.clone(), run.number);
            let mut hear = |bytes: &[u8]| {
                output.push(bytes);
                let room = REFS_BYTES_MAX.saturating_sub(said.len());
                said.extend_from_slice(&bytes[..bytes.len().min(room)]);
            };
            let ended = run.session.run(launch, &mut hear, run.stop).await;
            output.finish();
            let ended = ended?;
            if left == 0 || ended.stopped || ended.exit == Exit::Code(0) {
                break ended;
            }
            let again = "It did not work, trying again.".to_owned();
            run.log.line(run.number, again);
            tokio::time::sleep(FETCH_PAUSE).await;
        };
        run.log.line(run.number, "##[endgroup]");
        Ok(conclude(run, ended))
    }
}

/// Removes all that is in a folder.
fn empty(folder: &Path) -> Result<(), StepError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => remove_folder(&entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

/// The first of these refs that the answer of `ls-remote` has.
fn find_ref(answer: &str, candidates: &[String]) -> Option<Wanted> {
    let found = |candidate: &String| {
        let mut lines = answer.lines().filter_map(|line| line.split_once('\t'));
        let (object, git_ref) = lines.find(|(_, git_ref)| git_ref == candidate)?;
        is_object_name(object).then(|| Wanted {
            object: object.to_owned(),
            git_ref: Some(git_ref.to_owned()),
        })
    };
    candidates.iter().find_map(found)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What git is told, one after the other.
fn calls(
    folder: &Path,
    inputs: &CheckoutInputs,
    wanted: &Wanted,
    job: &JobMessage,
) -> Vec<GitCall> {
    let call = |title, arguments| GitCall {
        title,
        arguments,
        is_remote: false,
    };
    let mut calls = Vec::new();
    let remote = match folder.join(".git").exists() {
        true => "set-url",
        false => {
            let init = words(&["init", "--quiet", "--template=", &shown(folder)]);
            calls.push(call("Initializing the repository", init));
            "add"
        }
    };
    let remote = words(&["remote", remote, "origin", &job.repository.clone_url]);
    calls.push(call("Naming the remote", remote));
    calls.push(GitCall {
        is_remote: true,
        ..call("Fetching the commit", fetch(inputs, wanted))
    });
    calls.push(call("Checking out the commit", switch(wanted)));
    calls
}

fn fetch(inputs: &CheckoutInputs, wanted: &Wanted) -> Vec<String> {
    let mut fetch = words(&["fetch", "--no-tags", "--no-recurse-submodules"]);
    fetch.extend(inputs.depth.map(|depth| format!("--depth={depth}")));
    fetch.push("origin".to_owned());
    if inputs.depth.is_none() {
        fetch.push("+refs/heads/*:refs/remotes/origin/*".to_owned());
    }
    let all_heads = inputs.depth.is_none();
    let all_tags = all_heads || inputs.tags;
    if all_tags {
        fetch.push("+refs/tags/*:refs/tags/*".to_owned());
    }
    let object = &wanted.object;
    // A ref that is fetched with all of its kind has its place, and git gives it no second one.
    let place = wanted.git_ref.as_deref().and_then(|full| {
        let head = full.strip_prefix("refs/heads/").filter(|_| !all_heads);
        let head = head.map(|name| format!("refs/remotes/origin/{name}"));
        let is_tag = full.starts_with("refs/tags/") && !all_tags;
        head.or_else(|| is_tag.then(|| full.to_owned()))
    });
    fetch.push(match place {
        Some(place) => format!("+{object}:{place}"),
        None => object.clone(),
    });
    fetch
}

fn switch(wanted: &Wanted) -> Vec<String> {
    let object = wanted.object.as_str();
    let full = wanted.git_ref.as_deref().unwrap_or_default();
    match full.strip_prefix("refs/heads/") {
        Some(branch) => words(&["checkout", "--force", "-B", branch, object]),
        None => words(&["checkout", "--force", "--detach", object]),
    }
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
    // Whom this program trusts with the server's API, git trusts with its code.
    if let Ok(trusted) = std::env::var(TRUSTED) {
        variables.push(("GIT_SSL_CAINFO".to_owned(), trusted));
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

    fn job() -> JobMessage {
        let mut job: JobMessage = serde_json::from_value(serde_json::json!({
            "job_id": 1, "job_key": "a", "name": "a", "run_id": 1, "run_number": 1, "run_attempt": 1,
            "workflow": "CI", "workflow_ref": "", "event_name": "push", "event": {}, "sha": "",
            "repository": {"id": 1, "full_name": "octo/demo", "owner": "octo", "owner_id": 1,
                "clone_url": "http://h/octo/demo.git", "private": false},
            "git_ref": "refs/heads/main", "actor": "mona", "actor_id": 1, "triggering_actor": "mona",
            "server_url": "http://h", "api_url": "", "graphql_url": "", "github_token": "",
            "env": [], "steps": [], "masks": [], "timeout_minutes": 1,
        }))
        .unwrap();
        job.sha = "a".repeat(40);
        job
    }

    fn read(with: &[(&str, &str)]) -> Result<CheckoutInputs, String> {
        let with: Vec<_> = with
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        CheckoutInputs::read(&with, &job()).map_err(|error| error.to_string())
    }

    #[test]
    fn usual_inputs_are_honoured() {
        let inputs = read(&[
            ("ref", "feature/x"),
            ("path", "./sub/dir"),
            ("fetch-depth", "0"),
            ("Clean", "false"),
            ("repository", "Octo/Demo"),
            ("token", "x"),
            ("persist-credentials", "false"),
            ("submodules", ""),
            ("colour", "red"),
        ]);
        let inputs = inputs.unwrap();
        assert_eq!(inputs.reference.as_deref(), Some("feature/x"));
        assert_eq!(inputs.path, Path::new("sub/dir"));
        assert_eq!((inputs.depth, inputs.clean), (None, false));
        assert_eq!(inputs.unexpected, ["colour"]);
    }

    #[test]
    fn what_is_not_honoured_is_refused_by_name() {
        for (name, value, allowed) in [
            ("repository", "octo/other", "octo/demo"),
            ("path", "../up", "below the workspace"),
            ("path", "/etc", "below the workspace"),
            ("fetch-depth", "-1", "0 for all"),
            ("clean", "maybe", "true and false"),
            ("ref", "--upload-pack=x", "a branch or a tag"),
            ("ref", "a b", "a branch or a tag"),
            ("submodules", "recursive", "only false"),
            ("persist-credentials", "true", "only false"),
            ("ssh-key", "k", "no value"),
            ("github-server-url", "http://other", "http://h"),
        ] {
            let refused = read(&[(name, value)]).unwrap_err();
            assert!(
                refused.contains(name) && refused.contains(value),
                "{refused}"
            );
            assert!(refused.contains(allowed), "{refused}");
        }
    }

    #[test]
    fn a_branch_comes_before_a_tag_of_its_name() {
        let (branch, tag) = ("a".repeat(40), "b".repeat(40));
        let answer = format!("{tag}\trefs/tags/v1\n{branch}\trefs/heads/v1\n");
        let names = ["refs/heads/v1".to_owned(), "refs/tags/v1".to_owned()];
        assert_eq!(find_ref(&answer, &names).unwrap().object, branch);
        assert_eq!(find_ref(&answer, &names[1..]).unwrap().object, tag);
        assert_eq!(find_ref("", &names), None);
    }

    #[test]
    fn depth_and_tags_decide_what_is_fetched() {
        let wanted = Wanted {
            object: "a".repeat(40),
            git_ref: Some("refs/heads/main".to_owned()),
        };
        let fetched = |inputs: &CheckoutInputs| fetch(inputs, &wanted)[3..].join(" ");
        let own = format!("+{}:refs/remotes/origin/main", wanted.object);
        let mut inputs = CheckoutInputs::default();
        assert_eq!(fetched(&inputs), format!("--depth=1 origin {own}"));
        inputs.tags = true;
        let tags = "+refs/tags/*:refs/tags/*";
        assert_eq!(fetched(&inputs), format!("--depth=1 origin {tags} {own}"));
        (inputs.depth, inputs.tags) = (None, false);
        let heads = "+refs/heads/*:refs/remotes/origin/*";
        let object = &wanted.object;
        assert_eq!(fetched(&inputs), format!("origin {heads} {tags} {object}"));
    }

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

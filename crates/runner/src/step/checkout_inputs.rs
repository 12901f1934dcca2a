//! What `with` of `actions/checkout` asks for. What cannot be done is refused, never passed over.
//! Pure.

use std::path::{Component, Path, PathBuf};

use runyard_api::runner::messages::JobMessage;

use super::run::StepError;

/// Inputs whose value changes nothing here: where there is a credential of the job, no other is
/// used; the workspace belongs to the runner's own user.
const WITHOUT_EFFECT: [&str; 5] = [
    "token",
    "show-progress",
    "set-safe-directory",
    "ssh-strict",
    "ssh-user",
];
/// Inputs that are only known to be off.
const OFF_ONLY: [&str; 3] = ["submodules", "lfs", "persist-credentials"];
/// Inputs that must be empty.
const EMPTY_ONLY: [&str; 4] = ["ssh-key", "ssh-known-hosts", "sparse-checkout", "filter"];
/// A longer name of a ref is no ref.
const REF_CHARACTERS_MAX: usize = 1_000;

/// The inputs of one checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckoutInputs {
    /// Branch, tag or commit; the run's own without.
    pub(super) reference: Option<String>,
    /// Below the workspace; empty is the workspace itself.
    pub(super) path: PathBuf,
    /// Commits of history; all of it and all branches without.
    pub(super) depth: Option<u32>,
    /// All tags too.
    pub(super) tags: bool,
    /// What is in the folder goes first.
    pub(super) clean: bool,
    /// Inputs that the action does not have.
    pub(super) unexpected: Vec<String>,
}

impl Default for CheckoutInputs {
    fn default() -> Self {
        Self {
            reference: None,
            path: PathBuf::new(),
            depth: Some(1),
            tags: false,
            clean: true,
            unexpected: Vec::new(),
        }
    }
}

impl CheckoutInputs {
    /// Reads the pairs of `with`.
    pub(super) fn read(with: &[(String, String)], job: &JobMessage) -> Result<Self, StepError> {
        let mut inputs = Self::default();
        for (name, value) in with {
            inputs.take(&name.to_ascii_lowercase(), value.trim(), job)?;
        }
        Ok(inputs)
    }

    fn take(&mut self, name: &str, value: &str, job: &JobMessage) -> Result<(), StepError> {
        let full_name = &job.repository.full_name;
        match name {
            _ if value.is_empty() => {}
            "ref" => self.reference = Some(reference(value)?),
            "path" => self.path = below(value)?,
            "fetch-depth" => self.depth = depth(value)?,
            "fetch-tags" => self.tags = boolean(name, value)?,
            "clean" => self.clean = boolean(name, value)?,
            "repository" if value.eq_ignore_ascii_case(full_name) => {}
            "repository" => {
                let allowed = format!("only the run's own repository, {full_name}, is checked out");
                return Err(refused(name, value, &allowed));
            }
            "github-server-url" if value.trim_end_matches('/') == job.server_url => {}
            "github-server-url" => {
                let allowed = format!("the only server is {}", job.server_url);
                return Err(refused(name, value, &allowed));
            }
            _ if WITHOUT_EFFECT.contains(&name) => {}
            _ if OFF_ONLY.contains(&name) && value.eq_ignore_ascii_case("false") => {}
            _ if OFF_ONLY.contains(&name) => {
                return Err(refused(name, value, "this version allows only false"));
            }
            _ if EMPTY_ONLY.contains(&name) => {
                return Err(refused(name, value, "this version allows no value"));
            }
            _ => self.unexpected.push(name.to_owned()),
        }
        Ok(())
    }
}

fn refused(name: &str, value: &str, allowed: &str) -> StepError {
    StepError::Checkout(format!(
        "the input {name} of actions/checkout is '{value}': {allowed}"
    ))
}

fn boolean(name: &str, value: &str) -> Result<bool, StepError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(refused(name, value, "true and false are allowed")),
    }
}

/// Nothing for 0: all of it.
fn depth(value: &str) -> Result<Option<u32>, StepError> {
    let allowed = "a number of commits, or 0 for all of them, is allowed";
    let depth: u32 = value
        .parse()
        .map_err(|_| refused("fetch-depth", value, allowed))?;
    Ok((depth > 0).then_some(depth))
}

/// What git would read as an option or as several words is no ref.
fn reference(value: &str) -> Result<String, StepError> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    if value.starts_with('-')
        || value.contains("..")
        || value.contains(odd)
        || value.chars().count() > REF_CHARACTERS_MAX
    {
        let allowed = "the name of a branch or a tag, or a whole commit id, is allowed";
        return Err(refused("ref", value, allowed));
    }
    Ok(value.to_owned())
}

/// A folder below the workspace.
fn below(value: &str) -> Result<PathBuf, StepError> {
    let mut path = PathBuf::new();
    for component in Path::new(value).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => path.push(part),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(refused(
                    "path",
                    value,
                    "a path below the workspace, without .., is allowed",
                ));
            }
        }
    }
    Ok(path)
}

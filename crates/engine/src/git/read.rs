//! Reads mirrors with `gix`, which only this file and `contents.rs` know. Blocking; never fetches, never writes.

use super::GitError;
use gix::{ObjectId, Repository, bstr::ByteSlice, object::Kind, objs::tree::EntryMode};
use runyard_domain::{
    Timestamp,
    run::{CommitFacts, Person},
};
use std::path::Path;

/// Longest full name of a ref, and longest part of it between slashes, in bytes: a ref is a file, which can have no
/// longer name. What is longer is no ref.
const REF_BYTES_MAX: usize = 1024;
const REF_PART_BYTES_MAX: usize = 250;

/// A ref and the commit that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The commit, 40 hex digits.
    pub sha: String,
    /// Full name: `refs/heads/main`.
    pub git_ref: String,
    /// Short name of a branch or tag; absent for other refs.
    pub branch: Option<String>,
}

/// A file at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFile {
    /// From the root of the repository: `.github/workflows/ci.yml`.
    pub path: String,
    /// What is in it.
    pub content: Content,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Text(String),
    /// More than is read.
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// It is not text in UTF-8.
    NotUtf8,
}

pub(super) fn resolve(mirror: &Path, reference: &str) -> Result<Resolved, GitError> {
    let repository = open(mirror)?;
    for git_ref in full_names(reference) {
        if let Some(sha) = peeled(&repository, &git_ref, reference)? {
            let branch = short_name(&git_ref).map(str::to_owned);
            return Ok(Resolved {
                sha: sha.to_string(),
                git_ref,
                branch,
            });
        }
    }
    Err(GitError::UnknownRef {
        reference: reference.to_owned(),
    })
}

pub(super) fn commit(mirror: &Path, sha: &str) -> Result<CommitFacts, GitError> {
    let repository = open(mirror)?;
    let commit = find_commit(&repository, sha)?;
    let decoded = commit.decode().map_err(GitError::internal)?;
    let author = decoded.author().map_err(GitError::internal)?;
    let committer = decoded.committer().map_err(GitError::internal)?;
    Ok(CommitFacts {
        sha: commit.id.to_string(),
        tree: decoded.tree().to_string(),
        message: decoded
            .message
            .to_str_lossy()
            .trim_end_matches('\n')
            .to_owned(),
        timestamp: committed_at(committer)?,
        author: person(author),
        committer: person(committer),
    })
}

/// How much is read at one commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct FolderLimits {
    pub(super) files: usize,
    pub(super) file_bytes: usize,
    pub(super) all_bytes: u64,
}

pub(super) fn workflow_files(
    mirror: &Path,
    sha: &str,
    folders: &[String],
    limits: FolderLimits,
) -> Result<Vec<WorkflowFile>, GitError> {
    let repository = open(mirror)?;
    let mut found: Vec<(String, ObjectId)> = Vec::new();
    for folder in folders {
        let mut own = workflow_entries(&repository, sha, folder)?;
        own.sort();
        own.retain(|entry| !found.contains(entry));
        found.extend(own);
    }
    let folder = || folders.join(", ");
    if found.len() > limits.files {
        return Err(GitError::TooManyWorkflowFiles {
            folder: folder(),
            found: found.len(),
            allowed: limits.files,
        });
    }
    let (mut files, mut bytes) = (Vec::new(), 0);
    for (path, id) in found {
        let content = content(&repository, id, limits.file_bytes)?;
        bytes += match &content {
            Content::Text(text) => text.len() as u64,
            Content::TooLarge { .. } | Content::NotUtf8 => 0,
        };
        if bytes > limits.all_bytes {
            return Err(GitError::WorkflowFilesTooLarge {
                folder: folder(),
                allowed: limits.all_bytes,
            });
        }
        files.push(WorkflowFile { path, content });
    }
    Ok(files)
}

pub(super) fn file(
    mirror: &Path,
    sha: &str,
    path: &str,
    max_bytes: usize,
) -> Result<Option<WorkflowFile>, GitError> {
    let repository = open(mirror)?;
    match entry(&repository, sha, path)? {
        Some((mode, id)) if mode.is_blob() => {
            let content = content(&repository, id, max_bytes)?;
            Ok(Some(WorkflowFile {
                path: path.to_owned(),
                content,
            }))
        }
        Some(_) | None => Ok(None),
    }
}

/// Trusts the folder whoever owns it, and reads no configuration but the mirror's own.
pub(super) fn open(mirror: &Path) -> Result<Repository, GitError> {
    let options = gix::open::Options::isolated().open_path_as_is(true);
    let options = options.with(gix::sec::Trust::Full);
    gix::open_opts(mirror, options).map_err(GitError::internal)
}

/// What a name may mean, in the order in which it is looked for: GitHub looks for branches first.
fn full_names(reference: &str) -> Vec<String> {
    if reference.starts_with("refs/") {
        return vec![reference.to_owned()];
    }
    vec![
        format!("refs/heads/{reference}"),
        format!("refs/tags/{reference}"),
    ]
}

fn short_name(git_ref: &str) -> Option<&str> {
    git_ref
        .strip_prefix("refs/heads/")
        .or_else(|| git_ref.strip_prefix("refs/tags/"))
}

/// The commit of the ref with this full name; nothing when there is no such ref.
fn peeled(
    repository: &Repository,
    git_ref: &str,
    asked: &str,
) -> Result<Option<ObjectId>, GitError> {
    let Ok(name) = gix::refs::FullName::try_from(git_ref) else {
        return Ok(None);
    };
    let is_long = |part: &str| part.len() > REF_PART_BYTES_MAX;
    if git_ref.len() > REF_BYTES_MAX || git_ref.split('/').any(is_long) {
        return Ok(None);
    }
    let found = repository
        .try_find_reference(name.as_ref())
        .map_err(GitError::internal)?;
    let Some(mut found) = found.filter(|found| found.name() == name.as_ref()) else {
        return Ok(None);
    };
    let id = found.peel_to_id().map_err(GitError::internal)?.detach();
    match repository
        .find_header(id)
        .map_err(GitError::internal)?
        .kind()
    {
        Kind::Commit => Ok(Some(id)),
        Kind::Tree | Kind::Blob | Kind::Tag => Err(GitError::NotACommit {
            reference: asked.to_owned(),
        }),
    }
}

pub(super) fn find_commit<'a>(
    repository: &'a Repository,
    sha: &str,
) -> Result<gix::Commit<'a>, GitError> {
    let unknown = || GitError::UnknownCommit {
        sha: sha.to_owned(),
    };
    let id = ObjectId::from_hex(sha.as_bytes()).map_err(|_| unknown())?;
    let found = repository.try_find_object(id).map_err(GitError::internal)?;
    found
        .and_then(|object| {
            object
                .peel_to_kind(Kind::Commit)
                .ok()?
                .try_into_commit()
                .ok()
        })
        .ok_or_else(unknown)
}

fn entry(
    repository: &Repository,
    sha: &str,
    path: &str,
) -> Result<Option<(EntryMode, ObjectId)>, GitError> {
    let root = find_commit(repository, sha)?
        .tree()
        .map_err(GitError::internal)?;
    let found = root
        .lookup_entry(path.split('/'))
        .map_err(GitError::internal)?;
    Ok(found.map(|entry| (entry.mode(), entry.object_id())))
}

fn workflow_entries(
    repository: &Repository,
    sha: &str,
    folder: &str,
) -> Result<Vec<(String, ObjectId)>, GitError> {
    let Some((_, id)) = entry(repository, sha, folder)?.filter(|(mode, _)| mode.is_tree()) else {
        return Ok(Vec::new());
    };
    let tree = repository.find_tree(id).map_err(GitError::internal)?;
    let mut found = Vec::new();
    for entry in tree.iter() {
        let entry = entry.map_err(GitError::internal)?;
        let name = entry.filename().to_str_lossy();
        if entry.mode().is_blob() && (name.ends_with(".yml") || name.ends_with(".yaml")) {
            found.push((format!("{folder}/{name}"), entry.object_id()));
        }
    }
    Ok(found)
}

/// Asks for the size first, so that a huge file is never unpacked.
fn content(repository: &Repository, id: ObjectId, max_bytes: usize) -> Result<Content, GitError> {
    let bytes = repository
        .find_header(id)
        .map_err(GitError::internal)?
        .size();
    if usize::try_from(bytes).map_or(true, |bytes| bytes > max_bytes) {
        return Ok(Content::TooLarge { bytes });
    }
    let data = repository
        .find_blob(id)
        .map_err(GitError::internal)?
        .take_data();
    Ok(String::from_utf8(data).map_or(Content::NotUtf8, Content::Text))
}

fn person(signature: gix::actor::SignatureRef<'_>) -> Person {
    let signature = signature.trim();
    Person {
        name: signature.name.to_str_lossy().into_owned(),
        email: signature.email.to_str_lossy().into_owned(),
    }
}

/// A date that git cannot read, or that no calendar shows, counts as the epoch: it must not stop a run.
fn committed_at(committer: gix::actor::SignatureRef<'_>) -> Result<Timestamp, GitError> {
    let seconds = committer.time().map_or(0, |time| time.seconds);
    let micros = seconds.checked_mul(1_000_000).unwrap_or(0);
    Timestamp::from_unix_micros(micros)
        .or_else(|| Timestamp::from_unix_micros(0))
        .ok_or_else(|| GitError::internal(anyhow::anyhow!("the epoch is no date")))
}

//! Files that workflows call: found in the repositories of this server, read at the commit that a call names.

use crate::{
    Engine, EngineError,
    definitions::{Definition, File, with_calls},
    git::Content,
};
use runyard_domain::{
    actions::AccessLevel,
    repository::Repository,
    run::{ReferencedWorkflow, RunIdentity},
};
use runyard_workflow::{
    model::CalledFile,
    reusable::{Loaded, Loader, Source},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// Why a file cannot be called; the same where the repository is kept secret and where it is not shared.
const NO_REPOSITORY: &str = "there is no such repository here, or it is not shared with this one \
                             (actions/permissions/access)";
/// Rounds of looking for called files: each goes one level deeper than the one before.
const ROUNDS_MAX: usize = 16;

/// Called files that are here, by where they are from, and those that were asked for and are not.
#[derive(Debug, Default)]
pub(crate) struct CallFiles {
    /// The file that the run begins in.
    origin: Option<Source>,
    here: BTreeMap<String, Result<Loaded, String>>,
    wanted: Mutex<BTreeSet<Wanted>>,
}

/// A called file that is not here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    /// `owner/repo/path@ref`
    path: String,
    owner: String,
    name: String,
    file: String,
    at: At,
}

/// Which commit a call means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    /// That of the calling file.
    Same {
        sha: String,
        reference: Option<String>,
    },
    /// A branch, a tag or a commit of another repository.
    Written(String),
}

impl CallFiles {
    pub(crate) fn add(&mut self, loaded: Loaded) {
        self.here.insert(loaded.source.path.clone(), Ok(loaded));
    }

    /// Says where the run begins, for calls of files beside its own. Where it was is known from what it called.
    pub(crate) fn begin_in(&mut self, identity: &RunIdentity) {
        let called = identity.referenced.iter().map(|one| &one.source);
        let mut beside = called.filter(|source| source.sha == identity.sha());
        let repository = beside.find_map(|source| repository_of(&source.path));
        let (owner, name) = repository.unwrap_or_default();
        self.origin = Some(source(&owner, &name, identity));
    }

    fn take_wanted(&self) -> BTreeSet<Wanted> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *wanted)
    }
}

fn source(owner: &str, name: &str, identity: &RunIdentity) -> Source {
    Source {
        path: format!("{owner}/{name}/{}@{}", identity.path, identity.git_ref),
        sha: identity.sha().to_owned(),
        reference: Some(identity.git_ref.clone()),
    }
}

/// Owner and name of `owner/repo/path@ref`.
fn repository_of(path: &str) -> Option<(String, String)> {
    let mut parts = path.splitn(3, '/');
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

impl Loader for CallFiles {
    fn load(&self, from: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let from = from.or(self.origin.as_ref());
        let from = from.ok_or("it is not known where the calling file is from")?;
        let wanted = Wanted::of(from, file)?;
        match self.here.get(&wanted.path) {
            Some(found) => found.clone().map(Some),
            None => {
                let mut all = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert(wanted);
                Err("it was not looked for".to_owned())
            }
        }
    }
}

impl Wanted {
    fn of(from: &Source, file: &CalledFile) -> Result<Self, String> {
        match file {
            CalledFile::Local { path } => {
                let unknown = "the calling file is not of a repository";
                let (owner, name) = repository_of(&from.path).ok_or(unknown)?;
                let (_, reference) = from.path.rsplit_once('@').ok_or(unknown)?;
                Ok(Self {
                    path: format!("{owner}/{name}/{path}@{reference}"),
                    owner,
                    name,
                    file: path.clone(),
                    at: At::Same {
                        sha: from.sha.clone(),
                        reference: from.reference.clone(),
                    },
                })
            }
            CalledFile::Repository {
                owner,
                name,
                path,
                reference,
            } => Ok(Self {
                path: format!("{owner}/{name}/{path}@{reference}"),
                owner: owner.clone(),
                name: name.clone(),
                file: path.clone(),
                at: At::Written(reference.clone()),
            }),
        }
    }
}

impl Engine {
    /// A file with all that it calls, as it is now; and what to keep of that.
    ///
    /// # Errors
    /// When a store or a source fails. A file that is not there is a fault of the definition.
    pub(crate) async fn resolve_calls(
        &self,
        repository: &Repository,
        identity: &RunIdentity,
        file: &File,
    ) -> Result<(Vec<ReferencedWorkflow>, Definition), EngineError> {
        let files = CallFiles {
            origin: Some(source(&repository.owner, &repository.name, identity)),
            ..CallFiles::default()
        };
        self.resolve_with(files, repository, identity, file).await
    }

    /// The same for a run that is there: a call of a file at its own commit finds what it found before, whatever became
    /// of the source; one that names a branch or a tag finds that as it is now (semantics 4).
    ///
    /// # Errors
    /// As [`Engine::resolve_calls`].
    pub(crate) async fn resolve_again(
        &self,
        repository: &Repository,
        identity: &RunIdentity,
    ) -> Result<(Vec<ReferencedWorkflow>, Definition), EngineError> {
        let definitions = &self.definitions;
        let file = definitions.file(&identity.path, &identity.definition);
        let file = file.await?;
        let mut files = CallFiles {
            origin: Some(source(&repository.owner, &repository.name, identity)),
            ..CallFiles::default()
        };
        let own = |referenced: &&ReferencedWorkflow| {
            let Source {
                sha,
                reference,
                path,
            } = &referenced.source;
            let at_commit = path.ends_with(&format!("@{}", identity.git_ref));
            *sha == identity.head_sha && reference.is_some() && at_commit
        };
        let (kept, others): (Vec<_>, Vec<_>) = identity.referenced.iter().partition(own);
        for referenced in kept {
            files.add(Loaded {
                source: referenced.source.clone(),
                text: definitions.text(&referenced.definition).await?,
            });
        }
        if !others.is_empty() {
            self.fetch(repository).await?;
        }
        self.resolve_with(files, repository, identity, &file).await
    }

    async fn resolve_with(
        &self,
        mut files: CallFiles,
        repository: &Repository,
        identity: &RunIdentity,
        file: &File,
    ) -> Result<(Vec<ReferencedWorkflow>, Definition), EngineError> {
        for _ in 0..ROUNDS_MAX {
            let definition = with_calls(&identity.path, file, &files);
            let wanted = files.take_wanted();
            if wanted.is_empty() {
                let referenced = match &definition {
                    Ok(resolved) => self.keep_called(&files, &resolved.referenced).await?,
                    Err(_) => Vec::new(),
                };
                return Ok((referenced, Arc::new(definition)));
            }
            for wanted in wanted {
                let found = self.look_up(repository, &wanted).await?;
                files.here.insert(wanted.path, found);
            }
        }
        let definition = with_calls(&identity.path, file, &files);
        Ok((Vec::new(), Arc::new(definition)))
    }

    async fn keep_called(
        &self,
        files: &CallFiles,
        referenced: &[Source],
    ) -> Result<Vec<ReferencedWorkflow>, EngineError> {
        let mut kept = Vec::with_capacity(referenced.len());
        for source in referenced {
            if let Some(Ok(loaded)) = files.here.get(&source.path) {
                kept.push(ReferencedWorkflow {
                    source: source.clone(),
                    definition: self.definitions.keep_text(&loaded.text).await?,
                });
            }
        }
        Ok(kept)
    }

    /// Whether `other` lets the workflows of `from` use what it has. Nothing is asked for what everybody may.
    async fn may_call(&self, from: &Repository, other: &Repository) -> Result<bool, EngineError> {
        if AccessLevel::None.admits(from, other) {
            return Ok(true);
        }
        let settings = self.store.actions_settings(other.id).await?;
        Ok(settings.access.admits(from, other))
    }

    /// The file, or a sentence that says why it cannot be called.
    async fn look_up(
        &self,
        from: &Repository,
        wanted: &Wanted,
    ) -> Result<Result<Loaded, String>, EngineError> {
        let found = self
            .store
            .repository_by_name(&wanted.owner, &wanted.name)
            .await?;
        let Some(repository) = found else {
            return Ok(Err(NO_REPOSITORY.to_owned()));
        };
        if !self.may_call(from, &repository).await? {
            return Ok(Err(NO_REPOSITORY.to_owned()));
        }
        let (sha, reference) = match &wanted.at {
            At::Same { sha, reference } => (sha.clone(), reference.clone()),
            At::Written(written) => {
                if repository.id != from.id {
                    self.fetch(&repository).await?;
                }
                match self.git.resolve(repository.id, written).await {
                    Ok(at) => (at.sha.clone(), at.branch.map(|_| at.git_ref)),
                    Err(error) => return Ok(Err(error.to_string())),
                }
            }
        };
        let file = self.git.file(repository.id, &sha, &wanted.file).await?;
        let Some(file) = file else {
            return Ok(Err("there is no such file at this commit".to_owned()));
        };
        let source = Source {
            path: wanted.path.clone(),
            sha,
            reference,
        };
        Ok(match file.content {
            Content::Text(text) => Ok(Loaded { source, text }),
            Content::TooLarge { bytes } => {
                Err(format!("it has {bytes} bytes, which is more than is read"))
            }
            Content::NotUtf8 => Err("it is not UTF-8".to_owned()),
        })
    }
}

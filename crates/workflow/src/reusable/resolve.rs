//! Follows calls from file to file (semantics R2.61 to R2.71); it must not do I/O.

use super::loader::{Loaded, Loader, Source};
use super::{inputs, permissions};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Call, EventName, Job, JobBody, JobName, Permissions, Workflow};
use crate::parse::parse_measured;
use crate::reader::limits::Limits;
use crate::reader::{name_bytes, quoted};
use std::sync::Arc;

/// How far calls may go (semantics R2.62).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLimits {
    /// Files that call each other, the one that an event started included; ten at first.
    pub levels: usize,
    /// Different called files; fifty at first.
    pub files: usize,
    /// What each file is read within; all together stay within its `result_bytes`.
    pub file: Limits,
    /// What jobs may do where no file says it; everything when this is absent.
    pub permissions: Option<Permissions>,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            levels: 10,
            files: 50,
            file: Limits::default(),
            permissions: None,
        }
    }
}

/// A workflow with all that it calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The file that an event started.
    pub workflow: Arc<Workflow>,
    /// Its calls, in file order, without those that the loader left unresolved.
    pub calls: Vec<ResolvedCall>,
    /// Every called file once, in the order of the first call (semantics R2.69).
    pub referenced: Vec<Source>,
}

/// One call, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedCall {
    /// The calling job.
    pub job: JobName,
    /// Where the called file is from.
    pub source: Source,
    /// The called file.
    pub workflow: Arc<Workflow>,
    /// What its jobs may do that do not say it themselves; absent when no file says it.
    pub permissions: Option<Permissions>,
    /// The calls of the called file.
    pub calls: Vec<ResolvedCall>,
}

/// The name of a job that another one calls (semantics R2.67).
pub fn call_name(caller: &str, callee: &str) -> String {
    format!("{caller} / {callee}")
}

/// Follows every call of `workflow`, which was read from the file `file` and takes `used` bytes
/// of [`Limits::result_bytes`], as [`crate::parse_measured`] says.
///
/// # Errors
/// Everything that is wrong between the files, each at its call.
pub fn resolve(
    file: &str,
    workflow: Arc<Workflow>,
    used: usize,
    loader: &dyn Loader,
    limits: &CallLimits,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut resolver = Resolver {
        loader,
        limits,
        known: Vec::new(),
        used,
        found: Vec::new(),
    };
    let declared = workflow
        .permissions
        .as_ref()
        .map(|found| found.value.clone());
    let top = Caller {
        file,
        source: None,
        level: 1,
        declared,
    };
    let calls = resolver.calls(&top, &workflow);
    if !resolver.found.is_empty() {
        return Err(resolver.found);
    }
    let known = resolver.known.into_iter();
    Ok(Resolved {
        workflow,
        calls,
        referenced: known.map(|known| known.source).collect(),
    })
}

/// The file whose calls are followed.
struct Caller<'a> {
    file: &'a str,
    source: Option<&'a Source>,
    level: usize,
    /// What its jobs may do that do not say it themselves; absent when no file says it.
    declared: Option<Permissions>,
}

/// A file that was read, with the bytes it takes.
struct Known {
    source: Source,
    workflow: Arc<Workflow>,
    bytes: usize,
    name_bytes: usize,
}

struct Resolver<'a> {
    loader: &'a dyn Loader,
    limits: &'a CallLimits,
    known: Vec<Known>,
    used: usize,
    found: Vec<Diagnostic>,
}

impl Resolver<'_> {
    /// Levels are limited, and with them this recursion; so is the number of files.
    fn calls(&mut self, caller: &Caller<'_>, workflow: &Workflow) -> Vec<ResolvedCall> {
        let calling = |job: &Job| match &job.body {
            JobBody::Call(call) => Some((job.clone(), call.clone())),
            JobBody::Steps(_) => None,
        };
        let calls: Vec<(Job, Call)> = workflow.jobs.iter().filter_map(calling).collect();
        calls
            .iter()
            .filter_map(|(job, call)| self.call(caller, job, call))
            .collect()
    }

    fn call(&mut self, caller: &Caller<'_>, job: &Job, call: &Call) -> Option<ResolvedCall> {
        let (source, called) = match self.called(caller, call) {
            Ok(called) => called?,
            Err(sentences) => {
                for sentence in sentences {
                    self.report(caller, call, sentence);
                }
                return None;
            }
        };
        let own = job.permissions.as_ref().map(|found| found.value.clone());
        let declared = own.or_else(|| caller.declared.clone());
        if !self.fits(caller, job, call, &called, &source, declared.as_ref()) {
            return None;
        }
        let asked = called.permissions.as_ref().map(|found| found.value.clone());
        let permissions = asked.or(declared);
        let inside = Caller {
            file: &source.path,
            source: Some(&source),
            level: caller.level + 1,
            declared: permissions.clone(),
        };
        let calls = self.calls(&inside, &called);
        Some(ResolvedCall {
            job: job.id.value.clone(),
            source,
            workflow: called,
            permissions,
            calls,
        })
    }

    /// Checks what is given and asked for; says whether all is well.
    fn fits(
        &mut self,
        caller: &Caller<'_>,
        job: &Job,
        call: &Call,
        called: &Workflow,
        source: &Source,
        declared: Option<&Permissions>,
    ) -> bool {
        let mut diagnostics = Diagnostics::new();
        let declaration = called
            .on
            .get(EventName::WorkflowCall)
            .and_then(|trigger| trigger.call.clone());
        inputs::check(call, &declaration.unwrap_or_default(), &mut diagnostics);
        if let Some(allowed) = declared.or(self.limits.permissions.as_ref()) {
            for sentence in permissions::exceeded(called, &source.path, allowed) {
                diagnostics.report(job.id.position, sentence);
            }
        }
        let sound = diagnostics.is_empty();
        self.found.extend(diagnostics.into_list(caller.file));
        sound
    }

    fn called(
        &mut self,
        caller: &Caller<'_>,
        call: &Call,
    ) -> Result<Option<(Source, Arc<Workflow>)>, Vec<String>> {
        let levels = self.limits.levels;
        if caller.level >= levels {
            return Err(vec![format!(
                "The call goes too deep: at most {levels} workflows may call each other"
            )]);
        }
        let loaded = self.loader.load(caller.source, &call.file);
        let loaded = loaded.map_err(|reason| {
            let uses = quoted(&call.uses);
            vec![format!("The workflow {uses} cannot be called: {reason}")]
        })?;
        let Some(loaded) = loaded else {
            return Ok(None);
        };
        let at = self.known_at(loaded)?;
        self.charge(at)?;
        let known = &self.known[at];
        if !known.workflow.on.has(EventName::WorkflowCall) {
            return Err(vec![format!(
                "The workflow {} is not reusable: its on has no workflow_call",
                quoted(&known.source.path)
            )]);
        }
        Ok(Some((known.source.clone(), Arc::clone(&known.workflow))))
    }

    /// The number of a file, which is read when it is met first.
    fn known_at(&mut self, loaded: Loaded) -> Result<usize, Vec<String>> {
        let known = |known: &Known| known.source == loaded.source;
        if let Some(at) = self.known.iter().position(known) {
            return Ok(at);
        }
        let files = self.limits.files;
        if self.known.len() >= files {
            return Err(vec![format!(
                "Too many workflows are called: at most {files} different files may be"
            )]);
        }
        let Loaded { source, text } = loaded;
        let (read, bytes) = parse_measured(&source.path, &text, &self.limits.file);
        let workflow = read.map_err(|invalid| {
            let nested = |found: &Diagnostic| format!("Error from called workflow {found}");
            invalid.diagnostics.iter().map(nested).collect::<Vec<_>>()
        })?;
        let name_bytes = name_bytes(&source.path);
        self.known.push(Known {
            source,
            workflow: Arc::new(workflow),
            bytes: bytes.saturating_sub(name_bytes),
            name_bytes,
        });
        Ok(self.known.len() - 1)
    }

    /// All files together stay within the limit of one; each call counts its file anew.
    fn charge(&mut self, at: usize) -> Result<(), Vec<String>> {
        let known = &mut self.known[at];
        let bytes = known.bytes + std::mem::take(&mut known.name_bytes);
        self.used = self.used.saturating_add(bytes);
        let max = self.limits.file.result_bytes;
        if self.used <= max {
            return Ok(());
        }
        Err(vec![format!(
            "Error from called workflow {}: Maximum object size exceeded: at most {max} bytes are \
             allowed",
            known.source.path
        )])
    }

    fn report(&mut self, caller: &Caller<'_>, call: &Call, message: String) {
        self.found.push(Diagnostic {
            file: caller.file.to_owned(),
            line: call.uses.position.line,
            column: call.uses.position.column,
            message,
        });
    }
}

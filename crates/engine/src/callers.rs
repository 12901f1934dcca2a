//! Whom a credential stands for. Each request asks the store: what was revoked there is nobody here.

use crate::{
    Engine, EngineError,
    secret::{SecretKind, hash},
};
use futures_util::future::try_join;
use runyard_domain::{
    Execution,
    access::Caller,
    account::{Token, TokenKind},
    execution::ExecutionState,
    runner::Runner,
};

impl Engine {
    /// Whom a credential stands for; nobody when it is unknown, expired or of another kind.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate(&self, text: &str) -> Result<Option<Caller>, EngineError> {
        if text.starts_with(SecretKind::GitHub.prefix()) {
            return self.authenticate_github_token(text).await;
        }
        let Some((token, user)) = self.store.token_by_hash(hash(text)).await? else {
            return Ok(None);
        };
        if !self.is_valid(&token).await? {
            return Ok(None);
        }
        Ok(match token.kind {
            TokenKind::Access(grant) => Some(Caller::User {
                user,
                grant,
                expires_at: token.expires_at,
            }),
            TokenKind::Registration => None,
        })
    }

    /// Asks for the time only where it matters: this is part of every request.
    async fn is_valid(&self, token: &Token) -> Result<bool, EngineError> {
        match token.expires_at {
            None => Ok(true),
            Some(_) => Ok(token.is_valid(self.store.now().await?)),
        }
    }

    async fn authenticate_github_token(&self, text: &str) -> Result<Option<Caller>, EngineError> {
        let found = self.store.execution_by_github_token(hash(text)).await?;
        let Some(execution) = found.filter(is_running) else {
            return Ok(None);
        };
        let view = self.store.run(execution.run);
        let (Some(run), Some(job)) = try_join(view, self.store.job(execution.job)).await? else {
            return Ok(None);
        };
        let definition = self.definition_of(&run).await?;
        Ok(Some(Caller::Job {
            repository: run.identity.repository,
            permissions: self.token_permissions(&run, &job.node, &definition).await?,
            bot: self.bot_of_jobs().await?,
        }))
    }

    /// The runner with this token.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate_runner(&self, text: &str) -> Result<Option<Runner>, EngineError> {
        let runner = self.store.runner_by_token(hash(text)).await?;
        if let Some(runner) = &runner {
            self.note_runner(runner.id).await;
        }
        Ok(runner)
    }

    /// Whether this is a registration token that still holds.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn is_registration_token(&self, text: &str) -> Result<bool, EngineError> {
        let Some((token, _)) = self.store.token_by_hash(hash(text)).await? else {
            return Ok(false);
        };
        Ok(token.kind == TokenKind::Registration && self.is_valid(&token).await?)
    }

    /// The execution with this job token, ended or not.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate_job(&self, text: &str) -> Result<Option<Execution>, EngineError> {
        Ok(self.store.execution_by_token(hash(text)).await?)
    }
}

fn is_running(execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => true,
        ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => false,
    }
}

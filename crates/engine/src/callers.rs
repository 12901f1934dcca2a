//! Whom a credential stands for. Each request asks the store: what was revoked there is nobody here.

use crate::{
    Engine, EngineError,
    secret::{SecretKind, hash},
};
use futures_util::future::try_join;
use runyard_domain::{
    Execution,
    access::Caller,
    account::{Token, TokenKind, User},
    execution::ExecutionState,
    runner::Runner,
};
use runyard_store::SeenRepository;

/// Who asks for a repository by its name, and how they stand to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// Who; nobody when the credential is unknown, expired or of another kind.
    pub caller: Option<Caller>,
    /// The repository, whoever may see it.
    pub repository: Option<SeenRepository>,
}

impl Engine {
    /// Whom a credential stands for, and the repository that they ask for: with one question to the store for the tokens
    /// of people.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn enter(
        &self,
        text: Option<&str>,
        owner: &str,
        name: &str,
    ) -> Result<Entrance, EngineError> {
        let of_a_job = text.filter(|text| text.starts_with(SecretKind::GitHub.prefix()));
        let bearer = text.filter(|_| of_a_job.is_none()).map(hash);
        let standing = self.store.standing(bearer, owner, name).await?;
        let caller = match (text, of_a_job) {
            (None, _) => Some(Caller::Anonymous),
            (Some(_), None) => self.caller_with(standing.bearer).await?,
            (Some(_), Some(text)) => self.authenticate_github_token(text).await?,
        };
        Ok(Entrance {
            caller,
            repository: standing.repository,
        })
    }

    /// Whom a credential stands for; nobody when it is unknown, expired or of another kind.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate(&self, text: &str) -> Result<Option<Caller>, EngineError> {
        if text.starts_with(SecretKind::GitHub.prefix()) {
            return self.authenticate_github_token(text).await;
        }
        let bearer = self.store.token_by_hash(hash(text)).await?;
        self.caller_with(bearer).await
    }

    async fn caller_with(
        &self,
        bearer: Option<(Token, User)>,
    ) -> Result<Option<Caller>, EngineError> {
        let Some((token, user)) = bearer else {
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
            TokenKind::Registration | TokenKind::Removal => None,
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

    /// The removal token with this text, if it still holds and was not used.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn removal_token(&self, text: &str) -> Result<Option<Token>, EngineError> {
        let Some((token, _)) = self.store.token_by_hash(hash(text)).await? else {
            return Ok(None);
        };
        let holds = token.kind == TokenKind::Removal && self.is_valid(&token).await?;
        Ok(holds.then_some(token))
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

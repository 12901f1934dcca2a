//! Secrets and variables that a repository gives its workflows. Nobody is shown what is in a secret.

use crate::{Engine, EngineError, PublicKey, sealed_box::BOX_BYTES};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use runyard_domain::{
    RepositoryId,
    configuration::{
        BadName, SECRET_BYTES_MAX, SECRETS_MAX, VARIABLE_BYTES_MAX, VARIABLES_MAX, ValueKind,
        ValueName, Variable, seen_by_a_run,
    },
    repository::Repository,
};
use runyard_store::{Conflict, Listed, NamedSecret, Page, SecretFacts, StoreError};
use runyard_workflow::expression::{Object, Value};
use std::fmt;

/// A secret as a client sends it. Prints as the name of the key that it was encrypted with.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedSecret {
    /// A sealed box in Base64.
    pub encrypted_value: String,
    /// Names the public key that it was sealed with.
    pub key_id: String,
}

impl fmt::Debug for EncryptedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EncryptedSecret")
            .field(&self.key_id)
            .finish()
    }
}

/// What is to be changed of a variable; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableChange {
    /// Its new name.
    pub name: Option<String>,
    /// Its new value.
    pub value: Option<String>,
}

impl Engine {
    /// What clients encrypt the secrets of a repository with.
    ///
    /// # Errors
    /// [`EngineError::NoSealingKey`].
    pub async fn secrets_key(&self) -> Result<PublicKey, EngineError> {
        Ok(self.key_pair().await?.public().clone())
    }

    /// Keeps a secret, in place of one of the same name. Whether it is a new one.
    ///
    /// # Errors
    /// [`EngineError::BadName`]; [`EngineError::Unfit`] for a box that cannot be opened, or with too much in it;
    /// [`EngineError::TooMuch`]; [`EngineError::NoSealingKey`].
    pub async fn put_named_secret(
        &self,
        repository: &Repository,
        name: &str,
        secret: &EncryptedSecret,
    ) -> Result<bool, EngineError> {
        let name = new_name(ValueKind::Secret, name)?;
        let plain = self.opened(secret).await?;
        let key = self.sealing_key()?;
        let now = self.store.now().await?;
        let kept = NamedSecret {
            key_id: key.id().to_owned(),
            sealed: key.seal(plain.as_bytes(), &place(repository.id, &name))?,
            facts: SecretFacts {
                name,
                created_at: now,
                updated_at: now,
            },
        };
        let put = self
            .store
            .put_named_secret(repository.id, &kept, SECRETS_MAX);
        put.await
            .map_err(|error| full(error, "secrets", SECRETS_MAX))
    }

    /// What a client sealed, which is text.
    async fn opened(&self, secret: &EncryptedSecret) -> Result<String, EngineError> {
        let pair = self.key_pair().await?;
        let unfit = |field, problem: &str| EngineError::Unfit {
            field,
            problem: problem.to_owned(),
        };
        if secret.key_id != pair.public().key_id {
            let problem = "is not that of the public key: ask for the key again";
            return Err(unfit("key_id", problem));
        }
        let value = |problem| unfit("encrypted_value", problem);
        let sealed = STANDARD.decode(&secret.encrypted_value);
        let sealed = sealed.map_err(|_| value("is not Base64"))?;
        if sealed.len() > SECRET_BYTES_MAX + BOX_BYTES {
            let problem = format!("is of a secret of more than {SECRET_BYTES_MAX} bytes");
            return Err(value(&problem));
        }
        let plain = pair.open(&sealed);
        let plain = plain.ok_or_else(|| {
            value("cannot be opened: it must be sealed with the public key, as libsodium's crypto_box_seal does")
        })?;
        String::from_utf8(plain).map_err(|_| value("is of a secret that is not UTF-8"))
    }

    /// What may be read of a secret.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn secret_facts(
        &self,
        repository: &Repository,
        name: &str,
    ) -> Result<SecretFacts, EngineError> {
        let name = known_name("the secret", name)?;
        let kept = self.store.named_secret(repository.id, &name).await?;
        let what = "the secret";
        Ok(kept.ok_or(EngineError::NotFound { what })?.facts)
    }

    /// What may be read of the secrets of a repository, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn secrets_of(
        &self,
        repository: &Repository,
        page: Page,
    ) -> Result<Listed<SecretFacts>, EngineError> {
        Ok(self.store.named_secrets(repository.id, page).await?)
    }

    /// Forgets a secret.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn delete_named_secret(
        &self,
        repository: &Repository,
        name: &str,
    ) -> Result<(), EngineError> {
        let name = known_name("the secret", name)?;
        Ok(self.store.delete_named_secret(repository.id, &name).await?)
    }

    /// Keeps a new variable.
    ///
    /// # Errors
    /// [`EngineError::BadName`]; [`EngineError::TooMuch`]; [`Conflict::VariableName`] when there is one of this name.
    pub async fn create_variable(
        &self,
        repository: &Repository,
        name: &str,
        value: String,
    ) -> Result<(), EngineError> {
        let name = new_name(ValueKind::Variable, name)?;
        check_value(&value)?;
        let now = self.store.now().await?;
        let new = Variable {
            name,
            value,
            created_at: now,
            updated_at: now,
        };
        let put = self
            .store
            .insert_variable(repository.id, &new, VARIABLES_MAX);
        put.await
            .map_err(|error| full(error, "variables", VARIABLES_MAX))
    }

    /// One variable.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn variable(
        &self,
        repository: &Repository,
        name: &str,
    ) -> Result<Variable, EngineError> {
        let what = "the variable";
        let name = known_name(what, name)?;
        let kept = self.store.variable(repository.id, &name).await?;
        kept.ok_or(EngineError::NotFound { what })
    }

    /// The variables of a repository, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn variables(
        &self,
        repository: &Repository,
        page: Page,
    ) -> Result<Listed<Variable>, EngineError> {
        Ok(self.store.variables(repository.id, page).await?)
    }

    /// Changes the name or the value of a variable, or both.
    ///
    /// # Errors
    /// As [`Engine::variable`] and [`Engine::create_variable`].
    pub async fn update_variable(
        &self,
        repository: &Repository,
        name: &str,
        change: VariableChange,
    ) -> Result<(), EngineError> {
        let kept = self.variable(repository, name).await?;
        let new = match &change.name {
            Some(name) => new_name(ValueKind::Variable, name)?,
            None => kept.name.clone(),
        };
        let value = change.value.unwrap_or(kept.value);
        check_value(&value)?;
        let changed = Variable {
            name: new,
            value,
            created_at: kept.created_at,
            updated_at: self.store.now().await?,
        };
        let update = self
            .store
            .update_variable(repository.id, &kept.name, &changed);
        Ok(update.await?)
    }

    /// Forgets a variable.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn delete_variable(
        &self,
        repository: &Repository,
        name: &str,
    ) -> Result<(), EngineError> {
        let name = known_name("the variable", name)?;
        Ok(self.store.delete_variable(repository.id, &name).await?)
    }

    /// The `vars` of a run of this repository, as they are now.
    pub(crate) async fn vars(&self, repository: RepositoryId) -> Result<Value, EngineError> {
        let variables = self
            .store
            .first_variables(repository, VARIABLES_MAX)
            .await?;
        let mut vars = Object::new();
        for variable in seen_by_a_run(variables) {
            vars.insert(variable.name.as_str(), variable.value);
        }
        Ok(vars.into())
    }
}

/// A name for something new.
fn new_name(of: ValueKind, name: &str) -> Result<ValueName, EngineError> {
    ValueName::parse(name).map_err(|why| EngineError::BadName { of, why })
}

/// A name of something that is there: nothing has a name that cannot be.
fn known_name(what: &'static str, name: &str) -> Result<ValueName, EngineError> {
    ValueName::parse(name).map_err(|_: BadName| EngineError::NotFound { what })
}

fn check_value(value: &str) -> Result<(), EngineError> {
    match value.len() <= VARIABLE_BYTES_MAX {
        true => Ok(()),
        false => Err(EngineError::Unfit {
            field: "value",
            problem: format!("has more than {VARIABLE_BYTES_MAX} bytes"),
        }),
    }
}

fn full(error: StoreError, what: &'static str, limit: u32) -> EngineError {
    if !matches!(error, StoreError::Conflict(Conflict::Full)) {
        return error.into();
    }
    EngineError::TooMuch {
        what,
        limit: limit.into(),
    }
}

/// Binds what is encrypted to where it is kept: moved elsewhere it cannot be read.
fn place(repository: RepositoryId, name: &ValueName) -> String {
    format!("repository/{repository}/secret/{name}")
}

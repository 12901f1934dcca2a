//! What can go wrong within a transaction, before it is known whether trying again helps. Never leaves the crate.

use crate::{Conflict, StoreError};
use diesel::result::{ConnectionError, DatabaseErrorKind, Error};

/// Why a statement or a whole transaction did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// As a caller is told.
    Store(StoreError),
    /// As the database said it.
    Database(Error),
    /// Another transaction was first; tried again, this one sees what the other did.
    Raced(Error),
    /// As the database said it before it closed the connection: it was stopped, or told to.
    Cut(Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match is_nul(&error) {
            true => Self::Store(StoreError::Nul),
            false => Self::Database(error),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error,
            Failure::Cut(error) => Self::Unavailable {
                reason: error.to_string(),
            },
            Failure::Database(error) if is_lost(&error) || is_standby(&error) => {
                Self::Unavailable {
                    reason: error.to_string(),
                }
            }
            Failure::Database(error) | Failure::Raced(error) => Self::Internal(error.into()),
        }
    }
}

impl Failure {
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::Store(StoreError::NotFound { what })
    }

    /// Others were in the way again and again.
    pub(crate) fn busy(what: &'static str) -> Self {
        Self::Raced(Error::QueryBuilderError(
            format!("{what} could not be locked").into(),
        ))
    }

    pub(crate) fn conflict(conflict: Conflict) -> Self {
        Self::Store(StoreError::Conflict(conflict))
    }

    /// Whether the connection is gone; what was not committed then never happened.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Store(_) | Self::Raced(_) => false,
            Self::Cut(_) => true,
            Self::Database(error) => is_lost(error),
        }
    }

    /// Whether the same transaction may work when it is tried again.
    ///
    /// The driver tells serialization failures by their code, deadlocks only by a text in the server's language: so
    /// every error without a kind of its own counts. Trying again a few times costs moments, and harms nothing.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database(Error::DatabaseError(kind, _)) => matches!(
                kind,
                DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::Unknown
            ),
            Self::Raced(_) => true,
            Self::Database(_) | Self::Store(_) | Self::Cut(_) => false,
        }
    }

    /// Whether the text alone says what happened: nobody can tell from this error whether the connection, or the
    /// statement, came to its end.
    pub(crate) fn is_unclear(&self) -> bool {
        match self {
            Self::Database(Error::RollbackErrorOnCommit { commit_error, .. }) => {
                is_unknown(commit_error)
            }
            Self::Database(error) => is_unknown(error),
            Self::Store(_) | Self::Raced(_) | Self::Cut(_) => false,
        }
    }

    /// The same failure, now that the connection is known to be gone.
    pub(crate) fn cut(self) -> Self {
        match self {
            Self::Database(error) => Self::Cut(error),
            failure @ (Self::Store(_) | Self::Raced(_) | Self::Cut(_)) => failure,
        }
    }
}

fn is_lost(error: &Error) -> bool {
    if let Error::RollbackErrorOnCommit {
        rollback_error,
        commit_error,
    } = error
    {
        return is_lost(commit_error) || is_lost(rollback_error);
    }
    matches!(
        error,
        Error::BrokenTransactionManager
            | Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _
            )
    )
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::Unknown, _))
}

/// Whether PostgreSQL was given a NUL character, in a text (22021) or escaped in JSON (22P05).
///
/// The driver does not tell the codes, and the words are in the server's language; these marks are not.
fn is_nul(error: &Error) -> bool {
    let Error::DatabaseError(DatabaseErrorKind::Unknown, told) = error else {
        return false;
    };
    let message = told.message();
    let in_text = message.contains("UTF8") && message.contains("0x00");
    in_text
        || told
            .details()
            .is_some_and(|details| details.contains("\\u0000"))
}

/// The address leads to a server that is not the primary (any more): another will be, soon.
fn is_standby(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _)
    )
}

/// Gives a broken rule the meaning that it has for the statement that was run; databases do not agree on names.
pub(crate) fn with_meaning(error: Error, unique: Conflict) -> Failure {
    if let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) = error {
        Failure::conflict(unique)
    } else {
        reference(error)
    }
}

/// A row that another transaction may just have added.
pub(crate) fn raced(error: Error) -> Failure {
    if let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) = error {
        Failure::Raced(error)
    } else {
        error.into()
    }
}

/// As [`with_meaning`] where only references can be broken.
pub(crate) fn reference(error: Error) -> Failure {
    if let Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) = error {
        Failure::conflict(Conflict::Reference)
    } else {
        error.into()
    }
}

/// What is answered when a connection cannot be made.
pub(crate) fn unavailable(error: &ConnectionError) -> StoreError {
    StoreError::Unavailable {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseErrorKind, Error, Failure};
    use crate::StoreError;
    use diesel::result::DatabaseErrorInformation;

    struct Told(&'static str, Option<&'static str>);

    impl DatabaseErrorInformation for Told {
        fn message(&self) -> &str {
            self.0
        }

        fn details(&self) -> Option<&str> {
            self.1
        }

        fn hint(&self) -> Option<&str> {
            None
        }

        fn table_name(&self) -> Option<&str> {
            None
        }

        fn column_name(&self) -> Option<&str> {
            None
        }

        fn constraint_name(&self) -> Option<&str> {
            None
        }

        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    #[test]
    fn a_nul_is_known_in_every_language_and_not_tried_again() {
        for (told, known) in [
            (
                Told("invalid byte sequence for encoding \"UTF8\": 0x00", None),
                true,
            ),
            (
                Told("ungültige Byte-Sequenz für Kodierung »UTF8«: 0x00", None),
                true,
            ),
            (
                Told(
                    "nicht unterstützte Unicode-Escape-Sequenz",
                    Some("\\u0000 kann nicht in »text« umgewandelt werden."),
                ),
                true,
            ),
            (Told("deadlock detected", Some("Process 1 waits")), false),
        ] {
            let text = told.0;
            let error = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(told));
            let failure = Failure::from(error);
            assert_eq!(failure.is_passing(), !known, "{text}");
            let is_nul = matches!(failure, Failure::Store(StoreError::Nul));
            assert_eq!(is_nul, known, "{text}");
        }
    }
}

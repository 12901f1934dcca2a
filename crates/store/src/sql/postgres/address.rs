//! The address of a PostgreSQL server, and the form of it that may be shown: without a password.

use crate::StoreError;
use std::{fmt, time::Duration};
use tokio_postgres::{Config, config::Host};

/// A connection on which nothing arrives for this long is given up, also one that only listens.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// What a database URL says.
#[derive(Clone)]
pub(super) struct Address(Config);

impl Address {
    /// Reads a URL, or a list of `key=value`.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        // The parser's error can quote what it could not read, which may be a password.
        let config: Result<Config, _> = url.parse();
        let mut config = config.map_err(|_| StoreError::Unavailable {
            reason: "the database URL is not one of PostgreSQL".to_owned(),
        })?;
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_MAX);
        }
        config.keepalives_idle(config.get_keepalives_idle().min(SILENCE_MAX / 2));
        Ok(Self(config))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0
    }
}

/// `user@host:port/database`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = self.0.get_user() {
            write!(f, "{user}@")?;
        }
        match self.0.get_hosts().first() {
            Some(Host::Tcp(name)) => f.write_str(name)?,
            Some(Host::Unix(path)) => write!(f, "{}", path.display())?,
            None => {}
        }
        if let Some(port) = self.0.get_ports().first() {
            write!(f, ":{port}")?;
        }
        match self.0.get_dbname() {
            Some(name) => write!(f, "/{name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address = Address::parse("postgres://ann:secret@db.example:5433/yard").unwrap();
        assert_eq!(address.to_string(), "ann@db.example:5433/yard");
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        let broken = Address::parse("postgres://ann:secret@db:port/yard")
            .err()
            .unwrap();
        assert!(!broken.to_string().contains("secret"), "{broken}");
    }
}

//! Reads values of a row, and names the row and column of what it cannot hold. A default is never put in its place.

use crate::{StoreError, sql::columns::JsonText};
use runyard_domain::account::TokenHash;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};

/// Which row is read.
pub(crate) struct Place {
    table: &'static str,
    id: String,
}

impl Place {
    pub(crate) fn of(table: &'static str, id: impl Display) -> Self {
        let id = id.to_string();
        Self { table, id }
    }

    /// What is answered when `column` holds what it cannot hold.
    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            id: self.id.clone(),
            column,
        }
    }

    pub(crate) fn word<T: FromStr>(
        &self,
        column: &'static str,
        word: &str,
    ) -> Result<T, StoreError> {
        word.parse().map_err(|_| self.corrupt(column))
    }

    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &JsonText,
    ) -> Result<T, StoreError> {
        serde_json::from_str(&text.0).map_err(|_| self.corrupt(column))
    }

    /// A value of a column that may be null.
    pub(crate) fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: Option<&JsonText>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(column, text)).transpose()
    }

    pub(crate) fn number<T: TryFrom<i64>>(
        &self,
        column: &'static str,
        number: i64,
    ) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn hash(
        &self,
        column: &'static str,
        bytes: Vec<u8>,
    ) -> Result<TokenHash, StoreError> {
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| self.corrupt(column))?;
        Ok(TokenHash::new(bytes))
    }

    /// A value that must be there in the state that the row has.
    pub(crate) fn present<T>(
        &self,
        column: &'static str,
        value: Option<T>,
    ) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column))
    }
}

/// The value as it is written.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> JsonText {
    let text = serde_json::to_string(value);
    JsonText(text.expect("what is kept has text keys and no writer that can fail"))
}

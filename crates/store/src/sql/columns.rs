//! Columns that the two databases encode differently: one SQL type each, with both encodings. No tables here.

use chrono::DateTime;
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, SqlType, Text},
    sqlite::Sqlite,
};
use runyard_domain::Timestamp;
use std::io::Write;

/// Microseconds from the Unix epoch to the one that PostgreSQL counts from, 2000-01-01.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// `timestamptz`, or RFC 3339 text of fixed width; always UTC, always microseconds.
#[derive(SqlType, QueryId, Clone, Copy, Debug)]
#[diesel(
    postgres_type(oid = 1184, array_oid = 1185),
    sqlite_type(name = "Text")
)]
pub struct TimeColumn;

/// A moment in a [`TimeColumn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = TimeColumn)]
pub(crate) struct DbTime(pub(crate) Timestamp);

impl ToSql<TimeColumn, Pg> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = self.0.unix_micros() - POSTGRES_EPOCH_MICROS;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<TimeColumn, Pg> for DbTime {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        let moment = micros
            .checked_add(POSTGRES_EPOCH_MICROS)
            .and_then(Timestamp::from_unix_micros);
        moment
            .map(Self)
            .ok_or_else(|| "a moment that no calendar has".into())
    }
}

impl ToSql<TimeColumn, Sqlite> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<TimeColumn, Sqlite> for DbTime {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        let moment = DateTime::parse_from_rfc3339(&text)?;
        Ok(Self(Timestamp::new(moment.to_utc())))
    }
}

/// `json`, or text. PostgreSQL's `jsonb` is not used: it refuses strings with a NUL character.
#[derive(SqlType, QueryId, Clone, Copy, Debug)]
#[diesel(postgres_type(oid = 114, array_oid = 199), sqlite_type(name = "Text"))]
pub struct JsonColumn;

/// The text in a [`JsonColumn`], not parsed yet, so that what cannot be parsed is reported with its row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonColumn)]
pub(crate) struct JsonText(pub(crate) String);

impl ToSql<JsonColumn, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<JsonColumn, Pg> for JsonText {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<JsonColumn, Sqlite> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<JsonColumn, Sqlite> for JsonText {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Self)
    }
}

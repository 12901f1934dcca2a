//! Label sets: each is one row, and jobs that are ready name it by its id.

use super::{Connection, dialect};
use crate::sql::{failure::Failure, schema::label_sets};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::runner::LabelSet;

/// Those that were added after `newest`.
pub(super) async fn later_sets(
    connection: &mut Connection,
    newest: i64,
) -> Result<Vec<(i64, String)>, Failure> {
    let later = label_sets::table.filter(label_sets::id.gt(newest));
    let rows = later.select((label_sets::id, label_sets::labels));
    Ok(rows.order(label_sets::id).load(connection).await?)
}

/// The id of a set, which is kept from now on.
pub(super) async fn ensure_set(
    connection: &mut Connection,
    labels: &LabelSet,
) -> Result<i64, Failure> {
    let text = crate::sql::rows::json(labels).0;
    if let Some(id) = set_id(connection, &text).await? {
        return Ok(id);
    }
    // Ids must become visible in their order: whoever read one has read all before it.
    dialect::lock_label_sets(connection).await?;
    if let Some(id) = set_id(connection, &text).await? {
        return Ok(id);
    }
    let id = diesel::insert_into(label_sets::table)
        .values(label_sets::labels.eq(&text))
        .returning(label_sets::id)
        .get_result(connection)
        .await?;
    Ok(id)
}

async fn set_id(connection: &mut Connection, text: &str) -> Result<Option<i64>, Failure> {
    let id = label_sets::table
        .filter(label_sets::labels.eq(text))
        .select(label_sets::id);
    Ok(id.get_result(connection).await.optional()?)
}

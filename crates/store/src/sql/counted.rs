//! Counting what a query finds, no further than its limit. Knows no tables.

use diesel::{
    QueryResult,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::BigInt,
};

/// `SELECT count(*)` of the rows of a query, its `LIMIT` included.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct Counted<T>(pub(crate) T);

impl<T: Query> Query for Counted<T> {
    type SqlType = BigInt;
}

impl<T, DB> QueryFragment<DB> for Counted<T>
where
    T: QueryFragment<DB>,
    DB: diesel::backend::Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}

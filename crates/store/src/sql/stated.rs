//! Conditions without values that partial indexes have: stated word for word, so that a database sees which index will
//! do. Knows no tables.

use diesel::{
    QueryResult,
    backend::Backend,
    expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Bool,
};

/// A condition in SQL. Unlike diesel's own literal it leaves the statement prepared: the text is all there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated(pub(crate) &'static str);

impl Expression for Stated {
    type SqlType = Bool;
}

impl<Source> AppearsOnTable<Source> for Stated {}

impl<Groups> ValidGrouping<Groups> for Stated {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Stated {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend> QueryFragment<DB> for Stated {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_sql(self.0);
        out.push_sql(")");
        Ok(())
    }
}

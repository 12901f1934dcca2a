//! How a trait's method becomes a query that outlives the call. No queries here.

/// `perform!(store.write, insert_user(user))` runs the query with owned copies of what it names: work is done on
/// another thread or task, and may be tried again.
macro_rules! perform {
    ($store:ident . $way:ident, $query:ident ( $($kept:ident),* $(,)? )) => {{
        $(let $kept = $kept.to_owned();)*
        $store
            .database
            .$way(move |connection| {
                $(let $kept = $kept.to_owned();)*
                Box::pin(async move { $query(connection, $(&$kept),*).await })
            })
            .await
    }};
}

pub(crate) use perform;

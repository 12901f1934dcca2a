//! Writes down the statements that connections of this process run. Explains nothing.

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use std::{collections::BTreeSet, sync::Mutex};

static RECORDED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whose statements; they are told apart by how they quote names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Records what connections run that are made from now on.
pub(crate) fn install() {
    set_default_instrumentation(|| Some(Box::new(record))).unwrap();
}

fn record(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        let text = query.to_string();
        let statement = text.split(" -- binds").next().unwrap_or_default();
        RECORDED.lock().unwrap().insert(statement.to_owned());
    }
}

/// What was recorded of reading and changing rows; an insert needs no index.
pub(crate) fn statements(dialect: Dialect) -> Vec<String> {
    let quote = match dialect {
        Dialect::Sqlite => '`',
        Dialect::Postgres => '"',
    };
    let recorded = RECORDED.lock().unwrap();
    let is_wanted = |text: &str| {
        let finds = ["SELECT", "UPDATE", "DELETE"];
        finds.iter().any(|verb| text.starts_with(verb))
            && text.contains(quote)
            && !text.contains("__diesel_schema_migrations")
    };
    let wanted = recorded.iter().filter(|text| is_wanted(text));
    wanted.cloned().collect()
}

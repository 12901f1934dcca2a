//! Both databases have the same migrations: same folder names, each with its way up and down.

use std::collections::BTreeMap;
use std::path::Path;

use crate::workspace;

/// Folder name of a migration to the names of its files.
type Folders = BTreeMap<String, Vec<String>>;

/// What is wrong with the migrations of the two databases, in words.
fn faults(postgres: &Folders, sqlite: &Folders) -> Vec<String> {
    let mut faults = missing("sqlite", postgres, sqlite);
    faults.extend(missing("postgres", sqlite, postgres));
    faults.extend(incomplete("postgres", postgres));
    faults.extend(incomplete("sqlite", sqlite));
    faults
}

fn missing(database: &str, wanted: &Folders, have: &Folders) -> Vec<String> {
    let names = wanted.keys().filter(|name| !have.contains_key(*name));
    names
        .map(|name| format!("{database} lacks {name}"))
        .collect()
}

fn incomplete(database: &str, folders: &Folders) -> Vec<String> {
    let needed = ["down.sql", "up.sql"];
    let pairs = folders
        .iter()
        .flat_map(|folder| needed.map(|file| (folder, file)));
    pairs
        .filter(|((_, files), needed)| !files.iter().any(|file| file == needed))
        .map(|((name, _), needed)| format!("{database}/{name} lacks {needed}"))
        .collect()
}

fn folders(database: &str) -> Folders {
    let path = workspace::root().join("migrations").join(database);
    names(&path)
        .into_iter()
        .map(|name| (name.clone(), names(&path.join(&name))))
        .collect()
}

/// The sorted names in a folder; no names if it is not one.
fn names(path: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("a readable folder")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn both_databases_have_the_same_migrations() {
    let (postgres, sqlite) = (folders("postgres"), folders("sqlite"));
    assert!(!postgres.is_empty(), "no migrations were found");
    assert_eq!(faults(&postgres, &sqlite), Vec::<String>::new());
}

#[test]
fn planted_faults_are_found() {
    let both = || vec!["down.sql".to_owned(), "up.sql".to_owned()];
    let postgres = Folders::from([
        ("0001_runs".to_owned(), both()),
        ("0002_x".to_owned(), both()),
    ]);
    let sqlite = Folders::from([("0001_runs".to_owned(), vec!["up.sql".to_owned()])]);
    let expected = ["sqlite lacks 0002_x", "sqlite/0001_runs lacks down.sql"];
    assert_eq!(faults(&postgres, &sqlite), expected);
}

//! Every crate that is built in has a licence from `tests/licences.txt`.

use cargo_metadata::Metadata;
use spdx::{Expression, ParseMode};

use crate::workspace;

/// A crate and the licence text of its manifest.
struct Licensed {
    name: String,
    licence: Option<String>,
}

/// The crates whose licence is not allowed, each with its licence.
fn not_allowed(crates: &[Licensed], allowed: &[&str]) -> Vec<String> {
    let bad = crates
        .iter()
        .filter(|one| !is_allowed(one.licence.as_deref(), allowed));
    bad.map(|one| format!("{}: {}", one.name, one.licence.as_deref().unwrap_or("none")))
        .collect()
}

/// One side of an OR is enough, all sides of an AND are needed; the old `/` means OR.
fn is_allowed(licence: Option<&str>, allowed: &[&str]) -> bool {
    let mode = ParseMode {
        allow_slash_as_or_operator: true,
        ..ParseMode::STRICT
    };
    let parsed = licence.and_then(|text| Expression::parse_mode(text, mode).ok());
    parsed.is_some_and(|expression| {
        expression.evaluate(|licence| allowed.contains(&licence.to_string().as_str()))
    })
}

/// The lines of the checked-in list, without comments.
fn listed(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// What the resolved graph holds; a manifest may name crates that nothing here uses.
fn crates_of(metadata: &Metadata) -> Vec<Licensed> {
    let graph = metadata.resolve.as_ref().expect("cargo metadata resolves");
    let nodes = graph.nodes.iter().map(|node| &metadata[&node.id]);
    nodes
        .map(|package| Licensed {
            name: format!("{} {}", package.name, package.version),
            licence: package.license.clone(),
        })
        .collect()
}

#[test]
fn every_crate_that_is_built_in_has_a_listed_licence() {
    let text = std::fs::read_to_string(workspace::root().join("tests/licences.txt"))
        .expect("the list is checked in");
    let crates = crates_of(&workspace::metadata());
    assert!(
        crates.len() > 100,
        "the graph was not read: {} crates",
        crates.len()
    );
    assert_eq!(not_allowed(&crates, &listed(&text)), Vec::<String>::new());
}

#[test]
fn planted_licences_are_found() {
    let cases = [
        (Some("MIT"), true),
        (Some("GPL-3.0-only OR MIT"), true),
        (Some("MIT/GPL-3.0-only"), true),
        (Some("(MIT OR GPL-3.0-only) AND ISC"), true),
        (Some("Apache-2.0 WITH LLVM-exception"), true),
        (Some("GPL-3.0-only"), false),
        (Some("MIT AND GPL-3.0-only"), false),
        (Some("MIT WITH Classpath-exception-2.0"), false),
        (Some("free for all"), false),
        (None, false),
    ];
    for (licence, expected) in cases {
        let allowed = listed("# permissive\nMIT\nISC\n\nApache-2.0 WITH LLVM-exception\n");
        assert_eq!(is_allowed(licence, &allowed), expected, "{licence:?}");
    }
}

#[test]
fn the_message_names_the_crate_and_its_licence() {
    let planted = Licensed {
        name: "grip 1.0.0".to_owned(),
        licence: Some("GPL-3.0-only".into()),
    };
    let unnamed = Licensed {
        name: "bare 0.1.0".to_owned(),
        licence: None,
    };
    let expected = ["grip 1.0.0: GPL-3.0-only", "bare 0.1.0: none"];
    assert_eq!(not_allowed(&[planted, unnamed], &["MIT"]), expected);
}

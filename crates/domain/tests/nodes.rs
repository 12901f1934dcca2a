//! Paths of jobs in a graph: what is one, and who is above whom.

use runyard_domain::run::NodePath;
use runyard_workflow::JobName;

fn node(path: &str) -> NodePath {
    NodePath::try_from(path.to_owned()).unwrap()
}

#[test]
fn a_path_names_its_key_its_callers_and_its_neighbours() {
    let inner = node("deploy#1/again/build");
    assert_eq!(inner.key(), "build");
    assert_eq!(
        inner.keys().collect::<Vec<_>>(),
        ["deploy", "again", "build"]
    );
    assert_eq!(inner.caller(), Some((node("deploy#1/again"), None)));
    assert_eq!(
        node("deploy#1/again").caller(),
        Some((node("deploy"), Some(1)))
    );
    assert_eq!(node("deploy").caller(), None);
    let other = JobName::new("test").unwrap();
    assert_eq!(inner.beside(&other), node("deploy#1/again/test"));
    assert_eq!(node("deploy").beside(&other), node("test"));
    assert_eq!(node("deploy").below(Some(1), &other), node("deploy#1/test"));
}

#[test]
fn what_a_caller_brought_in_is_below_it_and_nothing_else() {
    let caller = node("deploy");
    for (path, below) in [
        ("deploy/build", true),
        ("deploy#0/build", true),
        ("deploy", false),
        ("deployment/build", false),
        ("deploy-2", false),
    ] {
        assert_eq!(node(path).is_below(&caller), below, "{path}");
    }
}

#[test]
fn what_no_keys_make_is_refused() {
    for path in [
        "", "/a", "a/", "a//b", "a#1", "a#x/b", "a b", "__x", "a/b#1",
    ] {
        assert!(NodePath::try_from(path.to_owned()).is_err(), "{path}");
    }
}

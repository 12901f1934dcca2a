//! How much a source may bring, each limit at its edge.

use crate::source::{ID, Mirrors, SourceRepository};
use runyard_engine::git::GitError;
use std::fs;

/// What the size of a file is limited in.
const BLOCK: u64 = 512;

/// Bytes that no packing makes less of.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as u8
    };
    (0..bytes).map(next).collect()
}

/// The size of the largest pack in a mirror, and whether something half-written is there.
fn packs(mirrors: &Mirrors) -> (u64, bool) {
    let folder = mirrors.folder.path().join("mirrors/7.git/objects/pack");
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let (mut largest, mut half_written) = (0, false);
    for entry in entries {
        largest = largest.max(entry.metadata().unwrap().len());
        half_written |= entry.file_name().to_string_lossy().starts_with("tmp_");
    }
    (largest, half_written)
}

#[tokio::test]
async fn a_fetch_that_is_too_large_is_ended_and_leaves_nothing() {
    let source = SourceRepository::empty();
    source.write("large", noise(100_000));
    source.commit("large");
    let (size, _) = packs(&Mirrors::of(&source).await);
    let fits = size.div_ceil(BLOCK) * BLOCK;
    for (bytes, taken) in [(fits, true), (fits - BLOCK, false), (4 * BLOCK, false)] {
        let mirrors = Mirrors::with(|settings| settings.fetch_bytes = bytes);
        let outcome = mirrors.git.fetch(ID, &source.source(), None).await;
        assert_eq!(outcome.is_ok(), taken, "{bytes} of {size}: {outcome:?}");
        let (left, half_written) = packs(&mirrors);
        assert_eq!((left > 0, half_written), (taken, false), "{bytes}");
        if let Err(error) = outcome {
            assert!(matches!(error, GitError::TooLarge { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn a_source_has_no_more_refs_than_are_allowed() {
    let source = SourceRepository::new();
    for name in ["a", "b"] {
        source.git(&["tag", "--annotate", "--message", name, name]);
    }
    for (allowed, fits) in [(3, true), (2, false)] {
        let mirrors = Mirrors::with(|settings| settings.max_refs = allowed);
        let fetched = mirrors.git.fetch(ID, &source.source(), None).await;
        let seen = mirrors.git.refs(&source.source(), None).await;
        assert_eq!((fetched.is_ok(), seen.is_ok()), (fits, fits), "{allowed}");
        match seen {
            Ok(seen) => assert_eq!(seen.len(), 3),
            Err(error) => assert!(matches!(error, GitError::TooManyRefs { .. }), "{error}"),
        }
    }
}

#[tokio::test]
async fn all_workflow_files_together_have_a_limit() {
    let source = SourceRepository::empty();
    source.write("w/a.yml", "a".repeat(60));
    source.write("w/b.yml", "b".repeat(40));
    let sha = source.commit("two");
    for (bytes, fits) in [(100, true), (99, false)] {
        let mirrors = Mirrors::with(|settings| settings.max_workflow_folder_bytes = bytes);
        mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
        let read = mirrors
            .git
            .workflow_files(ID, &sha, &["w".to_owned()])
            .await;
        assert_eq!(read.is_ok(), fits, "{bytes}: {read:?}");
    }
}

#[tokio::test]
async fn an_object_that_is_malformed_is_not_taken() {
    let source = SourceRepository::new();
    let tree = source.git(&["write-tree"]);
    let bad = source.path().join("bad");
    // A tree with the entry `.git`, which a checkout would write over.
    let hook = source.git(&[
        "hash-object",
        "-w",
        "--literally",
        "-t",
        "blob",
        ".git/HEAD",
    ]);
    let mut entry = b"100644 .git\0".to_vec();
    let pairs = hook.as_bytes().chunks(2);
    entry.extend(
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()),
    );
    fs::write(&bad, entry).unwrap();
    let evil = source.git(&["hash-object", "-w", "--literally", "-t", "tree", "bad"]);
    assert_ne!(evil, tree);
    let commit = source.git(&["commit-tree", "-m", "evil", &evil]);
    source.git(&["update-ref", "refs/heads/evil", &commit]);
    let refused = Mirrors::new().git.fetch(ID, &source.source(), None).await;
    assert!(
        matches!(refused, Err(GitError::Unreachable { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_source_that_did_not_change_is_not_fetched_again() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::of(&source).await;
    let mirror = mirrors.folder.path().join("mirrors/7.git");
    let head = mirror.join("refs/heads/main");
    fs::remove_file(&head).unwrap();
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert!(!head.exists(), "it was fetched although nothing changed");
    source.git(&["tag", "v1"]);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert!(head.exists());
}

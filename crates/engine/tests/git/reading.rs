//! What a mirror tells of refs, commits and files.

use crate::source::{ID, Mirrors, SourceRepository};
use runyard_domain::run::Person;
use runyard_engine::git::{Content, GitError, WorkflowFile};
use std::os::unix::fs::symlink;

const FOLDER: &str = ".github/workflows";

#[tokio::test]
async fn refs_are_found_by_short_and_full_name() {
    let source = SourceRepository::new();
    let first = source.git(&["rev-parse", "HEAD"]);
    source.git(&["tag", "v1"]);
    source.git(&["tag", "both"]);
    let second = source.commit("second");
    source.git(&["tag", "--annotate", "--message", "two", "v2"]);
    source.git(&["tag", "--annotate", "--message", "tag of a tag", "v3", "v2"]);
    source.git(&["branch", "both"]);
    source.git(&["branch", "feature/a"]);
    source.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
    source.git(&["update-ref", "refs/other/x", "HEAD"]);
    let mirrors = Mirrors::of(&source).await;
    for (reference, sha, git_ref, branch) in [
        ("main", &second, "refs/heads/main", Some("main")),
        ("refs/heads/main", &second, "refs/heads/main", Some("main")),
        (
            "feature/a",
            &second,
            "refs/heads/feature/a",
            Some("feature/a"),
        ),
        ("v1", &first, "refs/tags/v1", Some("v1")),
        ("refs/tags/v1", &first, "refs/tags/v1", Some("v1")),
        ("v2", &second, "refs/tags/v2", Some("v2")),
        ("v3", &second, "refs/tags/v3", Some("v3")),
        ("both", &second, "refs/heads/both", Some("both")),
        ("refs/tags/both", &first, "refs/tags/both", Some("both")),
        ("refs/pull/7/merge", &second, "refs/pull/7/merge", None),
    ] {
        let found = mirrors.git.resolve(ID, reference).await.expect(reference);
        assert_eq!(
            (&found.sha, found.git_ref.as_str()),
            (sha, git_ref),
            "{reference}"
        );
        assert_eq!(found.branch.as_deref(), branch);
    }
}

#[tokio::test]
async fn what_is_no_ref_is_said_to_be_none() {
    let source = SourceRepository::new();
    let sha = source.git(&["rev-parse", "HEAD"]);
    source.git(&["update-ref", "refs/other/x", "HEAD"]);
    let mirrors = Mirrors::of(&source).await;
    let odd = [
        "",
        "refs/",
        "refs/heads/",
        "a..b",
        "a b",
        "../main",
        "main/",
        "HEAD",
        "heads/main",
    ];
    for reference in odd
        .into_iter()
        .chain(["refs/other/x", "refs/heads/../heads/main", &sha])
    {
        let error = mirrors
            .git
            .resolve(ID, reference)
            .await
            .expect_err(reference);
        assert_eq!(
            error.to_string(),
            format!("no branch or tag is named `{reference}`")
        );
    }
}

#[tokio::test]
async fn a_tag_of_a_file_leads_to_no_commit() {
    let source = SourceRepository::new();
    source.write("a", "a");
    source.commit("a");
    source.git(&["tag", "blob", "HEAD:a"]);
    let mirrors = Mirrors::of(&source).await;
    let error = mirrors.git.resolve(ID, "blob").await.unwrap_err();
    assert!(matches!(error, GitError::NotACommit { .. }), "{error}");
}

#[tokio::test]
async fn a_commit_tells_who_when_and_what() {
    let source = SourceRepository::new();
    let sha = source.commit("title\n\nbody of the message\n");
    source.git(&["tag", "--annotate", "--message", "t", "v1"]);
    let mirrors = Mirrors::of(&source).await;
    let facts = mirrors.git.commit(ID, &sha).await.unwrap();
    assert_eq!(facts.sha, sha);
    assert_eq!(facts.tree, source.git(&["rev-parse", "HEAD^{tree}"]));
    assert_eq!(facts.message, "title\n\nbody of the message");
    assert_eq!(facts.timestamp.unix_micros(), 1_700_000_060_000_000);
    let person = |name: &str| Person {
        name: name.into(),
        email: format!("{name}@example.com"),
    };
    assert_eq!(
        (&facts.author, &facts.committer),
        (&person("Ada"), &person("Charles"))
    );
    let tag = source.git(&["rev-parse", "v1"]);
    assert_eq!(mirrors.git.commit(ID, &tag).await.unwrap(), facts);
}

#[tokio::test]
async fn what_is_no_commit_is_said_to_be_none() {
    let source = SourceRepository::new();
    let sha = source.git(&["rev-parse", "HEAD"]);
    let tree = source.git(&["rev-parse", "HEAD^{tree}"]);
    let mirrors = Mirrors::of(&source).await;
    for name in [
        "",
        "main",
        "x",
        &sha[..39],
        &tree,
        &"0".repeat(40),
        &format!("{sha}0"),
    ] {
        let error = mirrors.git.commit(ID, name).await.expect_err(name);
        assert_eq!(error.to_string(), format!("no commit is named `{name}`"));
    }
}

#[tokio::test]
async fn workflow_files_are_the_yaml_files_directly_in_the_folder() {
    let source = SourceRepository::empty();
    for path in [
        "b.yml",
        "a.yaml",
        "C.yml",
        "no.txt",
        "no.YML",
        "sub/no.yml",
        "yml",
    ] {
        source.write(&format!("{FOLDER}/{path}"), path);
    }
    source.write("no.yml", "outside");
    source.write(&format!("{FOLDER}/latin.yml"), b"name: \xe9");
    symlink("b.yml", source.path().join(FOLDER).join("link.yml")).unwrap();
    let sha = source.commit("workflows");
    let mirrors = Mirrors::of(&source).await;
    let found = mirrors
        .git
        .workflow_files(ID, &sha, &[FOLDER.to_owned()])
        .await
        .unwrap();
    let expected = [
        ("C.yml", Content::Text("C.yml".into())),
        ("a.yaml", Content::Text("a.yaml".into())),
        ("b.yml", Content::Text("b.yml".into())),
        ("latin.yml", Content::NotUtf8),
    ];
    let expected = expected.map(|(name, content)| WorkflowFile {
        path: format!("{FOLDER}/{name}"),
        content,
    });
    assert_eq!(found, expected);
    assert_eq!(
        mirrors
            .git
            .workflow_files(ID, &sha, &["missing".to_owned()])
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        mirrors
            .git
            .workflow_files(ID, &sha, &["no.yml".to_owned()])
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_folder_with_too_many_workflows_is_refused() {
    let source = SourceRepository::empty();
    source.write(&format!("{FOLDER}/a.yml"), "");
    source.write(&format!("{FOLDER}/b.yml"), "");
    let two = source.commit("two");
    source.write(&format!("{FOLDER}/c.yml"), "");
    let three = source.commit("three");
    let mirrors = Mirrors::with(|settings| settings.max_workflow_files = 2);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert_eq!(
        mirrors
            .git
            .workflow_files(ID, &two, &[FOLDER.to_owned()])
            .await
            .unwrap()
            .len(),
        2
    );
    let error = mirrors
        .git
        .workflow_files(ID, &three, &[FOLDER.to_owned()])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`.github/workflows` holds 3 workflow files; at most 2 are allowed"
    );
}

#[tokio::test]
async fn of_a_file_that_is_too_large_only_the_size_is_told() {
    const LIMIT: usize = 500 * 1024;
    let source = SourceRepository::empty();
    source.write(&format!("{FOLDER}/fits.yml"), vec![b'#'; LIMIT]);
    source.write(&format!("{FOLDER}/large.yml"), vec![b'#'; LIMIT + 1]);
    let sha = source.commit("files");
    let mirrors = Mirrors::of(&source).await;
    let found = mirrors
        .git
        .workflow_files(ID, &sha, &[FOLDER.to_owned()])
        .await
        .unwrap();
    assert_eq!(found[0].text().map(str::len), Some(LIMIT));
    assert_eq!(
        found[1].content,
        Content::TooLarge {
            bytes: LIMIT as u64 + 1
        }
    );
    let path = format!("{FOLDER}/large.yml");
    assert_eq!(
        mirrors.git.file(ID, &sha, &path).await.unwrap().as_ref(),
        Some(&found[1])
    );
}

#[tokio::test]
async fn one_file_is_read_by_its_path() {
    let source = SourceRepository::empty();
    source.write("a/b.yml", "b");
    symlink("b.yml", source.path().join("a/link.yml")).unwrap();
    let sha = source.commit("files");
    let mirrors = Mirrors::of(&source).await;
    let found = mirrors.git.file(ID, &sha, "a/b.yml").await.unwrap();
    assert_eq!(found.as_ref().and_then(WorkflowFile::text), Some("b"));
    for path in [
        "",
        "a",
        "a/",
        "/a/b.yml",
        "a//b.yml",
        "../a/b.yml",
        "a/b.yml/c",
        "a/link.yml",
    ] {
        assert_eq!(
            mirrors.git.file(ID, &sha, path).await.expect(path),
            None,
            "{path}"
        );
    }
}

#[tokio::test]
async fn nothing_is_read_before_the_first_fetch() {
    let mirrors = Mirrors::new();
    let error = mirrors.git.resolve(ID, "main").await.unwrap_err();
    assert_eq!(error.to_string(), "repository 7 was not fetched yet");
}

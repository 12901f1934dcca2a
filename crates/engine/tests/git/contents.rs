//! What is at a path of a commit, as people look at it.

use crate::source::{ID, Mirrors, SourceRepository};
use runyard_engine::git::{
    FILE_BYTES_MAX, FOLDER_ENTRIES_MAX, FolderEntryKind, Found, GitError, What,
};
use std::os::unix::fs::symlink;

async fn at(mirrors: &Mirrors, sha: &str, path: &str) -> Option<Found> {
    mirrors.git.contents(ID, sha, path).await.unwrap()
}

#[tokio::test]
async fn files_folders_and_what_is_in_neither_are_told_apart() {
    let source = SourceRepository::new();
    source.write("docs/guide.md", "hello\n");
    source.write("bin", [0, 159, 146, 150]);
    let sha = source.commit("files");
    let mirrors = Mirrors::of(&source).await;

    let guide = at(&mirrors, &sha, "docs/guide.md").await.unwrap();
    assert_eq!(guide.sha, source.git(&["rev-parse", "HEAD:docs/guide.md"]));
    let data = Some(b"hello\n".to_vec());
    assert_eq!(guide.what, What::File { bytes: 6, data });
    let What::File { data, .. } = at(&mirrors, &sha, "bin").await.unwrap().what else {
        panic!("no file");
    };
    assert_eq!(data.as_deref(), Some(&[0, 159, 146, 150][..]));

    let docs = at(&mirrors, &sha, "docs").await.unwrap();
    assert_eq!(docs.sha, source.git(&["rev-parse", "HEAD:docs"]));
    let What::Folder(entries) = docs.what else {
        panic!("no folder");
    };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["guide.md"]);
    assert_eq!(
        (entries[0].bytes, entries[0].kind),
        (6, FolderEntryKind::File)
    );
    let What::Folder(root) = at(&mirrors, &sha, "").await.unwrap().what else {
        panic!("no root");
    };
    let root: Vec<_> = root
        .iter()
        .map(|entry| (entry.name.as_str(), entry.kind))
        .collect();
    assert!(
        root.contains(&("docs", FolderEntryKind::Folder)),
        "{root:?}"
    );

    for path in [
        "none",
        "docs/none",
        "docs/guide.md/x",
        "docs//guide.md",
        "../x",
        ".",
    ] {
        assert_eq!(at(&mirrors, &sha, path).await, None, "{path}");
    }
    let unknown = mirrors.git.contents(ID, &"1".repeat(40), "docs").await;
    assert!(matches!(unknown, Err(GitError::UnknownCommit { .. })));
}

#[tokio::test]
async fn links_lead_to_files_of_the_repository_and_nowhere_else() {
    let source = SourceRepository::new();
    source.write("docs/guide.md", "hello\n");
    for (link, target) in [
        ("to-file", "docs/guide.md"),
        ("docs/up", "../docs/./guide.md"),
        ("to-folder", "docs"),
        ("to-link", "to-file"),
        ("to-nothing", "none"),
        ("out", "../../etc/passwd"),
        ("absolute", "/etc/passwd"),
    ] {
        symlink(target, source.path().join(link)).unwrap();
    }
    let sha = source.commit("links");
    let mirrors = Mirrors::of(&source).await;
    let file = at(&mirrors, &sha, "docs/guide.md").await;
    for link in ["to-file", "docs/up"] {
        assert_eq!(at(&mirrors, &sha, link).await, file, "{link}");
    }
    for (link, target) in [
        ("to-folder", "docs"),
        ("to-link", "to-file"),
        ("to-nothing", "none"),
        ("out", "../../etc/passwd"),
        ("absolute", "/etc/passwd"),
    ] {
        let found = at(&mirrors, &sha, link).await.unwrap().what;
        let bytes = target.len() as u64;
        let target = target.to_owned();
        assert_eq!(found, What::Link { bytes, target }, "{link}");
    }
}

#[tokio::test]
async fn a_submodule_says_where_it_is() {
    let source = SourceRepository::new();
    let modules = "[submodule \"lib\"]\n\tpath = vendor/lib\n\turl = https://git.example/lib.git\n";
    source.write(".gitmodules", modules);
    source.git(&["add", ".gitmodules"]);
    let commit = "2".repeat(40);
    for path in ["vendor/lib", "vendor/other"] {
        let entry = format!("160000,{commit},{path}");
        source.git(&["update-index", "--add", "--cacheinfo", &entry]);
    }
    source.git(&["commit", "--quiet", "--message", "modules"]);
    let sha = source.git(&["rev-parse", "HEAD"]);
    let mirrors = Mirrors::of(&source).await;
    let lib = at(&mirrors, &sha, "vendor/lib").await.unwrap();
    let url = Some("https://git.example/lib.git".to_owned());
    assert_eq!((lib.sha, lib.what), (commit, What::Submodule { url }));
    let other = at(&mirrors, &sha, "vendor/other").await.unwrap();
    assert_eq!(other.what, What::Submodule { url: None });
    assert_eq!(at(&mirrors, &sha, "vendor/lib/inside").await, None);
    let What::Folder(vendor) = at(&mirrors, &sha, "vendor").await.unwrap().what else {
        panic!("no folder");
    };
    assert_eq!(vendor[0].kind, FolderEntryKind::Submodule);
}

#[tokio::test]
async fn what_is_large_is_read_apart_and_few_at_one_time() {
    let source = SourceRepository::new();
    source.write("fits", vec![b'x'; FILE_BYTES_MAX]);
    source.write("large", vec![b'y'; FILE_BYTES_MAX + 1]);
    let sha = source.commit("sizes");
    let mirrors = Mirrors::of(&source).await;
    let What::File { data, .. } = at(&mirrors, &sha, "fits").await.unwrap().what else {
        panic!("no file");
    };
    assert_eq!(data.map(|data| data.len()), Some(FILE_BYTES_MAX));
    let large = at(&mirrors, &sha, "large").await.unwrap();
    let bytes = FILE_BYTES_MAX as u64 + 1;
    assert_eq!(large.what, What::File { bytes, data: None });

    let mut held = Vec::new();
    while let Some(file) = mirrors.git.large_file(ID, &large.sha).await.unwrap() {
        assert_eq!(file.data().len(), FILE_BYTES_MAX + 1);
        held.push(file);
        assert!(held.len() < 10, "any number is read at once");
    }
    assert!(!held.is_empty());
    held.pop();
    assert!(
        mirrors
            .git
            .large_file(ID, &large.sha)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_folder_is_listed_up_to_its_limit() {
    let source = SourceRepository::new();
    for number in 0..=FOLDER_ENTRIES_MAX {
        source.write(&format!("many/{number:04}"), "");
    }
    let sha = source.commit("many");
    let mirrors = Mirrors::of(&source).await;
    let What::Folder(entries) = at(&mirrors, &sha, "many").await.unwrap().what else {
        panic!("no folder");
    };
    assert_eq!(entries.len(), FOLDER_ENTRIES_MAX);
    assert_eq!(entries[0].name, "0000");
}

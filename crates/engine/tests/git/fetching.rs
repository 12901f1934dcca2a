//! How mirrors follow their sources.

use crate::{
    http::{Answer, Server},
    source::{ID, Mirrors, SourceRepository, git},
};
use futures_util::{future::join_all, poll};
use runyard_domain::repository::Source;
use runyard_engine::git::GitError;

#[tokio::test]
async fn a_fetch_brings_new_moved_and_deleted_refs() {
    let source = SourceRepository::new();
    let lost = source.commit("will be rewritten");
    source.git(&["tag", "v1"]);
    source.git(&["branch", "topic"]);
    let mirrors = Mirrors::of(&source).await;
    assert_eq!(mirrors.git.resolve(ID, "topic").await.unwrap().sha, lost);

    source.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let kept = source.commit("rewritten");
    source.git(&["tag", "--force", "v1"]);
    source.git(&["branch", "--delete", "--force", "topic"]);
    source.git(&["branch", "topic/a"]);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();

    for name in ["main", "v1", "topic/a"] {
        assert_eq!(mirrors.git.resolve(ID, name).await.expect(name).sha, kept);
    }
    assert!(matches!(
        mirrors.git.resolve(ID, "topic").await,
        Err(GitError::UnknownRef { reference }) if reference == "topic"
    ));
    assert_eq!(
        mirrors.git.commit(ID, &lost).await.unwrap().message,
        "will be rewritten"
    );
}

#[tokio::test]
async fn a_source_without_a_commit_can_be_fetched_and_filled_later() {
    let source = SourceRepository::empty();
    let mirrors = Mirrors::of(&source).await;
    assert!(mirrors.git.resolve(ID, "main").await.is_err());
    let sha = source.commit("first");
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert_eq!(mirrors.git.resolve(ID, "main").await.unwrap().sha, sha);
}

#[tokio::test]
async fn a_removed_mirror_is_gone_and_can_be_made_again() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::of(&source).await;
    mirrors.git.remove(ID).await.unwrap();
    mirrors.git.remove(ID).await.unwrap();
    assert!(matches!(
        mirrors.git.resolve(ID, "main").await,
        Err(GitError::NotFetched { .. })
    ));
    let left = std::fs::read_dir(mirrors.folder.path().join("mirrors"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert!(mirrors.git.resolve(ID, "main").await.is_ok());
}

#[tokio::test]
async fn locks_that_a_killed_git_left_do_not_stop_the_next_fetch() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::of(&source).await;
    let mirror = mirrors.folder.path().join("mirrors/7.git");
    for lock in ["packed-refs.lock", "refs/heads/main.lock"] {
        std::fs::write(mirror.join(lock), "").unwrap();
        let sha = source.commit(lock);
        mirrors
            .git
            .fetch(ID, &source.source(), None)
            .await
            .expect(lock);
        assert_eq!(mirrors.git.resolve(ID, "main").await.unwrap().sha, sha);
    }
}

#[tokio::test]
async fn what_a_killed_server_left_half_made_is_made_anew() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::new();
    for left in ["7.new.tmp", "7.old.tmp"] {
        let left = mirrors.folder.path().join("mirrors").join(left);
        std::fs::create_dir_all(&left).unwrap();
        std::fs::write(left.join("HEAD"), "nonsense").unwrap();
    }
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    assert!(mirrors.git.resolve(ID, "main").await.is_ok());
    mirrors.git.remove(ID).await.unwrap();
    let left = std::fs::read_dir(mirrors.folder.path().join("mirrors"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_probe_tells_the_default_branch() {
    let source = SourceRepository::new();
    source.git(&["checkout", "--quiet", "-b", "trunk"]);
    let bare = tempfile::tempdir().unwrap();
    git(
        bare.path(),
        &["init", "--quiet", "--bare", "--initial-branch=develop"],
    );
    let folder = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let mirrors = Mirrors::new();
    for (source, branch) in [
        (source.source(), "trunk"),
        (
            Source::Url(format!("file://{}", folder(source.path()))),
            "trunk",
        ),
        (Source::Path(folder(bare.path())), "main"),
    ] {
        assert_eq!(
            mirrors
                .git
                .probe(&source, None)
                .await
                .unwrap()
                .default_branch,
            branch,
            "{source:?}"
        );
    }
}

#[tokio::test]
async fn a_source_that_cannot_be_used_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let mirrors = Mirrors::new();
    for (source, sentence) in [
        (
            Source::Path(format!("{folder}/none")),
            format!("source `{folder}/none` does not exist"),
        ),
        (
            Source::Path(folder.into()),
            format!("source `{folder}` is not a git repository"),
        ),
        (
            Source::Path("a/b".into()),
            "source `a/b` cannot be used: a path must be absolute".to_owned(),
        ),
        (
            Source::Path("--upload-pack=x".into()),
            "source `--upload-pack=x` cannot be used: a path must be absolute".to_owned(),
        ),
        (
            Source::Url("--upload-pack=x".into()),
            "source `--upload-pack=x` cannot be used: a URL must not start with `-`".to_owned(),
        ),
        (
            Source::Url("git://a:b@example.com/c".into()),
            "source `git://***@example.com/c` uses `git`; allowed are: https, ssh, file, http"
                .to_owned(),
        ),
    ] {
        for outcome in [
            mirrors.git.probe(&source, None).await.map(drop),
            mirrors.git.fetch(ID, &source, None).await,
        ] {
            assert_eq!(outcome.unwrap_err().to_string(), sentence);
        }
    }
}

#[tokio::test]
async fn a_repository_of_another_user_can_be_a_source() {
    let source = SourceRepository::new();
    let theirs = [source.path().to_owned(), source.path().join(".git")];
    // Only root can give files away; anybody else tests the same repository as its owner.
    for path in theirs {
        if let Err(cause) = std::os::unix::fs::chown(path, Some(12_345), None) {
            assert_eq!(cause.kind(), std::io::ErrorKind::PermissionDenied);
        }
    }
    let mirrors = Mirrors::of(&source).await;
    assert!(mirrors.git.resolve(ID, "main").await.is_ok());
}

#[tokio::test]
async fn waiting_callers_share_one_fetch_that_began_after_they_asked() {
    let mut server = Server::start();
    let source = Source::Url(server.url(""));
    let mirrors = Mirrors::new();
    let mut first = Box::pin(mirrors.git.fetch(ID, &source, None));
    let request = tokio::select! {
        _ = &mut first => unreachable!("nobody has answered"),
        request = server.request() => request,
    };
    let mut waiting: Vec<_> = (0..9)
        .map(|_| Box::pin(mirrors.git.fetch(ID, &source, None)))
        .collect();
    for caller in &mut waiting {
        assert!(poll!(caller).is_pending());
    }
    request.answer(Answer::status(404));
    let mut further = 0;
    let answering = async {
        loop {
            server.request().await.answer(Answer::status(404));
            further += 1;
        }
    };
    let (first, others) = tokio::select! {
        outcomes = async { tokio::join!(first, join_all(waiting)) } => outcomes,
        () = answering => unreachable!("it answers for ever"),
    };
    for outcome in others.into_iter().chain([first]) {
        assert!(
            matches!(outcome, Err(GitError::NotFound { .. })),
            "{outcome:?}"
        );
    }
    assert_eq!(further, 1);
}

#[tokio::test]
async fn two_repositories_are_fetched_at_the_same_time() {
    let mut server = Server::start();
    let mirrors = Mirrors::new();
    let sources = ["a", "b"].map(|path| Source::Url(server.url(path)));
    let other = runyard_domain::RepositoryId::new(8);
    let answering = async {
        let both = [server.request().await, server.request().await];
        both.into_iter()
            .for_each(|request| request.answer(Answer::status(404)));
    };
    let fetches = [
        mirrors.git.fetch(ID, &sources[0], None),
        mirrors.git.fetch(other, &sources[1], None),
    ];
    let (outcomes, ()) = tokio::join!(join_all(fetches), answering);
    assert!(outcomes.iter().all(Result::is_err));
}

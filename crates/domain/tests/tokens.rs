//! Tokens as they are kept: what is written is what is read, and what was written before is still read.

use crate::given::{ADA, at};
use runyard_domain::{
    RepositoryId, TokenId, UserId,
    account::{Grant, Reach, Scope, Token, TokenHash, TokenKind},
    permission::{Level, Permission},
};
use std::time::Duration;

fn fine_grained(reach: Reach) -> TokenKind {
    let given = [
        (Permission::Deployments, Level::Write),
        (Permission::Actions, Level::Read),
    ];
    TokenKind::Access(Grant::FineGrained {
        reach,
        permissions: given.into_iter().collect(),
    })
}

/// Rows of every version hold these texts: a change here is a change of the database.
#[test]
fn every_kind_is_written_in_one_way() {
    let scopes = vec![Scope::Repo, Scope::ReadOrg];
    let ids = [9, 3].into_iter().map(RepositoryId::new).collect();
    for (kind, text) in [
        (
            TokenKind::Access(Grant::Classic {
                scopes: scopes.clone(),
            }),
            r#"{"kind":"classic","scopes":["repo","read:org"]}"#,
        ),
        (
            TokenKind::Access(Grant::OAuth {
                client_id: "dashboard".to_owned(),
                scopes,
            }),
            r#"{"kind":"oauth","client_id":"dashboard","scopes":["repo","read:org"]}"#,
        ),
        (
            fine_grained(Reach::Only(ids)),
            r#"{"kind":"fine_grained","reach":{"only":[3,9]},"permissions":{"actions":"read","deployments":"write"}}"#,
        ),
        (
            fine_grained(Reach::OwnedBy(UserId::new(7))),
            r#"{"kind":"fine_grained","reach":{"owned_by":7},"permissions":{"actions":"read","deployments":"write"}}"#,
        ),
        (TokenKind::Registration, r#"{"kind":"registration"}"#),
        (TokenKind::Removal, r#"{"kind":"removal"}"#),
    ] {
        assert_eq!(serde_json::to_string(&kind).unwrap(), text);
        assert_eq!(serde_json::from_str::<TokenKind>(text).unwrap(), kind);
    }
}

#[test]
fn a_kind_that_is_none_is_not_read_as_another() {
    for text in [
        "{}",
        r#"{"kind":"installation"}"#,
        r#"{"kind":"fine_grained","scopes":["repo"]}"#,
        r#"{"kind":"classic","scopes":["everything"]}"#,
        r#"{"kind":"fine_grained","reach":{"only":[1]},"permissions":{"actions":"none"}}"#,
    ] {
        assert!(serde_json::from_str::<TokenKind>(text).is_err(), "{text}");
    }
}

#[test]
fn a_token_ends_at_its_last_moment_and_not_before() {
    let end = at(10);
    let token = |expires_at| Token {
        id: TokenId::new(1),
        user: ADA,
        name: String::new(),
        kind: TokenKind::Registration,
        hash: TokenHash::new([0; 32]),
        created_at: at(0),
        expires_at,
    };
    let moment = Duration::from_micros(1);
    assert!(token(Some(end)).is_valid(end.minus(moment)));
    assert!(!token(Some(end)).is_valid(end));
    assert!(!token(Some(end)).is_valid(end.plus(moment)));
    assert!(token(None).is_valid(end));
}

//! Who may do what (contract 2 and 12): every caller, role, visibility, action and door.

use crate::given::{ADA, EVE, at};
use runyard_domain::{
    RepositoryId, UserId,
    access::{Access, Action, Caller, Door, decide, effective_role},
    account::{Scope, User},
    repository::{Repository, Role, Source},
};

fn repository(private: bool) -> Repository {
    Repository {
        id: RepositoryId::new(1),
        owner: "ada".to_owned(),
        owner_id: ADA,
        name: "engine".to_owned(),
        private,
        default_branch: "main".to_owned(),
        source: Source::Url("https://git.example/engine.git".to_owned()),
        created_at: at(0),
    }
}

fn user(id: UserId, site_admin: bool, scopes: &[Scope]) -> Caller {
    let user = User {
        id,
        login: "somebody".to_owned(),
        name: None,
        site_admin,
        created_at: at(0),
    };
    let scopes = scopes.to_vec();
    Caller::User { user, scopes }
}

/// What may be done: reading, writing through GitHub's door, through our own, administering through our own.
/// `+` allowed, `-` forbidden, `.` hidden.
fn answers(caller: &Caller, role: Option<Role>, private: bool) -> String {
    let repository = repository(private);
    let asked = [
        (Action::Read, Door::GitHub),
        (Action::Write, Door::GitHub),
        (Action::Write, Door::Runyard),
        (Action::Administer, Door::Runyard),
    ];
    let letter = |(action, door)| match decide(caller, role, &repository, action, door) {
        Access::Allowed => '+',
        Access::Forbidden => '-',
        Access::Hidden => '.',
    };
    asked.into_iter().map(letter).collect()
}

fn assert_table(caller: &Caller, table: &[(Option<Role>, &str, &str)]) {
    for (role, public, private) in table {
        let found = (answers(caller, *role, false), answers(caller, *role, true));
        let wanted = ((*public).to_owned(), (*private).to_owned());
        assert_eq!(found, wanted, "{caller:?} as {role:?}");
    }
}

const NONE: Option<Role> = None;
const READ: Option<Role> = Some(Role::Read);
const WRITE: Option<Role> = Some(Role::Write);
const ADMIN: Option<Role> = Some(Role::Admin);

#[test]
fn a_stranger_sees_what_is_public_and_changes_nothing() {
    assert_table(
        &Caller::Anonymous,
        &[(NONE, "+---", "...."), (ADMIN, "+---", "....")],
    );
}

#[test]
fn a_token_for_repositories_does_what_the_role_of_its_user_allows() {
    let table = [
        (NONE, "+---", "...."),
        (READ, "+---", "+---"),
        (WRITE, "+++-", "+++-"),
        (ADMIN, "++++", "++++"),
    ];
    assert_table(&user(EVE, false, &[Scope::Repo]), &table);
}

#[test]
fn a_token_for_public_repositories_does_not_see_private_ones() {
    let table = [
        (NONE, "+---", "...."),
        (READ, "+---", "...."),
        (WRITE, "++--", "...."),
        (ADMIN, "++--", "...."),
    ];
    assert_table(&user(EVE, false, &[Scope::PublicRepo]), &table);
}

#[test]
fn a_token_for_our_own_door_writes_nothing_through_githubs() {
    let table = [
        (NONE, "+---", "...."),
        (READ, "+---", "+---"),
        (WRITE, "+-+-", "+-+-"),
        (ADMIN, "+-++", "+-++"),
    ];
    assert_table(&user(EVE, false, &[Scope::RepoWrite]), &table);
}

#[test]
fn two_scopes_open_what_each_of_them_opens_and_no_more() {
    let table = [
        (READ, "+---", "+---"),
        (WRITE, "+++-", "+-+-"),
        (ADMIN, "++++", "+-++"),
    ];
    assert_table(
        &user(EVE, false, &[Scope::PublicRepo, Scope::RepoWrite]),
        &table,
    );
}

#[test]
fn a_token_without_a_scope_for_repositories_only_reads_what_is_public() {
    for scopes in [
        &[][..],
        &[Scope::ReadOrg, Scope::Workflow, Scope::SiteAdmin],
    ] {
        let caller = user(EVE, false, scopes);
        assert_table(&caller, &[(NONE, "+---", "...."), (ADMIN, "+---", "....")]);
    }
}

#[test]
fn owners_and_administrators_of_the_server_have_every_role_that_their_token_allows() {
    for caller in [
        user(ADA, false, &[Scope::Repo]),
        user(EVE, true, &[Scope::Repo]),
    ] {
        assert_table(&caller, &[(NONE, "++++", "++++"), (READ, "++++", "++++")]);
    }
    let weak = user(ADA, false, &[Scope::ReadOrg]);
    assert_table(&weak, &[(NONE, "+---", "....")]);
}

#[test]
fn a_running_job_reads_its_own_repository_and_public_ones() {
    let own = RepositoryId::new(1);
    let other = RepositoryId::new(2);
    let job = |repository| Caller::Job { repository };
    assert_table(
        &job(own),
        &[(NONE, "+---", "+---"), (ADMIN, "+---", "+---")],
    );
    assert_table(
        &job(other),
        &[(NONE, "+---", "...."), (ADMIN, "+---", "....")],
    );
}

#[test]
fn a_site_administrator_needs_the_right_and_the_scope() {
    let table = [
        (user(EVE, true, &[Scope::SiteAdmin]), true),
        (user(EVE, true, &[Scope::Repo]), false),
        (user(EVE, false, &[Scope::SiteAdmin]), false),
        (Caller::Anonymous, false),
    ];
    for (caller, wanted) in table {
        assert_eq!(caller.is_site_admin(), wanted, "{caller:?}");
    }
}

#[test]
fn a_caller_knows_its_user() {
    assert_eq!(user(EVE, false, &[]).user_id(), Some(EVE));
    assert_eq!(Caller::Anonymous.user_id(), None);
    let caller = user(EVE, false, &[]);
    let private = repository(true);
    assert_eq!(effective_role(&caller, READ, &private), READ);
    assert!(Role::Read < Role::Write && Role::Write < Role::Admin);
}

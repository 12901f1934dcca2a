//! Who may do what (contract 2 and 12): every kind of caller, role, visibility, action and door.

use crate::given::{ADA, EVE, at};
use runyard_domain::{
    RepositoryId, UserId,
    access::{Access, Action, Caller, Door, decide, effective_role},
    account::{Grant, Reach, Scope, User},
    permission::{Level, Permission, Permissions},
    repository::{Repository, Role, Source},
};

const REPOSITORY: RepositoryId = RepositoryId::new(1);

fn repository(private: bool) -> Repository {
    Repository {
        id: REPOSITORY,
        owner: "ada".to_owned(),
        owner_id: ADA,
        name: "engine".to_owned(),
        private,
        default_branch: "main".to_owned(),
        source: Source::Url("https://git.example/engine.git".to_owned()),
        created_at: at(0),
    }
}

fn somebody(id: UserId, site_admin: bool) -> User {
    User {
        id,
        login: "somebody".to_owned(),
        name: None,
        site_admin,
        created_at: at(0),
    }
}

fn holder(id: UserId, site_admin: bool, grant: Grant) -> Caller {
    Caller::User {
        user: somebody(id, site_admin),
        grant,
        expires_at: None,
    }
}

fn user(id: UserId, site_admin: bool, scopes: &[Scope]) -> Caller {
    let scopes = scopes.to_vec();
    holder(id, site_admin, Grant::Classic { scopes })
}

fn through_an_app(scopes: &[Scope]) -> Caller {
    let scopes = scopes.to_vec();
    let client_id = "dashboard".to_owned();
    holder(EVE, false, Grant::OAuth { client_id, scopes })
}

fn only(ids: &[i64]) -> Reach {
    Reach::Only(ids.iter().copied().map(RepositoryId::new).collect())
}

fn permissions(given: &[(Permission, Level)]) -> Permissions {
    given.iter().copied().collect()
}

/// Sees all that a job's token can see, and changes nothing.
fn reading() -> Permissions {
    use Permission::{Actions, Checks, Contents, Deployments};
    permissions(&[Actions, Checks, Contents, Deployments].map(|kind| (kind, Level::Read)))
}

fn fine_grained(reach: Reach, given: &[(Permission, Level)]) -> Caller {
    let permissions = permissions(given);
    holder(EVE, false, Grant::FineGrained { reach, permissions })
}

fn job(repository: i64, permissions: Permissions) -> Caller {
    Caller::Job {
        repository: RepositoryId::new(repository),
        permissions,
        bot: somebody(UserId::new(99), false),
    }
}

const ASKED: [Action; 7] = [
    Action::See,
    Action::Fetch,
    Action::Read,
    Action::Write,
    Action::ReadDeployments,
    Action::Review,
    Action::Administer,
];

/// What may be done: see, fetch, read, write, read deployments, review and administer through GitHub's door; then
/// write and administer through our own. `+` allowed, `-` forbidden, `.` hidden.
fn answers(caller: &Caller, role: Option<Role>, private: bool) -> String {
    let repository = repository(private);
    let ours = [Action::Write, Action::Administer].map(|action| (action, Door::Runyard));
    let asked = ASKED.map(|action| (action, Door::GitHub));
    let letter = |(action, door)| match decide(caller, role, &repository, action, door) {
        Access::Allowed => '+',
        Access::Forbidden => '-',
        Access::Hidden => '.',
    };
    let mut letters: String = asked.into_iter().map(letter).collect();
    letters.push(' ');
    letters.extend(ours.into_iter().map(letter));
    letters
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

/// Sees what is public, changes nothing.
const LOOKS: &str = "+++-+-- --";
const ALL: &str = "+++++++ ++";
const HIDDEN: &str = "....... ..";

#[test]
fn a_stranger_sees_what_is_public_and_changes_nothing() {
    assert_table(
        &Caller::Anonymous,
        &[(NONE, LOOKS, HIDDEN), (ADMIN, LOOKS, HIDDEN)],
    );
}

#[test]
fn a_token_for_repositories_does_what_the_role_of_its_user_allows() {
    let table = [
        (NONE, LOOKS, HIDDEN),
        (READ, "+++-++- --", "+++-++- --"),
        (WRITE, "++++++- +-", "++++++- +-"),
        (ADMIN, ALL, ALL),
    ];
    assert_table(&user(EVE, false, &[Scope::Repo]), &table);
    assert_table(&through_an_app(&[Scope::Repo]), &table);
}

#[test]
fn a_token_for_public_repositories_does_not_see_private_ones() {
    let table = [
        (NONE, LOOKS, HIDDEN),
        (READ, "+++-++- --", HIDDEN),
        (WRITE, "++++++- --", HIDDEN),
        (ADMIN, "+++++++ --", HIDDEN),
    ];
    assert_table(&user(EVE, false, &[Scope::PublicRepo]), &table);
    assert_table(&through_an_app(&[Scope::PublicRepo]), &table);
}

#[test]
fn a_token_for_our_own_door_writes_nothing_through_githubs() {
    let table = [
        (NONE, LOOKS, HIDDEN),
        (READ, LOOKS, LOOKS),
        (WRITE, "+++-+-- +-", "+++-+-- +-"),
        (ADMIN, "+++-+-- ++", "+++-+-- ++"),
    ];
    assert_table(&user(EVE, false, &[Scope::RepoWrite]), &table);
}

#[test]
fn two_scopes_open_what_each_of_them_opens_and_no_more() {
    let table = [
        (READ, "+++-++- --", LOOKS),
        (WRITE, "++++++- +-", "+++-+-- +-"),
        (ADMIN, ALL, "+++-+-- ++"),
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
        let table = [(NONE, LOOKS, HIDDEN), (ADMIN, LOOKS, HIDDEN)];
        assert_table(&user(EVE, false, scopes), &table);
        assert_table(&through_an_app(scopes), &table);
    }
}

#[test]
fn owners_and_administrators_of_the_server_have_every_role_that_their_token_allows() {
    for caller in [
        user(ADA, false, &[Scope::Repo]),
        user(EVE, true, &[Scope::Repo]),
    ] {
        assert_table(&caller, &[(NONE, ALL, ALL), (READ, ALL, ALL)]);
    }
    let weak = user(ADA, false, &[Scope::ReadOrg]);
    assert_table(&weak, &[(NONE, LOOKS, HIDDEN)]);
}

#[test]
fn a_fine_grained_token_lets_through_what_it_names_and_no_more() {
    use {Level::*, Permission::*};
    // Each with everything that a role could allow: only the token holds back.
    for (given, public, private) in [
        (&[][..], "+++-+-- --", "+------ --"),
        (&[(Metadata, Read)], "+++-+-- --", "+------ --"),
        (&[(Contents, Read)], "+++-+-- --", "++----- --"),
        (&[(Actions, Read)], "+++-+-- --", "+-+---- --"),
        (&[(Actions, Write)], "+++++-- +-", "+-++--- +-"),
        (&[(Deployments, Read)], "+++-+-- --", "+---+-- --"),
        (&[(Deployments, Write)], "+++-++- --", "+---++- --"),
        (&[(Administration, Read)], "+++-+-- --", "+------ --"),
        (&[(Administration, Write)], "+++-+-+ -+", "+-----+ -+"),
        (&[(Checks, Write)], "+++-+-- --", "+------ --"),
        (
            &[(Actions, Write), (Deployments, Write)],
            "++++++- +-",
            "+-++++- +-",
        ),
    ] {
        for reach in [only(&[1, 7]), Reach::OwnedBy(ADA)] {
            assert_table(&fine_grained(reach, given), &[(ADMIN, public, private)]);
        }
    }
}

#[test]
fn a_fine_grained_token_gives_its_user_no_role() {
    use {Level::*, Permission::*};
    let everything: Vec<_> = Permission::ALL.iter().map(|one| (*one, Write)).collect();
    let table = [
        (NONE, LOOKS, HIDDEN),
        (READ, "+++-++- --", "+++-++- --"),
        (WRITE, "++++++- +-", "++++++- +-"),
        (ADMIN, ALL, ALL),
    ];
    assert_table(&fine_grained(only(&[1]), &everything), &table);
    let writer = fine_grained(only(&[1]), &[(Actions, Write)]);
    let table = [
        (NONE, LOOKS, HIDDEN),
        (READ, "+++-+-- --", "+-+---- --"),
        (WRITE, "+++++-- +-", "+-++--- +-"),
    ];
    assert_table(&writer, &table);
}

#[test]
fn a_fine_grained_token_for_other_repositories_is_a_stranger_here() {
    let everything: Vec<_> = Permission::ALL.iter().map(|p| (*p, Level::Write)).collect();
    for reach in [only(&[2]), only(&[]), Reach::OwnedBy(EVE)] {
        let caller = fine_grained(reach, &everything);
        assert_table(&caller, &[(NONE, LOOKS, HIDDEN), (ADMIN, LOOKS, HIDDEN)]);
        assert_eq!(effective_role(&caller, ADMIN, &repository(false)), None);
    }
}

#[test]
fn a_running_job_reads_its_own_repository_and_public_ones() {
    assert_table(&job(1, reading()), &[(NONE, LOOKS, LOOKS)]);
    assert_table(&job(2, reading()), &[(NONE, LOOKS, HIDDEN)]);
}

#[test]
fn a_running_job_does_what_its_permissions_say_whatever_roles_there_are() {
    use {Level::*, Permission::*};
    for (given, public, private) in [
        (&[][..], LOOKS, "+------ --"),
        (&[(Contents, Read)], LOOKS, "++----- --"),
        (&[(Actions, Write)], "+++++-- +-", "+-++--- +-"),
        (&[(Deployments, Write)], "+++-++- --", "+---++- --"),
    ] {
        let caller = job(1, permissions(given));
        assert_table(
            &caller,
            &[(NONE, public, private), (ADMIN, public, private)],
        );
        let elsewhere = job(2, permissions(given));
        assert_table(&elsewhere, &[(ADMIN, LOOKS, HIDDEN)]);
    }
}

#[test]
fn a_site_administrator_needs_the_right_and_the_scope() {
    let everything: Vec<_> = Permission::ALL.iter().map(|p| (*p, Level::Write)).collect();
    let reach = Reach::OwnedBy(EVE);
    let permissions = permissions(&everything);
    let fine_grained = holder(EVE, true, Grant::FineGrained { reach, permissions });
    let table = [
        (user(EVE, true, &[Scope::SiteAdmin]), true),
        (user(EVE, true, &[Scope::Repo]), false),
        (user(EVE, false, &[Scope::SiteAdmin]), false),
        (through_an_app(&[Scope::SiteAdmin]), false),
        (fine_grained, false),
        (job(1, reading()), false),
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
    assert_eq!(job(1, Permissions::default()).user_id(), None);
    assert!(Role::Read < Role::Write && Role::Write < Role::Admin);
}

#[test]
fn a_role_that_the_token_does_not_let_through_is_not_shown() {
    use {Level::*, Permission::*};
    let private = repository(true);
    for (caller, held, shown) in [
        (user(EVE, false, &[]), READ, READ),
        (user(ADA, false, &[]), NONE, ADMIN),
        (fine_grained(only(&[1]), &[(Actions, Read)]), ADMIN, READ),
        (fine_grained(only(&[1]), &[(Actions, Write)]), ADMIN, WRITE),
        (fine_grained(only(&[1]), &[(Actions, Write)]), READ, READ),
        (
            fine_grained(only(&[1]), &[(Administration, Write)]),
            ADMIN,
            ADMIN,
        ),
        (
            fine_grained(only(&[1]), &[(Secrets, Write), (Variables, Write)]),
            ADMIN,
            READ,
        ),
        (job(1, reading()), NONE, READ),
        (job(2, reading()), NONE, NONE),
        (Caller::Anonymous, ADMIN, NONE),
    ] {
        assert_eq!(
            effective_role(&caller, held, &private),
            shown,
            "{caller:?} as {held:?}"
        );
    }
}

#[test]
fn every_action_names_the_permission_that_it_needs() {
    let named = Action::ALL.map(|action| action.need().to_string());
    let wanted = [
        "metadata=read",
        "contents=read",
        "actions=read",
        "checks=read",
        "checks=write",
        "actions=write",
        "contents=write",
        "secrets=read",
        "secrets=read",
        "secrets=write",
        "actions_variables=read",
        "actions_variables=write",
        "deployments=read",
        "deployments=write",
        "administration=read",
        "administration=write",
    ];
    assert_eq!(named, wanted);
}

#[test]
fn an_event_of_ones_own_is_sent_by_whoever_may_write_the_code() {
    use {Level::*, Permission::*};
    let write = |given| fine_grained(only(&[1]), given);
    for (caller, role, allowed) in [
        (user(EVE, false, &[Scope::Repo]), WRITE, true),
        (user(EVE, false, &[Scope::Repo]), READ, false),
        (user(EVE, false, &[Scope::RepoWrite]), WRITE, false),
        (user(ADA, false, &[Scope::Repo]), NONE, true),
        (write(&[(Contents, Write)]), WRITE, true),
        (write(&[(Contents, Write)]), READ, false),
        (write(&[(Actions, Write)]), WRITE, false),
        (write(&[(Contents, Read)]), WRITE, false),
        (job(1, reading()), NONE, false),
        (job(1, permissions(&[(Contents, Write)])), NONE, true),
    ] {
        let found = decide(
            &caller,
            role,
            &repository(true),
            Action::SendEvent,
            Door::GitHub,
        );
        assert_eq!(found == Access::Allowed, allowed, "{caller:?} as {role:?}");
    }
}

/// What may be done with secrets and variables through GitHub's door: read the key, see secrets, set them, read
/// variables, set them; of a public repository, then of a private one.
fn configured(caller: &Caller, role: Option<Role>) -> String {
    let actions = [
        Action::ReadSecretKey,
        Action::ReadSecrets,
        Action::WriteSecrets,
        Action::ReadVariables,
        Action::WriteVariables,
    ];
    let letter = |private, action| {
        let repository = repository(private);
        match decide(caller, role, &repository, action, Door::GitHub) {
            Access::Allowed => '+',
            Access::Forbidden => '-',
            Access::Hidden => '.',
        }
    };
    let word = |private| actions.map(|action| letter(private, action));
    let words = [false, true].map(|private| word(private).into_iter().collect::<String>());
    words.join(" ")
}

#[test]
fn secrets_and_variables_are_for_those_who_write_and_nobody_else_reads_them() {
    use {Level::*, Permission::*};
    let repo = user(EVE, false, &[Scope::Repo]);
    let public = user(EVE, false, &[Scope::PublicRepo]);
    let ours = user(EVE, false, &[Scope::RepoWrite]);
    let fine = |given| fine_grained(only(&[1]), given);
    for (caller, role, wanted) in [
        (Caller::Anonymous, NONE, "+---- ....."),
        (repo.clone(), NONE, "+---- ....."),
        (repo.clone(), READ, "+---- +----"),
        (repo, WRITE, "+++++ +++++"),
        (public, WRITE, "+++++ ....."),
        (ours, ADMIN, "+---- +----"),
        (user(ADA, false, &[Scope::Repo]), NONE, "+++++ +++++"),
        (fine(&[(Secrets, Read)]), WRITE, "++--- ++---"),
        (fine(&[(Secrets, Write)]), WRITE, "+++-- +++--"),
        (fine(&[(Secrets, Write)]), READ, "+---- +----"),
        (fine(&[(Variables, Read)]), WRITE, "+--+- ---+-"),
        (fine(&[(Variables, Write)]), WRITE, "+--++ ---++"),
        (fine(&[(Actions, Write)]), ADMIN, "+---- -----"),
        (job(1, reading()), NONE, "+---- -----"),
        (job(2, reading()), NONE, "+---- ....."),
    ] {
        let found = configured(&caller, role);
        assert_eq!(found, wanted, "{caller:?} as {role:?}");
    }
}

#[test]
fn more_is_said_of_checks_by_whoever_may_write_them() {
    use {Level::*, Permission::*};
    let fine = |given| fine_grained(only(&[1]), given);
    for (caller, role, allowed) in [
        (user(EVE, false, &[Scope::Repo]), WRITE, true),
        (user(EVE, false, &[Scope::Repo]), READ, false),
        (fine(&[(Checks, Write)]), WRITE, true),
        (fine(&[(Checks, Read), (Actions, Write)]), WRITE, false),
        (job(1, permissions(&[(Checks, Write)])), NONE, true),
        (job(2, permissions(&[(Checks, Write)])), NONE, false),
        (job(1, reading()), NONE, false),
        (Caller::Anonymous, NONE, false),
    ] {
        let public = repository(false);
        let found = decide(&caller, role, &public, Action::WriteChecks, Door::GitHub);
        assert_eq!(found == Access::Allowed, allowed, "{caller:?} as {role:?}");
    }
}

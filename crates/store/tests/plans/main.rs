//! Every statement that the suite makes a database run is served by an index (architecture 4, rule 8).
//!
//! The statements are recorded while cases of the suite run, and explained afterwards without values, as a
//! database plans what is repeated. Tables are nearly empty then, so what is asked is not whether an index is
//! worth it but whether there is one.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(
    dead_code,
    unused_imports,
    reason = "not every case of the suite is needed to see every statement"
)]

#[path = "../conformance/database.rs"]
mod database;
mod explain;
mod recorder;
#[path = "../conformance/suite/mod.rs"]
mod suite;
#[path = "../conformance/world/mod.rs"]
mod world;

use database::OwnDatabase;
use explain::Plan;
use recorder::Dialect;
use runyard_store::{Store, postgres::PostgresStore, sqlite::SqliteStore};
use std::sync::Arc;

/// Statements that are known to scan or to sort, and why that is right.
const EXCEPTIONS: [(&str, &str); 11] = [
    (
        "(runs.attempt = jobs.attempt))))",
        "the jobs of the newest attempts of a commit's runs, of which there are a thousand at most",
    ),
    (
        "SELECT COUNT(*) FROM queue WHERE ((queue.execution_id IS NULL)",
        "the index that is scanned holds nothing but what is counted",
    ),
    (
        "SELECT queue.run_id, queue.job_id FROM queue WHERE ((queue.execution_id IS NULL)",
        "ends at the first that nobody was offered; only offers that stand are before it, and what is set aside",
    ),
    (
        "SELECT queue.run_id, queue.job_id, queue.queued_at FROM queue WHERE",
        "ends at the first that nobody was offered; only offers that stand are before it, and what is set aside",
    ),
    (
        "FROM troubled_rows WHERE (troubled_rows.set_aside_at IS NOT NULL)",
        "the index that is scanned holds nothing but what is counted",
    ),
    (
        "FROM troubled_rows WHERE ((troubled_rows.set_aside_at IS NOT NULL)",
        "the index that is scanned holds nothing but what is asked for, and is read to the limit",
    ),
    (
        "(executions.due_at IS NOT NULL) AND (executions.lease_until IS NOT NULL)",
        "the index that is scanned holds nothing but what is open",
    ),
    (
        "NOT (executions.log_sealed)",
        "the index that is scanned holds nothing but what is asked for",
    ),
    (
        "SELECT doomed_objects.key FROM doomed_objects ORDER BY doomed_objects.key LIMIT",
        "the table holds nothing but what is asked for, and is read to the limit",
    ),
    (
        "(jobs.run_id = ?) AND (jobs.attempt BETWEEN",
        "no more than the jobs of one run are sorted",
    ),
    (
        "SELECT jobs.id FROM jobs WHERE ((jobs.run_id IN (",
        "no more than the jobs of the runs of one commit are sorted",
    ),
];

/// What lists of runs are filtered by, and the index that has just these conditions, in the order of the list.
const FILTERS: [(&[&str], &str); 16] = [
    (&[], "listed_runs_newest"),
    (&["workflow_id"], "listed_runs_by_workflow"),
    (&["actor_id"], "listed_runs_by_actor"),
    (&["event"], "listed_runs_by_event"),
    (&["head_branch"], "listed_runs_by_branch"),
    (
        &["workflow_id", "actor_id"],
        "listed_runs_by_workflow_actor",
    ),
    (&["workflow_id", "event"], "listed_runs_by_workflow_event"),
    (
        &["workflow_id", "head_branch"],
        "listed_runs_by_workflow_branch",
    ),
    (&["actor_id", "event"], "listed_runs_by_actor_event"),
    (&["actor_id", "head_branch"], "listed_runs_by_actor_branch"),
    (&["event", "head_branch"], "listed_runs_by_event_branch"),
    (
        &["workflow_id", "actor_id", "event"],
        "listed_runs_by_workflow_actor_event",
    ),
    (
        &["workflow_id", "actor_id", "head_branch"],
        "listed_runs_by_workflow_actor_branch",
    ),
    (
        &["workflow_id", "event", "head_branch"],
        "listed_runs_by_workflow_event_branch",
    ),
    (
        &["actor_id", "event", "head_branch"],
        "listed_runs_by_actor_event_branch",
    ),
    (
        &["workflow_id", "actor_id", "event", "head_branch"],
        "listed_runs_by_workflow_actor_event_branch",
    ),
];

/// What only few runs have, and the index that finds them.
const FEW: [(&str, &str); 3] = [
    (
        "(runs.head_sha = ?)) ORDER BY runs.id DESC",
        "runs_by_commit",
    ),
    (
        "(runs.check_suite_id = ?)) ORDER BY runs.id DESC",
        "runs_by_check_suite",
    ),
    (
        "(runs.status <> 'completed')) AND (runs.status = ?)) ORDER BY",
        "runs_live",
    ),
];

/// What of runs that ended is asked for, and the index that has it in its order.
const ENDED: [(&str, &str); 3] = [
    (
        "(runs.completed_at <= ?)) ORDER BY runs.completed_at, runs.id",
        "runs_by_end",
    ),
    (
        "(runs.completed_at <= ?)) AND (runs.logs_deleted_attempts < runs.attempt)) ORDER BY",
        "runs_with_logs",
    ),
    (
        "FROM workflows WHERE (workflows.retention_due_at <= ?) ORDER BY",
        "workflows_by_retention",
    ),
];

/// Cases that together make a store run all its statements.
async fn run_cases(mut new_store: impl AsyncFnMut() -> Arc<dyn Store>) {
    macro_rules! run {
        ($($case:ident),+ $(,)?) => { $( suite::$case(new_store().await).await; )+ };
    }
    run![
        the_first_writer_of_a_setting_wins,
        a_login_is_taken_ignoring_case,
        users_are_listed_by_id_in_pages,
        a_deleted_user_loses_tokens_and_roles,
        tokens_are_listed_by_id_and_deleted_by_their_user_only,
        a_repository_name_is_taken_ignoring_case,
        repositories_are_listed_by_id_in_pages,
        a_deleted_repository_and_its_runs_are_not_there,
        a_collaborator_has_a_role_until_it_is_taken_away,
        workflows_are_listed_by_id_in_pages,
        a_definition_is_kept_under_its_hash,
        a_secret_is_kept_once_for_each_use,
        the_newest_deliveries_are_known_with_their_runs,
        a_look_is_ended_by_whoever_took_it,
        a_look_that_fails_keeps_what_was_seen,
        open_pull_requests_are_found_by_their_branches,
        so_many_pull_requests_are_known_the_newest,
        a_schedule_keeps_its_actor_and_tick_until_its_text_goes,
        a_tick_is_ended_once_and_comes_again_when_nobody_ends_it,
        moments_are_kept_with_the_change_where_somebody_follows,
        what_starts_workflows_goes_with_its_repository,
        a_workflow_changes_its_state_from_the_one_that_it_has,
        a_runner_name_is_taken_unless_it_is_replaced,
        runners_are_listed_by_id_and_deleted,
        a_runner_shows_when_it_was_seen_and_whether_it_is_busy,
        custom_labels_are_changed_by_whoever_knew_the_ones_before,
        what_a_user_owns_is_counted,
        a_check_run_says_more_each_time,
        settings_of_actions_are_githubs_until_somebody_says_otherwise,
        changes_of_actions_at_the_same_time_all_hold,
        open_pull_requests_are_listed_and_found_by_number,
        a_run_is_found_by_its_check_suite,
        the_checks_of_a_commit_are_those_of_its_newest_attempts,
        checks_are_found_by_name_and_status,
        checks_and_annotations_are_counted,
        a_new_run_sees_how_many_are_open_and_when_they_came,
        a_rerun_is_a_new_attempt_and_the_old_one_stays_readable,
        a_rerun_as_a_new_run_knows_its_parent,
        a_cancelled_run_ends_what_waits_and_tells_what_runs,
        a_run_waits_for_its_group_until_it_is_told,
        jobs_that_no_runner_takes_are_found,
        runs_that_do_not_end_are_found_once,
        a_job_that_runs_too_long_is_over_whatever_its_lease,
        what_a_group_ends_keeps_the_reason,
        a_message_that_is_put_off_waits_and_one_of_no_use_is_dropped,
        a_released_offer_goes_back_to_the_queue,
        the_same_key_gets_the_same_offers_with_new_tokens,
        jobs_are_claimed_in_the_order_in_which_they_became_ready,
        the_depth_of_the_queue_counts_what_nobody_was_offered,
        what_runs_was_started_and_is_not_over,
        an_execution_is_found_by_its_tokens,
        expired_executions_come_oldest_first,
        leases_are_extended_but_never_shortened,
        every_filter_of_runs_is_obeyed,
        filters_together_find_what_each_run_says,
        jobs_are_listed_by_id_for_an_attempt_or_for_all,
        a_job_shows_the_steps_that_were_reported,
        a_sealed_log_takes_no_more,
        ended_executions_wait_for_their_logs_to_be_sealed,
        cancels_that_go_on_for_too_long_are_found,
        what_a_repository_says_of_retention_is_kept,
        a_workflow_is_looked_at_by_one_until_its_time_comes_again,
        runs_are_found_by_when_their_newest_attempt_ended,
        expired_logs_are_told_from_deleted_ones,
        chosen_runs_have_ended_and_come_oldest_first,
        a_deleted_run_is_gone_at_once_and_then_for_good,
        a_run_made_from_a_deleted_one_stays,
        deleted_logs_are_gone_and_later_ones_stay,
        a_force_cancelled_run_is_over_at_once,
        a_named_secret_keeps_its_creation_when_it_is_given_again,
        so_many_secrets_and_variables_are_kept_and_no_more,
        a_variable_name_is_taken_ignoring_case,
        a_variable_is_changed_and_renamed,
        what_workflows_are_given_goes_with_its_repository,
        artifacts_are_listed_by_run_and_name,
        a_list_of_artifacts_reaches_so_many_and_no_more,
        an_artifact_is_of_a_run_that_is_there,
        artifacts_of_a_deleted_run_are_gone_at_once_and_removed_with_it,
        caches_are_found_by_ref_and_key_and_sorted,
        caches_are_counted_as_they_come_and_go,
        caches_go_with_their_repository_and_their_objects_follow,
        a_row_is_set_aside_by_the_last_of_its_tries,
        what_is_set_aside_is_listed_by_kind_and_number,
    ];
}

/// Fails with every statement whose plan has a fault, and when a filter is not served by its own index.
fn assert_fine(plans: &[Plan]) {
    let known = |plan: &Plan| {
        let mut exceptions = EXCEPTIONS.iter();
        exceptions.any(|(part, _why)| plan.plain_statement().contains(part))
    };
    let bad = plans
        .iter()
        .filter(|plan| !known(plan) && !plan.faults().is_empty());
    let bad = bad.map(|plan| format!("{}\n    {}", plan.statement, plan.faults().join("\n    ")));
    let bad: Vec<String> = bad.collect();
    assert!(
        bad.is_empty(),
        "{} are not served:\n{}",
        bad.len(),
        bad.join("\n")
    );
    for (columns, index) in FILTERS {
        let conditions = columns.iter();
        let conditions = conditions.map(|column| format!(" AND (listed_runs.{column} = ?))"));
        let filter = conditions.collect::<String>();
        let filter =
            format!("(listed_runs.conclusion = ?)){filter} ORDER BY listed_runs.run_id DESC");
        // A space or the end of the line behind it: the name of another index may begin with it.
        let is_its = |line: &str| line.split_whitespace().any(|word| word == index);
        let of_it = plans.iter();
        let of_it = of_it.filter(|plan| plan.plain_statement().contains(&filter));
        let of_it: Vec<&Plan> = of_it.collect();
        assert!(!of_it.is_empty(), "runs were listed by {columns:?}");
        for plan in of_it {
            let lines = &plan.lines;
            assert!(
                lines.iter().any(|line| is_its(line)),
                "by {columns:?}:\n{}",
                lines.join("\n")
            );
        }
    }
    for (part, index) in ENDED.into_iter().chain(FEW) {
        let mut plans = plans.iter();
        let plan = plans.find(|plan| plan.plain_statement().contains(part));
        let lines = plan.expect(part).lines.join("\n");
        assert!(lines.contains(index), "{part}:\n{lines}");
    }
}

/// Fewer statements than this would mean that they were not recorded.
const STATEMENTS_AT_LEAST: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_has_an_index_for_every_statement() {
    recorder::install();
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    run_cases(async || {
        count += 1;
        let path = folder.path().join(format!("{count}.db"));
        Arc::new(SqliteStore::open(&path).await.unwrap()) as Arc<dyn Store>
    })
    .await;
    let statements = recorder::statements(Dialect::Sqlite);
    assert!(statements.len() > STATEMENTS_AT_LEAST, "{statements:#?}");
    assert_fine(&explain::by_sqlite(&folder.path().join("1.db"), statements));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_has_an_index_for_every_statement() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        let required = std::env::var_os("RUNYARD_REQUIRE_POSTGRES").is_some();
        assert!(!required, "TEST_POSTGRES_URL is not set");
        eprintln!("SKIPPED: TEST_POSTGRES_URL is not set");
        return;
    };
    recorder::install();
    let mut databases = Vec::new();
    run_cases(async || {
        databases.push(OwnDatabase::create(&server).await);
        let url = databases.last().unwrap().url();
        Arc::new(PostgresStore::connect(url, 2).await.unwrap()) as Arc<dyn Store>
    })
    .await;
    let statements = recorder::statements(Dialect::Postgres);
    assert!(statements.len() > STATEMENTS_AT_LEAST, "{statements:#?}");
    assert_fine(&explain::by_postgres(databases[0].url(), statements).await);
}

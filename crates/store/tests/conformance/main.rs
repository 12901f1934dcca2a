//! One suite for every store: ordinary functions over `Arc<dyn Store>`, each named once for each store.
//!
//! A store that is not there (`TEST_POSTGRES_URL` is unset) is skipped out loud, unless
//! `RUNYARD_REQUIRE_POSTGRES` says that it must be there.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{io::Write, sync::Once};

mod database;
mod fixtures;
mod model;
mod suite;
mod world;

/// Says once, past the capturing of output, that nothing was tested on a store.
fn skipped(store: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let said = writeln!(
            std::io::stderr(),
            "\nSKIPPED all of {store}: it is not there\n"
        );
        said.expect("standard error takes a line");
    });
}

macro_rules! conformance {
    ($($store:ident),+ => $cases:tt) => { $( conformance!(@one $store $cases); )+ };
    (@one $store:ident [$($case:ident),+ $(,)?]) => {
        mod $store { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                match crate::fixtures::$store().await {
                    Some(fixture) => crate::suite::$case(fixture.store()).await,
                    None => crate::skipped(stringify!($store)),
                }
            }
        )+ }
    };
}

conformance!(memory, sqlite, postgres => [
    // store
    ids_start_at_one_and_are_never_reused,
    ids_reserved_at_the_same_time_are_disjoint,
    reserving_no_ids_gives_none,
    the_first_writer_of_a_setting_wins,
    settings_of_other_names_and_odd_bytes_are_kept,
    the_clock_shows_whole_microseconds_and_does_not_go_back,
    a_store_that_works_is_ready,
    // accounts
    a_user_reads_back_as_written,
    a_login_is_taken_ignoring_case,
    a_nul_is_kept_or_refused_as_what_it_is,
    users_are_listed_by_id_in_pages,
    a_deleted_user_frees_the_login_and_stays_readable,
    a_deleted_user_loses_tokens_and_roles,
    a_user_who_owns_repositories_is_not_deleted,
    a_run_keeps_the_name_of_a_deleted_actor,
    a_token_reads_back_with_its_user,
    tokens_are_listed_by_id_and_deleted_by_their_user_only,
    a_token_of_an_unknown_user_is_refused,
    who_asks_and_what_for_are_answered_at_once,
    what_a_user_owns_is_counted,
    // repositories
    a_repository_reads_back_as_written,
    a_repository_name_is_taken_ignoring_case,
    a_repository_of_an_unknown_owner_is_refused,
    repositories_are_listed_by_id_in_pages,
    a_deleted_repository_and_its_runs_are_not_there,
    a_deleted_repository_frees_its_name,
    a_repository_with_live_runs_is_not_deleted,
    an_unknown_repository_is_not_deleted,
    a_collaborator_has_a_role_until_it_is_taken_away,
    a_collaborator_needs_a_user_and_a_repository,
    a_workflow_is_kept_once_for_a_path,
    a_workflow_seen_at_the_same_time_is_kept_once,
    workflows_are_listed_by_id_in_pages,
    a_workflow_of_an_unknown_repository_is_refused,
    a_definition_is_kept_under_its_hash,
    settings_of_actions_are_githubs_until_somebody_says_otherwise,
    changes_of_actions_at_the_same_time_all_hold,
    // git access
    a_secret_is_kept_once_for_each_use,
    what_reaches_a_source_goes_with_its_repository,
    the_newest_deliveries_are_known_with_their_runs,
    a_look_that_is_due_is_taken_once,
    a_look_is_ended_by_whoever_took_it,
    a_look_that_fails_keeps_what_was_seen,
    // configuration
    a_named_secret_keeps_its_creation_when_it_is_given_again,
    so_many_secrets_and_variables_are_kept_and_no_more,
    a_variable_name_is_taken_ignoring_case,
    a_variable_is_changed_and_renamed,
    what_workflows_are_given_goes_with_its_repository,
    // artifacts and caches
    artifacts_are_listed_by_run_and_name,
    a_list_of_artifacts_reaches_so_many_and_no_more,
    an_artifact_is_of_a_run_that_is_there,
    artifacts_of_a_deleted_run_are_gone_at_once_and_removed_with_it,
    caches_are_found_by_ref_and_key_and_sorted,
    caches_are_counted_as_they_come_and_go,
    caches_go_with_their_repository_and_their_objects_follow,
    // triggers
    open_pull_requests_are_found_by_their_branches,
    a_run_comes_with_the_pull_requests_of_its_branch,
    so_many_pull_requests_are_known_the_newest,
    open_pull_requests_are_listed_and_found_by_number,
    a_run_keeps_what_caused_it,
    a_branch_is_kept_by_whoever_knew_the_one_before,
    a_schedule_keeps_its_actor_and_tick_until_its_text_goes,
    a_tick_is_taken_once,
    a_tick_is_ended_once_and_comes_again_when_nobody_ends_it,
    moments_are_kept_with_the_change_where_somebody_follows,
    a_refused_change_keeps_no_moment,
    a_moment_is_taken_once_and_again_when_nobody_was_done,
    what_starts_workflows_goes_with_its_repository,
    a_workflow_changes_its_state_from_the_one_that_it_has,
    // runners
    a_runner_reads_back_as_written,
    a_runner_name_is_taken_unless_it_is_replaced,
    an_update_changes_what_a_runner_may_change,
    runners_are_listed_by_id_and_deleted,
    a_runner_is_deleted_with_a_token_or_neither_is,
    a_runner_shows_when_it_was_seen_and_whether_it_is_busy,
    custom_labels_are_changed_by_whoever_knew_the_ones_before,
    // changes
    a_run_reads_back_as_written,
    odd_texts_and_json_read_back_as_written,
    a_large_payload_reads_back_as_written,
    r6_37_numbers_count_for_the_workflow_and_for_the_repository,
    numbers_have_no_gaps_under_concurrency,
    a_trigger_key_makes_one_run,
    a_trigger_key_makes_one_run_under_concurrency,
    a_trigger_key_counts_for_one_workflow_only,
    a_refused_decision_leaves_nothing,
    a_refused_new_run_leaves_nothing,
    a_decision_that_creates_nothing_uses_no_numbers,
    a_new_run_sees_how_many_are_open_and_when_they_came,
    a_scope_that_names_nothing_says_what_is_missing,
    a_run_of_an_unknown_actor_is_refused,
    concurrent_changes_of_one_run_lose_nothing,
    concurrent_reports_of_one_execution_lose_nothing,
    a_report_leaves_the_run_alone,
    a_decision_that_changes_nothing_writes_nothing,
    a_run_is_loaded_with_its_open_executions,
    a_run_is_loaded_with_the_execution_that_was_named,
    a_change_wakes_listeners_after_it_is_kept,
    a_refused_decision_wakes_nobody,
    a_cancelled_execution_wakes_its_listener,
    // concurrency
    a_run_waits_for_its_group_until_it_is_told,
    what_a_group_ends_keeps_the_reason,
    a_job_waits_for_its_group_and_no_runner_gets_it,
    a_message_is_applied_once_however_many_try,
    a_message_that_is_put_off_waits_and_one_of_no_use_is_dropped,
    a_refused_decision_leaves_no_group,
    newcomers_at_the_same_time_have_one_holder_and_none_is_forgotten,
    groups_taken_in_any_order_lose_nothing,
    // time limits
    jobs_that_no_runner_takes_are_found,
    runs_that_do_not_end_are_found_once,
    a_job_that_runs_too_long_is_over_whatever_its_lease,
    // walks
    a_finished_job_lets_its_dependents_run,
    a_failed_need_skips_its_dependents,
    a_cancelled_run_ends_what_waits_and_tells_what_runs,
    a_cancelled_job_does_not_cancel_its_run,
    a_rerun_is_a_new_attempt_and_the_old_one_stays_readable,
    a_rerun_as_a_new_run_knows_its_parent,
    a_part_is_run_again_and_the_rest_is_carried,
    a_force_cancelled_run_is_over_at_once,
    cancels_that_go_on_for_too_long_are_found,
    a_file_that_cannot_be_planned_ends_the_run_with_its_errors,
    each_attempt_shows_its_own_errors,
    a_lost_runner_fails_its_job,
    a_runner_that_does_not_stop_is_ended_after_its_grace,
    a_lapsed_offer_goes_back_to_the_queue,
    a_released_offer_goes_back_to_the_queue,
    an_offer_of_a_cancelled_job_is_withdrawn,
    the_largest_run_reads_back_as_written,
    // queue
    a_job_is_claimed_at_most_once,
    a_claim_gets_only_jobs_whose_labels_it_has,
    a_claim_gets_jobs_of_its_group_and_of_none,
    jobs_are_claimed_in_the_order_in_which_they_became_ready,
    jobs_that_became_ready_at_once_are_claimed_in_the_order_of_their_events,
    a_claim_gets_no_more_than_it_asks_for,
    a_claim_finds_nothing_in_an_empty_queue,
    the_same_key_gets_the_same_offers_with_new_tokens,
    the_same_key_after_a_start_gets_another_job,
    the_same_key_of_another_runner_is_another_request,
    the_same_key_at_the_same_time_gets_one_offer,
    a_job_that_goes_back_keeps_its_place,
    a_cancelled_job_is_not_claimed,
    the_depth_of_the_queue_counts_what_nobody_was_offered,
    what_runs_was_started_and_is_not_over,
    an_execution_is_found_by_its_tokens,
    what_is_over_by_the_clock_is_expired,
    expired_executions_come_oldest_first,
    leases_are_extended_but_never_shortened,
    // runs
    runs_are_listed_newest_first_in_pages,
    runs_of_other_repositories_are_not_listed,
    every_filter_of_runs_is_obeyed,
    a_filtered_list_reaches_so_many_runs_and_no_more,
    filters_together_find_what_each_run_says,
    a_run_is_listed_by_its_newest_conclusion_only,
    jobs_are_listed_by_id_for_an_attempt_or_for_all,
    a_job_shows_the_steps_that_were_reported,
    unknown_ids_answer_nothing,
    // checks
    a_run_is_found_by_its_check_suite,
    the_checks_of_a_commit_are_those_of_its_newest_attempts,
    checks_are_found_by_name_and_status,
    checks_and_annotations_are_counted,
    // logs
    log_chunks_are_put_together,
    an_overlap_is_stored_once,
    a_gap_stores_nothing,
    a_full_log_takes_no_more,
    a_sealed_log_takes_no_more,
    sealing_again_is_harmless,
    ended_executions_wait_for_their_logs_to_be_sealed,
    a_log_of_an_unknown_execution_is_refused,
    log_rows_wake_their_readers,
    // reports
    outputs_are_kept_with_the_end_of_their_job,
    outputs_of_a_refused_end_are_not_kept,
    annotations_are_kept_once_and_listed_by_number,
    a_summary_takes_the_place_of_an_earlier_one,
    a_check_run_says_more_each_time,
    remarks_on_a_check_run_at_the_same_time_are_all_kept,
    reports_of_an_unknown_run_are_refused,
    reports_of_a_deleted_run_are_removed_with_it,
    // retentions
    what_a_repository_says_of_retention_is_kept,
    a_workflow_is_looked_at_by_one_until_its_time_comes_again,
    two_that_look_at_once_get_different_workflows,
    runs_are_found_by_when_their_newest_attempt_ended,
    expired_logs_are_told_from_deleted_ones,
    chosen_runs_have_ended_and_come_oldest_first,
    // deletes
    a_deleted_run_is_gone_at_once_and_then_for_good,
    a_deleted_run_is_not_listed_and_its_numbers_are_not_given_again,
    a_run_made_from_a_deleted_one_stays,
    deleted_logs_are_gone_and_later_ones_stay,
    what_belongs_to_other_runs_is_not_purged,
    // troubles
    a_row_is_set_aside_by_the_last_of_its_tries,
    what_is_set_aside_is_listed_by_kind_and_number,
    a_job_that_is_set_aside_is_passed_over,
    an_inspection_shows_a_run_at_one_moment,
    a_run_that_was_changed_behind_its_events_is_written_again,
]);

//! Bad rows and the doctor, over real databases: rows are broken by hand, and the product is asked to go on.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bad_rows;
#[path = "../../../store/tests/conformance/database.rs"]
mod database;
mod findings;
mod groups;
mod healthy;
mod world;

macro_rules! on_databases {
    ($($store:ident),+ => $cases:tt) => { $( on_databases!(@one $store $cases); )+ };
    (@one $store:ident [$($module:ident :: $case:ident),+ $(,)?]) => {
        mod $store { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(world) = crate::world::World::$store().await {
                    crate::$module::$case(world).await;
                }
            }
        )+ }
    };
}

on_databases!(sqlite, postgres => [
    bad_rows::a_job_of_an_unreadable_run_keeps_no_other_from_its_runner,
    bad_rows::an_execution_of_an_unreadable_run_keeps_no_other_from_its_end,
    bad_rows::an_unreadable_offer_keeps_no_other_from_its_runner,
    bad_rows::an_unreadable_message_keeps_no_other_from_its_run,
    bad_rows::an_unreadable_follow_up_keeps_no_other_from_being_taken,
    bad_rows::an_unreadable_look_keeps_no_other_from_its_source,
    bad_rows::an_unreadable_run_keeps_no_other_from_its_limits,
    bad_rows::a_log_that_is_set_aside_keeps_no_other_from_being_sealed,
    findings::rows_that_cannot_be_read_are_written_again,
    findings::rows_that_differ_from_their_events_are_written_again,
    findings::r1_15_words_that_lists_use_are_those_of_the_jobs,
    findings::a_job_that_waits_is_in_the_queue_and_no_other,
    findings::a_job_whose_execution_ended_ends_as_it_said,
    findings::a_job_whose_execution_is_lost_or_gone_fails,
    findings::an_execution_without_a_job_is_cut_off,
    findings::steps_that_cannot_be_read_block_no_run,
    findings::r1_16_a_run_whose_jobs_all_ended_ends,
    findings::r2_5_a_job_that_nobody_planned_is_planned,
    findings::events_that_are_missing_or_broken_are_told_and_left,
    findings::what_was_left_over_is_done,
    findings::what_is_set_aside_is_put_back_once_it_can_be_read,
    groups::a_member_that_ended_or_is_gone_leaves_its_group,
    groups::who_was_given_the_slot_and_never_told_goes_on,
    groups::who_was_forgotten_stands_in_line_again,
    groups::a_group_that_cannot_be_read_is_made_again_from_its_runs,
    groups::two_that_run_in_one_group_are_told_and_left,
    healthy::nothing_is_found_where_nothing_is_wrong,
]);

on_databases!(memory => [
    bad_rows::a_job_whose_definition_is_gone_keeps_no_other_from_its_runner,
    findings::a_hand_over_that_ended_behind_its_run_is_found,
    findings::events_and_rows_that_differ_in_memory_are_mended,
    groups::a_member_that_was_taken_out_of_its_group_comes_back,
    healthy::nothing_is_found_where_nothing_is_wrong,
]);

//! The tables as the migrations make them, for both databases. One place for names and types of columns.

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    id_series (kind) {
        kind -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};

    settings (name) {
        name -> Text,
        value -> Binary,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    users (id) {
        id -> BigInt,
        login -> Text,
        login_key -> Text,
        name -> Nullable<Text>,
        site_admin -> Bool,
        created_at -> TimeColumn,
        deleted_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};

    tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        kind -> JsonColumn,
        hash -> Binary,
        created_at -> TimeColumn,
        expires_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    repositories (id) {
        id -> BigInt,
        owner -> Text,
        name -> Text,
        owner_key -> Text,
        name_key -> Text,
        owner_id -> BigInt,
        private -> Bool,
        default_branch -> Text,
        source -> JsonColumn,
        created_at -> TimeColumn,
        deleted_at -> Nullable<TimeColumn>,
        run_count -> BigInt,
        deleted_runs -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    collaborators (repository_id, user_id) {
        repository_id -> BigInt,
        user_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Text};

    workflows (id) {
        id -> BigInt,
        repository_id -> BigInt,
        path -> Text,
        name -> Text,
        state -> Text,
        created_at -> TimeColumn,
        updated_at -> TimeColumn,
        run_count -> BigInt,
        deleted_runs -> BigInt,
        retention_due_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    retentions (repository_id) {
        repository_id -> BigInt,
        rules -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Binary, Text};

    repository_secrets (repository_id, usage) {
        repository_id -> BigInt,
        usage -> Text,
        key_id -> Text,
        sealed -> Binary,
        facts -> JsonColumn,
        updated_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Binary, Text};

    named_secrets (repository_id, name) {
        repository_id -> BigInt,
        name -> Text,
        key_id -> Text,
        sealed -> Binary,
        created_at -> TimeColumn,
        updated_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Text};

    variables (repository_id, name) {
        repository_id -> BigInt,
        name -> Text,
        value -> Text,
        created_at -> TimeColumn,
        updated_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Nullable, Text};

    artifacts (id) {
        id -> BigInt,
        repository_id -> BigInt,
        run_id -> BigInt,
        attempt -> BigInt,
        name -> Text,
        size -> BigInt,
        digest -> Nullable<Text>,
        object_key -> Text,
        created_at -> TimeColumn,
        updated_at -> TimeColumn,
        expires_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Text};

    caches (id) {
        id -> BigInt,
        repository_id -> BigInt,
        git_ref -> Text,
        key -> Text,
        version -> Text,
        size -> BigInt,
        object_key -> Text,
        created_at -> TimeColumn,
        last_accessed_at -> TimeColumn,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;

    cache_usages (repository_id) {
        repository_id -> BigInt,
        caches -> BigInt,
        bytes -> BigInt,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Text};

    deliveries (repository_id, delivery) {
        repository_id -> BigInt,
        delivery -> Text,
        runs -> JsonColumn,
        received_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Nullable, Text};

    polls (repository_id) {
        repository_id -> BigInt,
        seconds -> BigInt,
        due_at -> TimeColumn,
        looked_at -> Nullable<TimeColumn>,
        looks -> BigInt,
        refs -> Nullable<JsonColumn>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;

    definitions (hash) {
        hash -> Text,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};

    listed_runs (run_id, conclusion) {
        run_id -> BigInt,
        conclusion -> Text,
        repository_id -> BigInt,
        workflow_id -> BigInt,
        actor_id -> BigInt,
        event -> Text,
        head_branch -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::BigInt;

    run_minutes (repository_id, minute) {
        repository_id -> BigInt,
        minute -> TimeColumn,
        first_id -> BigInt,
        last_id -> BigInt,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Nullable, Text};

    runs (id) {
        id -> BigInt,
        repository_id -> BigInt,
        workflow_id -> BigInt,
        check_suite_id -> BigInt,
        number -> BigInt,
        repository_index -> BigInt,
        event -> Text,
        head_branch -> Nullable<Text>,
        head_sha -> Text,
        git_ref -> Text,
        actor_id -> BigInt,
        parent_id -> Nullable<BigInt>,
        trigger_key -> Text,
        name -> Text,
        path -> Text,
        display_title -> Text,
        definition -> Text,
        created_at -> TimeColumn,
        commit_facts -> JsonColumn,
        attempt -> BigInt,
        status -> Text,
        conclusion -> Nullable<Text>,
        seq -> BigInt,
        updated_at -> TimeColumn,
        referenced -> JsonColumn,
        cause -> JsonColumn,
        deleted_at -> Nullable<TimeColumn>,
        logs_deleted_attempts -> BigInt,
        logs_expired_attempts -> BigInt,
        completed_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    pull_requests (repository_id, number) {
        repository_id -> BigInt,
        number -> BigInt,
        id -> BigInt,
        head_branch -> Text,
        head_sha -> Text,
        base_branch -> Text,
        base_sha -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Text};

    default_branches (repository_id) {
        repository_id -> BigInt,
        sha -> Text,
        follows_runs -> Bool,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Nullable, Text};

    schedules (repository_id, path, cron, timezone) {
        repository_id -> BigInt,
        path -> Text,
        cron -> Text,
        timezone -> Text,
        actor_id -> BigInt,
        due_at -> Nullable<TimeColumn>,
        look_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Text};

    follow_ups (id) {
        id -> BigInt,
        run_id -> BigInt,
        attempt -> BigInt,
        moment -> Text,
        happened_at -> TimeColumn,
        tries -> BigInt,
        due_at -> TimeColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    run_payloads (run_id) {
        run_id -> BigInt,
        payload -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    attempts (run_id, number) {
        run_id -> BigInt,
        number -> BigInt,
        triggering_actor_id -> BigInt,
        requested_at -> TimeColumn,
        updated_at -> TimeColumn,
        cancelled_at -> Nullable<TimeColumn>,
        status -> Text,
        conclusion -> Nullable<Text>,
        completed_at -> Nullable<TimeColumn>,
        diagnostics -> JsonColumn,
        debug -> Bool,
        referenced -> Nullable<JsonColumn>,
        concurrency_group -> Nullable<Text>,
        cancel_reason -> Nullable<JsonColumn>,
        cancelled_with_run -> Bool,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    jobs (run_id, attempt, place) {
        run_id -> BigInt,
        attempt -> BigInt,
        place -> BigInt,
        name -> Text,
        needs -> JsonColumn,
        state -> Text,
        id -> Nullable<BigInt>,
        display_name -> Nullable<Text>,
        labels -> Nullable<JsonColumn>,
        created_at -> Nullable<TimeColumn>,
        conclusion -> Nullable<Text>,
        execution_id -> Nullable<BigInt>,
        runner_id -> Nullable<BigInt>,
        runner_name -> Nullable<Text>,
        started_at -> Nullable<TimeColumn>,
        completed_at -> Nullable<TimeColumn>,
        cancel_requested_at -> Nullable<TimeColumn>,
        leg -> Nullable<JsonColumn>,
        continue_on_error -> Bool,
        timeout_minutes -> Nullable<BigInt>,
        cancel_timeout_minutes -> Nullable<BigInt>,
        calls -> Nullable<JsonColumn>,
        reason -> Nullable<JsonColumn>,
        carried_from -> Nullable<BigInt>,
        concurrency -> Nullable<JsonColumn>,
        is_pending -> Bool,
        wanted_group -> Nullable<Text>,
        runner_group -> Text,
        cancel_reason -> Nullable<JsonColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    run_events (run_id, seq) {
        run_id -> BigInt,
        seq -> BigInt,
        version -> BigInt,
        event -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::{BigInt, Nullable, Text};

    concurrency_groups (repository_id, name_key) {
        repository_id -> BigInt,
        name_key -> Text,
        name -> Text,
        holder -> Nullable<JsonColumn>,
        pending -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::BigInt;

    run_messages (id) {
        id -> BigInt,
        run_id -> BigInt,
        message -> JsonColumn,
        due_at -> TimeColumn,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    label_sets (id) {
        id -> BigInt,
        labels -> Text,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Nullable};

    queue (position) {
        position -> BigInt,
        job_id -> BigInt,
        run_id -> BigInt,
        label_set_id -> BigInt,
        execution_id -> Nullable<BigInt>,
        queued_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

    executions (id) {
        id -> BigInt,
        run_id -> BigInt,
        job_id -> BigInt,
        runner_id -> BigInt,
        runner_name -> Text,
        request_key -> Text,
        request_place -> BigInt,
        token -> Binary,
        github_token -> Binary,
        rev -> BigInt,
        steps -> JsonColumn,
        state -> Text,
        offered_until -> Nullable<TimeColumn>,
        lease_until -> Nullable<TimeColumn>,
        deadline -> Nullable<TimeColumn>,
        ended_as -> Nullable<Text>,
        result -> Nullable<Text>,
        ended_at -> Nullable<TimeColumn>,
        due_at -> Nullable<TimeColumn>,
        log_sealed -> Bool,
        forced -> Bool,
        timeout_at -> Nullable<TimeColumn>,
        runner_group -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    logs (execution_id) {
        execution_id -> BigInt,
        bytes -> BigInt,
        sealed_key -> Nullable<Text>,
        deleted -> Bool,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Nullable};

    purges (run_id) {
        run_id -> BigInt,
        asked_at -> TimeColumn,
        last_attempt -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;

    doomed_objects (key) {
        key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary};

    log_chunks (execution_id, start) {
        execution_id -> BigInt,
        start -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    use crate::sql::columns::{JsonColumn, TimeColumn};
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

    runners (id) {
        id -> BigInt,
        name -> Text,
        labels -> JsonColumn,
        version -> Text,
        os -> Text,
        arch -> Text,
        capacity -> BigInt,
        draining -> Bool,
        token -> Binary,
        created_at -> TimeColumn,
        runner_group -> Text,
        custom_labels -> Nullable<JsonColumn>,
        seen_at -> Nullable<TimeColumn>,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    actions_settings (repository_id) {
        repository_id -> BigInt,
        settings -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    job_outputs (job_id) {
        job_id -> BigInt,
        run_id -> BigInt,
        units -> BigInt,
        outputs -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    annotations (job_id, number) {
        job_id -> BigInt,
        number -> BigInt,
        run_id -> BigInt,
        annotation -> JsonColumn,
    }
}

diesel::table! {
    use crate::sql::columns::JsonColumn;
    use diesel::sql_types::BigInt;

    check_outputs (job_id) {
        job_id -> BigInt,
        run_id -> BigInt,
        output -> JsonColumn,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary};

    job_summaries (job_id, step) {
        job_id -> BigInt,
        step -> BigInt,
        run_id -> BigInt,
        text -> Binary,
    }
}

diesel::table! {
    use crate::sql::columns::TimeColumn;
    use diesel::sql_types::{BigInt, Nullable, Text};

    troubled_rows (kind, row_id) {
        kind -> Text,
        row_id -> BigInt,
        run_id -> Nullable<BigInt>,
        tries -> BigInt,
        reason -> Text,
        noted_at -> TimeColumn,
        set_aside_at -> Nullable<TimeColumn>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    artifacts,
    attempts,
    collaborators,
    pull_requests,
    repositories,
    runs,
    tokens,
    users,
);
diesel::allow_tables_to_appear_in_same_query!(jobs, executions);
diesel::allow_tables_to_appear_in_same_query!(jobs, logs);
diesel::allow_tables_to_appear_in_same_query!(jobs, runs);
diesel::allow_tables_to_appear_in_same_query!(listed_runs, runs);
diesel::allow_tables_to_appear_in_same_query!(label_sets, queue, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(run_messages, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(follow_ups, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(polls, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(executions, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(attempts, troubled_rows);
diesel::allow_tables_to_appear_in_same_query!(repositories, workflows);

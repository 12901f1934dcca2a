CREATE TABLE runs (
    id BIGINT PRIMARY KEY,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    workflow_id BIGINT NOT NULL REFERENCES workflows (id),
    check_suite_id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    repository_index BIGINT NOT NULL CHECK (repository_index > 0),
    event TEXT NOT NULL,
    head_branch TEXT,
    head_sha TEXT NOT NULL,
    git_ref TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES users (id),
    parent_id BIGINT REFERENCES runs (id),
    trigger_key TEXT NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    display_title TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    commit_facts JSON NOT NULL,
    -- Number of the newest attempt; status and conclusion are its.
    attempt BIGINT NOT NULL CHECK (attempt > 0),
    status TEXT NOT NULL CHECK (status IN ('requested', 'queued', 'pending', 'waiting', 'in_progress', 'completed')),
    conclusion TEXT CHECK (conclusion IN (
        'success', 'failure', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral', 'stale', 'startup_failure'
    )),
    -- Number of the newest event.
    seq BIGINT NOT NULL CHECK (seq > 0),
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK ((status = 'completed') = (conclusion IS NOT NULL)),
    UNIQUE (repository_id, workflow_id, trigger_key),
    UNIQUE (workflow_id, number),
    UNIQUE (repository_id, repository_index)
);
-- One for each filter of the list of runs, in the order of the list.
CREATE INDEX runs_newest ON runs (repository_id, id DESC);
CREATE INDEX runs_of_workflow ON runs (workflow_id, id DESC);
CREATE INDEX runs_by_branch ON runs (repository_id, head_branch, id DESC);
CREATE INDEX runs_by_event ON runs (repository_id, event, id DESC);
CREATE INDEX runs_by_actor ON runs (repository_id, actor_id, id DESC);
CREATE INDEX runs_by_commit ON runs (repository_id, head_sha, id DESC);
CREATE INDEX runs_by_status ON runs (repository_id, status, id DESC);
CREATE INDEX runs_by_conclusion ON runs (repository_id, conclusion, id DESC) WHERE conclusion IS NOT NULL;

-- Large and rarely read: beside the run, so that lists do not read it.
CREATE TABLE run_payloads (
    run_id BIGINT PRIMARY KEY REFERENCES runs (id),
    payload JSON NOT NULL
);

CREATE TABLE attempts (
    run_id BIGINT NOT NULL REFERENCES runs (id),
    number BIGINT NOT NULL CHECK (number > 0),
    triggering_actor_id BIGINT NOT NULL REFERENCES users (id),
    requested_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    -- When the whole run was cancelled in it.
    cancelled_at TIMESTAMPTZ,
    status TEXT NOT NULL CHECK (status IN ('requested', 'queued', 'pending', 'waiting', 'in_progress', 'completed')),
    conclusion TEXT CHECK (conclusion IN (
        'success', 'failure', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral', 'stale', 'startup_failure'
    )),
    completed_at TIMESTAMPTZ,
    diagnostics JSON NOT NULL,
    PRIMARY KEY (run_id, number),
    CHECK ((status = 'completed') = (conclusion IS NOT NULL)),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL))
);

CREATE TABLE jobs (
    run_id BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    -- Place in the file, from 0.
    place BIGINT NOT NULL CHECK (place >= 0),
    name TEXT NOT NULL,
    needs JSON NOT NULL,
    -- 'held' is planned and not yet offered to runners; people see it as 'queued'.
    state TEXT NOT NULL CHECK (state IN ('blocked', 'held', 'queued', 'in_progress', 'completed')),
    -- From here on known once it is planned.
    id BIGINT UNIQUE,
    display_name TEXT,
    labels JSON,
    created_at TIMESTAMPTZ,
    conclusion TEXT CHECK (conclusion IN (
        'success', 'failure', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral', 'stale', 'startup_failure'
    )),
    execution_id BIGINT,
    runner_id BIGINT,
    runner_name TEXT,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    cancel_requested_at TIMESTAMPTZ,
    PRIMARY KEY (run_id, attempt, place),
    FOREIGN KEY (run_id, attempt) REFERENCES attempts (run_id, number),
    CHECK ((state = 'blocked') = (id IS NULL)),
    CHECK ((id IS NULL) = (display_name IS NULL)),
    CHECK ((id IS NULL) = (labels IS NULL)),
    CHECK ((id IS NULL) = (created_at IS NULL)),
    CHECK ((state = 'completed') = (conclusion IS NOT NULL)),
    CHECK ((state = 'completed') = (completed_at IS NOT NULL)),
    CHECK ((state IN ('in_progress', 'completed')) = (started_at IS NOT NULL)),
    CHECK ((execution_id IS NULL) = (runner_id IS NULL)),
    CHECK ((execution_id IS NULL) = (runner_name IS NULL)),
    CHECK (state <> 'in_progress' OR execution_id IS NOT NULL),
    CHECK (execution_id IS NULL OR state IN ('in_progress', 'completed')),
    CHECK (cancel_requested_at IS NULL OR state = 'in_progress')
);

CREATE TABLE run_events (
    run_id BIGINT NOT NULL REFERENCES runs (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    -- Version of the form of the event.
    version BIGINT NOT NULL,
    event JSON NOT NULL,
    PRIMARY KEY (run_id, seq)
);

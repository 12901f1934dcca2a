-- SQLite cannot change a CHECK: the table is made again.
CREATE TABLE new_jobs (
    run_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    -- Place in the file, from 0; what a matrix or a called workflow adds comes behind.
    place INTEGER NOT NULL CHECK (place >= 0),
    name TEXT NOT NULL,
    needs TEXT NOT NULL,
    -- 'held' is planned and not yet offered to runners; people see it as 'queued'. 'called' stands for the jobs of
    -- the workflow that it calls.
    state TEXT NOT NULL CHECK (state IN ('blocked', 'called', 'held', 'queued', 'in_progress', 'completed')),
    -- From here on known once it is planned.
    id INTEGER UNIQUE,
    display_name TEXT,
    labels TEXT,
    created_at TEXT,
    conclusion TEXT CHECK (conclusion IN (
        'success', 'failure', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral', 'stale', 'startup_failure'
    )),
    execution_id INTEGER,
    runner_id INTEGER,
    runner_name TEXT,
    started_at TEXT,
    completed_at TEXT,
    cancel_requested_at TEXT,
    -- Which leg of its node's matrix.
    leg TEXT,
    continue_on_error INTEGER NOT NULL DEFAULT 0 CHECK (continue_on_error IN (0, 1)),
    timeout_minutes INTEGER CHECK (timeout_minutes > 0),
    -- The calls of a caller.
    calls TEXT,
    -- Why it ended, where the conclusion alone does not say.
    reason TEXT,
    PRIMARY KEY (run_id, attempt, place),
    FOREIGN KEY (run_id, attempt) REFERENCES attempts (run_id, number),
    CHECK ((state IN ('blocked', 'called')) = (id IS NULL)),
    CHECK ((state = 'called') = (calls IS NOT NULL)),
    CHECK (reason IS NULL OR state = 'completed'),
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
) STRICT;

INSERT INTO new_jobs (run_id, attempt, place, name, needs, state, id, display_name, labels, created_at, conclusion, execution_id, runner_id, runner_name, started_at, completed_at, cancel_requested_at)
SELECT run_id, attempt, place, name, needs, state, id, display_name, labels, created_at, conclusion, execution_id, runner_id, runner_name, started_at, completed_at, cancel_requested_at FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;

-- The files that a run's own calls, directly or through others.
ALTER TABLE runs ADD COLUMN referenced TEXT NOT NULL DEFAULT '[]';

UPDATE jobs SET reason = '"runner_lost"'
WHERE state = 'completed' AND execution_id IN (SELECT id FROM executions WHERE ended_as = 'lost');
UPDATE jobs SET reason = '"cancel_grace_over"'
WHERE state = 'completed' AND execution_id IN (SELECT id FROM executions WHERE ended_as = 'grace_over');

-- Runs with called workflows or evaluated matrices lose what the older form cannot hold.
DELETE FROM jobs WHERE state = 'called';
CREATE TABLE old_jobs (
    run_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    -- Place in the file, from 0.
    place INTEGER NOT NULL CHECK (place >= 0),
    name TEXT NOT NULL,
    needs TEXT NOT NULL,
    -- 'held' is planned and not yet offered to runners; people see it as 'queued'.
    state TEXT NOT NULL CHECK (state IN ('blocked', 'held', 'queued', 'in_progress', 'completed')),
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
) STRICT;

INSERT INTO old_jobs (run_id, attempt, place, name, needs, state, id, display_name, labels, created_at, conclusion, execution_id, runner_id, runner_name, started_at, completed_at, cancel_requested_at)
SELECT run_id, attempt, place, name, needs, state, id, display_name, labels, created_at, conclusion, execution_id, runner_id, runner_name, started_at, completed_at, cancel_requested_at FROM jobs;
DROP TABLE jobs;
ALTER TABLE old_jobs RENAME TO jobs;

ALTER TABLE runs DROP COLUMN referenced;

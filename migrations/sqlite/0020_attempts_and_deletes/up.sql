-- Its jobs write debug lines.
ALTER TABLE attempts ADD COLUMN debug INTEGER NOT NULL DEFAULT 0 CHECK (debug IN (0, 1));
-- The called files as they were resolved for it; null when they are those of the run.
ALTER TABLE attempts ADD COLUMN referenced TEXT;
-- Cancelled and not ended.
CREATE INDEX attempts_cancelling ON attempts (cancelled_at)
    WHERE cancelled_at IS NOT NULL AND completed_at IS NULL;

-- The job of an earlier attempt that ran for it.
ALTER TABLE jobs ADD COLUMN carried_from INTEGER;

-- 'withdrawn' though it was running: the run was force-cancelled.
ALTER TABLE executions ADD COLUMN forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1));
-- For deleting what belongs to a run.
CREATE INDEX executions_ended ON executions (run_id, id) WHERE ended_at IS NOT NULL;

-- Nothing of it can be read any more, and nothing is taken.
ALTER TABLE logs ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1));

-- Nobody sees it any more.
ALTER TABLE runs ADD COLUMN deleted_at TEXT;
-- The logs of so many attempts were deleted: of the first up to this one.
ALTER TABLE runs ADD COLUMN logs_deleted_attempts INTEGER NOT NULL DEFAULT 0 CHECK (logs_deleted_attempts >= 0);
CREATE INDEX runs_by_parent ON runs (parent_id) WHERE parent_id IS NOT NULL;

-- Runs that were deleted: the counters beside them also number new runs, and are never less.
ALTER TABLE repositories ADD COLUMN deleted_runs INTEGER NOT NULL DEFAULT 0 CHECK (deleted_runs >= 0);
ALTER TABLE workflows ADD COLUMN deleted_runs INTEGER NOT NULL DEFAULT 0 CHECK (deleted_runs >= 0);

-- What deletes left to do, bit by bit.
CREATE TABLE purges (
    run_id INTEGER PRIMARY KEY REFERENCES runs (id),
    asked_at TEXT NOT NULL,
    -- The logs of the attempts up to this one; null when it is the whole run.
    last_attempt INTEGER
) STRICT;
CREATE INDEX purges_oldest ON purges (asked_at, run_id);

-- Objects that no row speaks of any more.
CREATE TABLE doomed_objects (
    key TEXT PRIMARY KEY
) STRICT;

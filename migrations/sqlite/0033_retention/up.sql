-- When the newest attempt ended.
ALTER TABLE runs ADD COLUMN completed_at TEXT;
-- Of the attempts whose logs were deleted, so many lost them because they were kept for long enough.
ALTER TABLE runs ADD COLUMN logs_expired_attempts INTEGER NOT NULL DEFAULT 0 CHECK (logs_expired_attempts >= 0);
UPDATE runs SET completed_at = attempts.completed_at
    FROM attempts WHERE attempts.run_id = runs.id AND attempts.number = runs.attempt;
-- What ended longest ago, and what of it still has logs.
CREATE INDEX runs_by_end ON runs (workflow_id, completed_at, id)
    WHERE completed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_with_logs ON runs (workflow_id, completed_at, id)
    WHERE completed_at IS NOT NULL AND deleted_at IS NULL AND logs_deleted_attempts < attempt;

-- How long the runs of a repository are kept, where that is not left to the server.
CREATE TABLE retentions (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id),
    rules TEXT NOT NULL
) STRICT;
-- When it is next looked which runs of a workflow were kept for long enough; whoever looks moves it.
ALTER TABLE workflows ADD COLUMN retention_due_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000000Z';
CREATE INDEX workflows_by_retention ON workflows (retention_due_at, id);

-- Since when a job waits for a runner.
ALTER TABLE queue ADD COLUMN queued_at TEXT;
UPDATE queue SET queued_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z';
-- When the job must have ended, whatever its runner says; part of due_at.
ALTER TABLE executions ADD COLUMN timeout_at TEXT;
-- What has gone on for the longest and was not told to end.
CREATE INDEX attempts_open ON attempts (requested_at, run_id) WHERE completed_at IS NULL AND cancelled_at IS NULL;

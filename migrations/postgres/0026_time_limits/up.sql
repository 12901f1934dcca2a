-- Since when a job waits for a runner; servers of the version before do not say it.
ALTER TABLE queue ADD COLUMN queued_at TIMESTAMPTZ DEFAULT clock_timestamp();
-- When the job must have ended, whatever its runner says; part of due_at.
ALTER TABLE executions ADD COLUMN timeout_at TIMESTAMPTZ;
-- What has gone on for the longest and was not told to end.
CREATE INDEX attempts_open ON attempts (requested_at, run_id) WHERE completed_at IS NULL AND cancelled_at IS NULL;

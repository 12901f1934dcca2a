DROP INDEX attempts_open;
ALTER TABLE executions DROP COLUMN timeout_at;
ALTER TABLE queue DROP COLUMN queued_at;

DROP INDEX workflows_by_retention;
ALTER TABLE workflows DROP COLUMN retention_due_at;
DROP TABLE retentions;
DROP INDEX runs_with_logs;
DROP INDEX runs_by_end;
ALTER TABLE runs DROP COLUMN logs_expired_attempts, DROP COLUMN completed_at;

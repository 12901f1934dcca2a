-- For deleting the runs of a time.
CREATE INDEX runs_by_creation ON runs (repository_id, created_at, id) WHERE deleted_at IS NULL;

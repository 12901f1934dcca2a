-- Files that jobs left; each archive is an object.
CREATE TABLE artifacts (
    id BIGINT PRIMARY KEY,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    run_id BIGINT NOT NULL REFERENCES runs (id),
    attempt BIGINT NOT NULL CHECK (attempt > 0),
    name TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    digest TEXT,
    object_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX artifacts_of_repository ON artifacts (repository_id, id);
CREATE INDEX artifacts_by_name ON artifacts (repository_id, name, id);
CREATE INDEX artifacts_of_run ON artifacts (run_id, id);
CREATE INDEX artifacts_of_run_by_name ON artifacts (run_id, name, id);

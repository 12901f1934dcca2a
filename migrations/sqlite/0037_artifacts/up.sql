-- Files that jobs left; each archive is an object.
CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    name TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    digest TEXT,
    object_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX artifacts_of_repository ON artifacts (repository_id, id);
CREATE INDEX artifacts_by_name ON artifacts (repository_id, name, id);
CREATE INDEX artifacts_of_run ON artifacts (run_id, id);
CREATE INDEX artifacts_of_run_by_name ON artifacts (run_id, name, id);

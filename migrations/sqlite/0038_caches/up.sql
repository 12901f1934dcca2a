-- Files that jobs keep for later jobs; each archive is an object.
CREATE TABLE caches (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    git_ref TEXT NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    object_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_accessed_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX caches_by_key ON caches (repository_id, key, git_ref, version);
CREATE INDEX caches_by_age ON caches (repository_id, created_at, id);
CREATE INDEX caches_by_access ON caches (repository_id, last_accessed_at, id);
CREATE INDEX caches_by_size ON caches (repository_id, size, id);

-- What the caches of a repository take together.
CREATE TABLE cache_usages (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id),
    caches INTEGER NOT NULL CHECK (caches >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;

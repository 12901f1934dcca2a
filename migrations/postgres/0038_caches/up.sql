-- Files that jobs keep for later jobs; each archive is an object.
CREATE TABLE caches (
    id BIGINT PRIMARY KEY,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    git_ref TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    object_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_accessed_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX caches_by_key ON caches (repository_id, key, git_ref, version);
CREATE INDEX caches_by_age ON caches (repository_id, created_at, id);
CREATE INDEX caches_by_access ON caches (repository_id, last_accessed_at, id);
CREATE INDEX caches_by_size ON caches (repository_id, size, id);

-- What the caches of a repository take together.
CREATE TABLE cache_usages (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id),
    caches BIGINT NOT NULL CHECK (caches >= 0),
    bytes BIGINT NOT NULL CHECK (bytes >= 0)
);

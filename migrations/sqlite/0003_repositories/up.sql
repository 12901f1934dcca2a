CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Owner and name in lower case: they are compared ignoring case.
    owner_key TEXT NOT NULL,
    name_key TEXT NOT NULL,
    owner_id INTEGER NOT NULL REFERENCES users (id),
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    default_branch TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    deleted_at TEXT,
    -- Index of the newest run, and so how many there are.
    run_count INTEGER NOT NULL DEFAULT 0 CHECK (run_count >= 0)
) STRICT;
CREATE UNIQUE INDEX repositories_live_name ON repositories (owner_key, name_key) WHERE deleted_at IS NULL;
CREATE INDEX repositories_live ON repositories (id) WHERE deleted_at IS NULL;
CREATE INDEX repositories_of_owner ON repositories (owner_id) WHERE deleted_at IS NULL;

CREATE TABLE collaborators (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('read', 'write', 'admin')),
    PRIMARY KEY (repository_id, user_id)
) STRICT;
CREATE INDEX collaborations_of_user ON collaborators (user_id);

CREATE TABLE workflows (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'deleted', 'disabled_manually')),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    -- Number of the newest run, and so how many there are.
    run_count INTEGER NOT NULL DEFAULT 0 CHECK (run_count >= 0),
    UNIQUE (repository_id, path)
) STRICT;
CREATE INDEX workflows_of_repository ON workflows (repository_id, id);

-- Texts of workflow files by the SHA-256 of the text.
CREATE TABLE definitions (
    hash TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

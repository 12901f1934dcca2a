CREATE TABLE repositories (
    id BIGINT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Owner and name in lower case: they are compared ignoring case.
    owner_key TEXT NOT NULL,
    name_key TEXT NOT NULL,
    owner_id BIGINT NOT NULL REFERENCES users (id),
    private BOOLEAN NOT NULL,
    default_branch TEXT NOT NULL,
    source JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    -- Index of the newest run, and so how many there are.
    run_count BIGINT NOT NULL DEFAULT 0 CHECK (run_count >= 0)
);
CREATE UNIQUE INDEX repositories_live_name ON repositories (owner_key, name_key) WHERE deleted_at IS NULL;
CREATE INDEX repositories_live ON repositories (id) WHERE deleted_at IS NULL;
CREATE INDEX repositories_of_owner ON repositories (owner_id) WHERE deleted_at IS NULL;

CREATE TABLE collaborators (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('read', 'write', 'admin')),
    PRIMARY KEY (repository_id, user_id)
);
CREATE INDEX collaborations_of_user ON collaborators (user_id);

CREATE TABLE workflows (
    id BIGINT PRIMARY KEY,
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'deleted', 'disabled_manually')),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    -- Number of the newest run, and so how many there are.
    run_count BIGINT NOT NULL DEFAULT 0 CHECK (run_count >= 0),
    UNIQUE (repository_id, path)
);
CREATE INDEX workflows_of_repository ON workflows (repository_id, id);

-- Texts of workflow files by the SHA-256 of the text.
CREATE TABLE definitions (
    hash TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
);

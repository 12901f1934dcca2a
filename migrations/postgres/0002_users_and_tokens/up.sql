CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    login TEXT NOT NULL,
    -- The login in lower case: logins are compared ignoring case.
    login_key TEXT NOT NULL,
    name TEXT,
    site_admin BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ
);
-- Deleted users keep their row for old runs, and free their login.
CREATE UNIQUE INDEX users_live_login ON users (login_key) WHERE deleted_at IS NULL;
CREATE INDEX users_login ON users (login_key);
CREATE INDEX users_live ON users (id) WHERE deleted_at IS NULL;

CREATE TABLE tokens (
    id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    kind JSON NOT NULL,
    hash BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ
);
CREATE INDEX tokens_of_user ON tokens (user_id, id);

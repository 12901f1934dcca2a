CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL,
    -- The login in lower case: logins are compared ignoring case.
    login_key TEXT NOT NULL,
    name TEXT,
    site_admin INTEGER NOT NULL CHECK (site_admin IN (0, 1)),
    created_at TEXT NOT NULL,
    deleted_at TEXT
) STRICT;
-- Deleted users keep their row for old runs, and free their login.
CREATE UNIQUE INDEX users_live_login ON users (login_key) WHERE deleted_at IS NULL;
CREATE INDEX users_login ON users (login_key);
CREATE INDEX users_live ON users (id) WHERE deleted_at IS NULL;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at TEXT NOT NULL,
    expires_at TEXT
) STRICT;
CREATE INDEX tokens_of_user ON tokens (user_id, id);

-- Repositories whose source is looked at for changes, because it cannot tell of them.
CREATE TABLE polls (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id),
    seconds BIGINT NOT NULL CHECK (seconds > 0),
    -- When the next look is due; whoever looks moves it, so that nobody else does.
    due_at TIMESTAMPTZ NOT NULL,
    looked_at TIMESTAMPTZ,
    -- Looks that succeeded.
    looks BIGINT NOT NULL DEFAULT 0 CHECK (looks >= 0),
    -- Refs and what they named at the last look that succeeded.
    refs JSON,
    -- Why the last look did not succeed.
    failure TEXT
);
CREATE INDEX polls_due ON polls (due_at);

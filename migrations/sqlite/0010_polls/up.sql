-- Repositories whose source is looked at for changes, because it cannot tell of them.
CREATE TABLE polls (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id),
    seconds INTEGER NOT NULL CHECK (seconds > 0),
    -- When the next look is due; whoever looks moves it, so that nobody else does.
    due_at TEXT NOT NULL,
    looked_at TEXT,
    -- Looks that succeeded.
    looks INTEGER NOT NULL DEFAULT 0 CHECK (looks >= 0),
    -- Refs and what they named at the last look that succeeded.
    refs TEXT,
    -- Why the last look did not succeed.
    failure TEXT
) STRICT;
CREATE INDEX polls_due ON polls (due_at);

-- Secrets of repositories, encrypted; the facts are what may be read of them.
CREATE TABLE repository_secrets (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    usage TEXT NOT NULL CHECK (usage IN ('git_credential', 'event_signature')),
    -- Which key opens it.
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    facts TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository_id, usage)
) STRICT;

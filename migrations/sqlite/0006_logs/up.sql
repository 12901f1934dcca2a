CREATE TABLE logs (
    execution_id INTEGER PRIMARY KEY REFERENCES executions (id),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    -- Key of the object that the chunks became.
    sealed_key TEXT
) STRICT;

CREATE TABLE log_chunks (
    execution_id INTEGER NOT NULL REFERENCES logs (execution_id),
    -- Where it begins in the whole log.
    start INTEGER NOT NULL CHECK (start >= 0),
    bytes BLOB NOT NULL,
    PRIMARY KEY (execution_id, start)
) STRICT;

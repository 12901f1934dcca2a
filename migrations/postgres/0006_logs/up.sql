CREATE TABLE logs (
    execution_id BIGINT PRIMARY KEY REFERENCES executions (id),
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    -- Key of the object that the chunks became.
    sealed_key TEXT
);

CREATE TABLE log_chunks (
    execution_id BIGINT NOT NULL REFERENCES logs (execution_id),
    -- Where it begins in the whole log.
    start BIGINT NOT NULL CHECK (start >= 0),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (execution_id, start)
);

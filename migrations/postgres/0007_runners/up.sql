CREATE TABLE runners (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    labels JSON NOT NULL,
    version TEXT NOT NULL,
    os TEXT NOT NULL,
    arch TEXT NOT NULL,
    capacity BIGINT NOT NULL CHECK (capacity >= 0),
    draining BOOLEAN NOT NULL,
    token BYTEA NOT NULL UNIQUE CHECK (octet_length(token) = 32),
    created_at TIMESTAMPTZ NOT NULL
);

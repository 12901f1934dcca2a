CREATE TABLE runners (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    labels TEXT NOT NULL,
    version TEXT NOT NULL,
    os TEXT NOT NULL,
    arch TEXT NOT NULL,
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    draining INTEGER NOT NULL CHECK (draining IN (0, 1)),
    token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    created_at TEXT NOT NULL
) STRICT;

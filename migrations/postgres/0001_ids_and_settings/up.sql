-- The last id of each series that was given out; ids are never reused.
CREATE TABLE id_series (
    kind TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL CHECK (last >= 0)
);

-- Values of the whole installation, written once.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

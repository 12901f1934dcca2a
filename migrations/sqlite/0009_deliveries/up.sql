-- The newest events that a repository was told of, so that the same again is known.
CREATE TABLE deliveries (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    delivery TEXT NOT NULL,
    runs TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (repository_id, delivery)
) STRICT;
CREATE INDEX deliveries_by_age ON deliveries (repository_id, received_at, delivery);

-- The newest events that a repository was told of, so that the same again is known.
CREATE TABLE deliveries (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    delivery TEXT NOT NULL,
    runs JSON NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (repository_id, delivery)
);
CREATE INDEX deliveries_by_age ON deliveries (repository_id, received_at, delivery);

-- Repositories in which no new run comes to be.
CREATE TABLE actions_switched_off (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id)
);

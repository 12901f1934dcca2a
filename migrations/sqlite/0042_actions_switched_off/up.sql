-- Repositories in which no new run comes to be.
CREATE TABLE actions_switched_off (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id)
) STRICT;

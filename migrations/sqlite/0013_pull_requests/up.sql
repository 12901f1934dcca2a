-- How a run came to be, as far as its event's name, ref and head do not say it.
ALTER TABLE runs ADD COLUMN cause TEXT NOT NULL DEFAULT '{}';

-- Open pull requests between branches of one repository, as events told of them.
CREATE TABLE pull_requests (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    number INTEGER NOT NULL CHECK (number > 0),
    -- The forge's id.
    id INTEGER NOT NULL,
    head_branch TEXT NOT NULL,
    head_sha TEXT NOT NULL,
    base_branch TEXT NOT NULL,
    base_sha TEXT NOT NULL,
    PRIMARY KEY (repository_id, number)
) STRICT;
CREATE INDEX pull_requests_by_head ON pull_requests (repository_id, head_branch);

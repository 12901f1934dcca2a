-- The commit of each default branch whose workflow files are known, and what they ask for.
CREATE TABLE default_branches (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id),
    sha TEXT NOT NULL,
    -- Whether a workflow on it follows the runs of others.
    follows_runs BOOLEAN NOT NULL
);

CREATE TABLE schedules (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    path TEXT NOT NULL,
    cron TEXT NOT NULL,
    -- Empty when the file names none.
    timezone TEXT NOT NULL,
    -- Who brought the cron text into the file.
    actor_id BIGINT NOT NULL REFERENCES users (id),
    -- The next tick; none for a date that never is.
    due_at TIMESTAMPTZ,
    -- When somebody shall look at it: the tick, or while somebody does, when they are given up.
    look_at TIMESTAMPTZ,
    PRIMARY KEY (repository_id, path, cron, timezone),
    CHECK ((due_at IS NULL) = (look_at IS NULL))
);
CREATE INDEX schedules_due ON schedules (look_at);

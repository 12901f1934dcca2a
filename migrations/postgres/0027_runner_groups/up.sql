ALTER TABLE runners ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';
ALTER TABLE jobs
    -- The group that a runner must be in.
    ADD COLUMN wanted_group TEXT,
    -- The group of the runner that has or had it.
    ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';
ALTER TABLE executions ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';

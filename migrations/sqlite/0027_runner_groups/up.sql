ALTER TABLE runners ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';
-- The group that a runner must be in.
ALTER TABLE jobs ADD COLUMN wanted_group TEXT;
-- The group of the runner that has or had it.
ALTER TABLE jobs ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';
ALTER TABLE executions ADD COLUMN runner_group TEXT NOT NULL DEFAULT 'Default';

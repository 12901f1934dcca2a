ALTER TABLE executions DROP COLUMN runner_group;
ALTER TABLE jobs DROP COLUMN runner_group;
ALTER TABLE jobs DROP COLUMN wanted_group;
ALTER TABLE runners DROP COLUMN runner_group;

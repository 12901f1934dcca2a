ALTER TABLE jobs DROP COLUMN cancel_reason;
ALTER TABLE jobs DROP COLUMN is_pending;
ALTER TABLE jobs DROP COLUMN concurrency;
ALTER TABLE attempts DROP COLUMN cancel_reason;
ALTER TABLE attempts DROP COLUMN concurrency_group;
DROP TABLE run_messages;
DROP TABLE concurrency_groups;

ALTER TABLE jobs DROP COLUMN cancel_timeout_minutes;

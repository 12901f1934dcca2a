-- How long a cancelled job may go on, where its file says it.
ALTER TABLE jobs ADD COLUMN cancel_timeout_minutes INTEGER CHECK (cancel_timeout_minutes > 0);

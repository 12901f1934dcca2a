DELETE FROM jobs WHERE state = 'called';
ALTER TABLE jobs
    DROP CONSTRAINT jobs_state_check,
    DROP CONSTRAINT jobs_check,
    DROP COLUMN leg,
    DROP COLUMN continue_on_error,
    DROP COLUMN timeout_minutes,
    DROP COLUMN calls,
    DROP COLUMN reason,
    ADD CONSTRAINT jobs_state_check CHECK (state IN ('blocked', 'held', 'queued', 'in_progress', 'completed')),
    ADD CONSTRAINT jobs_check CHECK ((state = 'blocked') = (id IS NULL));
ALTER TABLE runs DROP COLUMN referenced;

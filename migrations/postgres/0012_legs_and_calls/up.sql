ALTER TABLE jobs
    -- Which leg of its node's matrix.
    ADD COLUMN leg JSON,
    ADD COLUMN continue_on_error BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN timeout_minutes BIGINT CHECK (timeout_minutes > 0),
    -- The calls of a caller.
    ADD COLUMN calls JSON,
    -- Why it ended, where the conclusion alone does not say.
    ADD COLUMN reason JSON,
    DROP CONSTRAINT jobs_state_check,
    DROP CONSTRAINT jobs_check,
    -- 'called' stands for the jobs of the workflow that it calls.
    ADD CONSTRAINT jobs_state_check CHECK (
        state IN ('blocked', 'called', 'held', 'queued', 'in_progress', 'completed')
    ),
    ADD CONSTRAINT jobs_check CHECK ((state IN ('blocked', 'called')) = (id IS NULL)),
    ADD CONSTRAINT jobs_calls_check CHECK ((state = 'called') = (calls IS NOT NULL)),
    ADD CONSTRAINT jobs_reason_check CHECK (reason IS NULL OR state = 'completed');

-- The files that a run's own calls, directly or through others.
ALTER TABLE runs ADD COLUMN referenced JSON NOT NULL DEFAULT '[]';

UPDATE jobs SET reason = '"runner_lost"'
WHERE state = 'completed' AND execution_id IN (SELECT id FROM executions WHERE ended_as = 'lost');
UPDATE jobs SET reason = '"cancel_grace_over"'
WHERE state = 'completed' AND execution_id IN (SELECT id FROM executions WHERE ended_as = 'grace_over');

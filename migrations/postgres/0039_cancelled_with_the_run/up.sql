-- A job ended as cancelled after the whole run was.
ALTER TABLE attempts ADD COLUMN cancelled_with_run BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE attempts SET cancelled_with_run = TRUE
WHERE completed_at IS NULL AND EXISTS (
    SELECT 1 FROM jobs
    WHERE jobs.run_id = attempts.run_id AND jobs.attempt = attempts.number
        AND jobs.conclusion = 'cancelled' AND jobs.completed_at >= attempts.cancelled_at
);

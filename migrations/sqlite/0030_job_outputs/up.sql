-- What a job gave to those that need it: large and seldom read, so beside the job.
CREATE TABLE job_outputs (
    job_id INTEGER NOT NULL PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    -- UTF-16 units of names and values.
    units INTEGER NOT NULL CHECK (units >= 0),
    outputs TEXT NOT NULL
) STRICT;
CREATE INDEX job_outputs_of_run ON job_outputs (run_id);

-- Remarks of a job, numbered by its runner, so that one that is told again is kept once.
CREATE TABLE annotations (
    job_id BIGINT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    run_id BIGINT NOT NULL REFERENCES runs (id),
    annotation JSON NOT NULL,
    PRIMARY KEY (job_id, number)
);
CREATE INDEX annotations_of_run ON annotations (run_id);

-- What steps wrote to GITHUB_STEP_SUMMARY: Markdown in UTF-8, of any characters.
CREATE TABLE job_summaries (
    job_id BIGINT NOT NULL,
    step BIGINT NOT NULL CHECK (step >= 0),
    run_id BIGINT NOT NULL REFERENCES runs (id),
    text BYTEA NOT NULL,
    PRIMARY KEY (job_id, step)
);
CREATE INDEX job_summaries_of_run ON job_summaries (run_id);

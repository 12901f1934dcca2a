-- Remarks of a job, numbered by its runner, so that one that is told again is kept once.
CREATE TABLE annotations (
    job_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    annotation TEXT NOT NULL,
    PRIMARY KEY (job_id, number)
) STRICT;
CREATE INDEX annotations_of_run ON annotations (run_id);

-- What steps wrote to GITHUB_STEP_SUMMARY: Markdown in UTF-8, of any characters.
CREATE TABLE job_summaries (
    job_id INTEGER NOT NULL,
    step INTEGER NOT NULL CHECK (step >= 0),
    run_id INTEGER NOT NULL REFERENCES runs (id),
    text BLOB NOT NULL,
    PRIMARY KEY (job_id, step)
) STRICT;
CREATE INDEX job_summaries_of_run ON job_summaries (run_id);

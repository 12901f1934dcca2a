-- For finding the run of a check suite, also in the list of runs.
CREATE INDEX runs_by_check_suite ON runs (repository_id, check_suite_id, id DESC);

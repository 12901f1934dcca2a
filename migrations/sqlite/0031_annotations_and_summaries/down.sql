DROP TABLE job_summaries;
DROP TABLE annotations;

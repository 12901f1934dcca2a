DROP TABLE run_events;
DROP TABLE jobs;
DROP TABLE attempts;
DROP TABLE run_payloads;
DROP TABLE runs;

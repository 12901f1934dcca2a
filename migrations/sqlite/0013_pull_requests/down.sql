DROP TABLE pull_requests;
ALTER TABLE runs DROP COLUMN cause;

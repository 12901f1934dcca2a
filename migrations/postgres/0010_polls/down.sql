DROP TABLE polls;

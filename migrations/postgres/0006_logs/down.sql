DROP TABLE log_chunks;
DROP TABLE logs;

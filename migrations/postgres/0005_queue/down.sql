DROP TABLE executions;
DROP TABLE queue;
DROP TABLE label_sets;

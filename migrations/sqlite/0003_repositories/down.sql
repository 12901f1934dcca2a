DROP TABLE definitions;
DROP TABLE workflows;
DROP TABLE collaborators;
DROP TABLE repositories;

DROP TABLE schedules;
DROP TABLE default_branches;

DROP INDEX runs_by_creation;

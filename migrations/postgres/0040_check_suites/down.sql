DROP INDEX runs_by_check_suite;

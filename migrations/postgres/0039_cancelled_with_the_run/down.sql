ALTER TABLE attempts DROP COLUMN cancelled_with_run;

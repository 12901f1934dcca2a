DROP TABLE troubled_rows;

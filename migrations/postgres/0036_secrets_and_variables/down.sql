DROP TABLE variables;
DROP TABLE named_secrets;

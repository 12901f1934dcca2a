DROP TABLE repository_secrets;

DROP TABLE check_outputs;
CREATE TABLE actions_switched_off (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id)
) STRICT;
CREATE TABLE writing_tokens (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id)
) STRICT;
INSERT INTO actions_switched_off (repository_id)
    SELECT repository_id FROM actions_settings WHERE NOT settings ->> '$.enabled';
INSERT INTO writing_tokens (repository_id)
    SELECT repository_id FROM actions_settings WHERE settings ->> '$.tokens' = 'write';
DROP TABLE actions_settings;

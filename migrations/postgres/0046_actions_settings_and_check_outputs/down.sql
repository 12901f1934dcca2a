DROP TABLE check_outputs;
CREATE TABLE actions_switched_off (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id)
);
CREATE TABLE writing_tokens (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id)
);
INSERT INTO actions_switched_off (repository_id)
    SELECT repository_id FROM actions_settings WHERE settings ->> 'enabled' = 'false';
INSERT INTO writing_tokens (repository_id)
    SELECT repository_id FROM actions_settings WHERE settings ->> 'tokens' = 'write';
DROP TABLE actions_settings;

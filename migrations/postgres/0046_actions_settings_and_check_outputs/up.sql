-- What administrators say of the Actions of a repository, where it is not what holds by itself: it takes the place of
-- one table for each switch.
CREATE TABLE actions_settings (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id),
    settings JSON NOT NULL
);
-- Private repositories that are there were open to the others of their owner.
INSERT INTO actions_settings (repository_id, settings)
    SELECT repositories.id, json_build_object(
        'enabled', actions_switched_off.repository_id IS NULL,
        'tokens', CASE WHEN writing_tokens.repository_id IS NULL THEN 'read' ELSE 'write' END,
        'access', CASE WHEN repositories.private THEN 'user' ELSE 'none' END
    )
    FROM repositories
    LEFT JOIN actions_switched_off ON actions_switched_off.repository_id = repositories.id
    LEFT JOIN writing_tokens ON writing_tokens.repository_id = repositories.id
    WHERE repositories.deleted_at IS NULL
        AND (
            repositories.private
            OR actions_switched_off.repository_id IS NOT NULL
            OR writing_tokens.repository_id IS NOT NULL
        );
-- The tables of the switches came with the same release as this one: no server of the version before knows them.
DROP TABLE actions_switched_off;
DROP TABLE writing_tokens;

-- What was said of a job as a check run, beside its annotations.
CREATE TABLE check_outputs (
    job_id BIGINT NOT NULL PRIMARY KEY,
    run_id BIGINT NOT NULL REFERENCES runs (id),
    output JSON NOT NULL
);
CREATE INDEX check_outputs_of_run ON check_outputs (run_id);

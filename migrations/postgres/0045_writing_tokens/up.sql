-- Repositories whose jobs' tokens may write where no workflow file says what they may.
CREATE TABLE writing_tokens (
    repository_id BIGINT NOT NULL PRIMARY KEY REFERENCES repositories (id)
);

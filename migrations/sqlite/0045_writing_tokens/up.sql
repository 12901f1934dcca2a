-- Repositories whose jobs' tokens may write where no workflow file says what they may.
CREATE TABLE writing_tokens (
    repository_id INTEGER NOT NULL PRIMARY KEY REFERENCES repositories (id)
) STRICT;

-- Rows of other tables that could not be applied. No reference to them: what is noted may outlive its row.
CREATE TABLE troubled_rows (
    -- Which queue it waits in.
    kind TEXT NOT NULL CHECK (kind IN ('job', 'execution', 'message', 'follow_up', 'poll', 'run', 'log')),
    row_id BIGINT NOT NULL,
    -- The run that it belongs to, where it is of one.
    run_id BIGINT,
    -- How often it was tried without success.
    tries BIGINT NOT NULL CHECK (tries > 0),
    -- Of the last time.
    reason TEXT NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL,
    -- Since when nobody tries it any more.
    set_aside_at TIMESTAMPTZ,
    PRIMARY KEY (kind, row_id)
);
CREATE INDEX troubled_rows_noted ON troubled_rows (noted_at) WHERE set_aside_at IS NULL;
CREATE INDEX troubled_rows_aside ON troubled_rows (kind, row_id) WHERE set_aside_at IS NOT NULL;

-- Concurrency groups that somebody is in. A row without a holder is there only while a transaction looks at it.
CREATE TABLE concurrency_groups (
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    -- The name in lower case: names are compared ignoring case.
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Who has the slot.
    holder TEXT,
    -- Who waits for it, in the order in which they came.
    pending TEXT NOT NULL,
    PRIMARY KEY (repository_id, name_key)
) STRICT;

-- What a transaction wants of another run than its own, until that is done. No reference to runs: a message may
-- outlive its run, and is of no use then.
CREATE TABLE run_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    message TEXT NOT NULL,
    -- When it is tried next.
    due_at TEXT NOT NULL
) STRICT;
CREATE INDEX run_messages_due ON run_messages (due_at, id);

-- The group whose slot it waits for, has, or had.
ALTER TABLE attempts ADD COLUMN concurrency_group TEXT;
-- Why it was cancelled, when nobody did it.
ALTER TABLE attempts ADD COLUMN cancel_reason TEXT CHECK (cancel_reason IS NULL OR cancelled_at IS NOT NULL);

-- The group that it enters, and how.
ALTER TABLE jobs ADD COLUMN concurrency TEXT;
-- It is 'held' until it has the slot of its group.
ALTER TABLE jobs ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0
    CHECK (is_pending IN (0, 1) AND (is_pending = 0 OR (state = 'held' AND concurrency IS NOT NULL)));
-- Why it was told to stop, when nobody did it.
ALTER TABLE jobs ADD COLUMN cancel_reason TEXT CHECK (cancel_reason IS NULL OR cancel_requested_at IS NOT NULL);

-- Moments of runs that may start other workflows: written with the moment, deleted once that is done.
CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    moment TEXT NOT NULL CHECK (moment IN ('requested', 'in_progress', 'completed')),
    -- When the moment was.
    happened_at TEXT NOT NULL,
    -- How often somebody took it.
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- When it may be taken: whoever does moves it, so that nobody else does.
    due_at TEXT NOT NULL
) STRICT;
CREATE INDEX follow_ups_due ON follow_ups (due_at, id);

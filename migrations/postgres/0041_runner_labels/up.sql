ALTER TABLE runners
    -- The labels that administrators gave it in place of its own; those that say what it is stay.
    ADD COLUMN custom_labels JSON,
    -- When it was last heard of, by the minute.
    ADD COLUMN seen_at TIMESTAMPTZ;

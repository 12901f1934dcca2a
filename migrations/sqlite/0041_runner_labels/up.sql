-- The labels that administrators gave it in place of its own; those that say what it is stay.
ALTER TABLE runners ADD COLUMN custom_labels TEXT;
-- When it was last heard of, by the minute.
ALTER TABLE runners ADD COLUMN seen_at TEXT;

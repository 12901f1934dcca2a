ALTER TABLE runners
    DROP COLUMN seen_at,
    DROP COLUMN custom_labels;

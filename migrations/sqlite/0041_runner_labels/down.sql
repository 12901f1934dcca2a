ALTER TABLE runners DROP COLUMN seen_at;
ALTER TABLE runners DROP COLUMN custom_labels;

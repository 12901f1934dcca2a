DROP TABLE writing_tokens;

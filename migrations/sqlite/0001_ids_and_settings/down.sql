DROP TABLE settings;
DROP TABLE id_series;

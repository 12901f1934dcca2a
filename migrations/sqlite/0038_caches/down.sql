DROP TABLE cache_usages;
DROP TABLE caches;

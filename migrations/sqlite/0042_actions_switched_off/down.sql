DROP TABLE actions_switched_off;

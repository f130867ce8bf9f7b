-- Work that comes due lies in libs/jobs' table now; what was waiting still waits.
INSERT INTO job (name, due_at) SELECT 'privacy.' || kind, due_at FROM due_work;
DROP TABLE due_work;

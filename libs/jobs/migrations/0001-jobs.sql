-- Work that comes due: a row per name while somebody waits for it, whoever it is that executes it.
CREATE TABLE job (
  name text PRIMARY KEY,
  due_at timestamptz NOT NULL,
  failures int NOT NULL DEFAULT 0,
  -- After a failure: not again before. By the clock of the database, since it paces replicas.
  retry_at timestamptz
);

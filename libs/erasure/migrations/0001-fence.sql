-- Aliases that were seen here. A retired one is a fence for ever: whatever arrives under it later is refused.
CREATE TABLE fence_alias (
  alias text PRIMARY KEY,
  retired_at timestamptz,
  case_ref text
);
-- Days that were erased under a bucket key: refused under that key for ever, welcome again under a new one.
CREATE TABLE fence_key (
  key_id text NOT NULL,
  case_ref text NOT NULL,
  first_day date,
  last_day date NOT NULL,
  PRIMARY KEY (key_id, case_ref)
);
-- Answers still to be given: written with the erasure, deleted once the receipt is in the log.
CREATE TABLE receipt_due (
  case_ref text NOT NULL,
  chunk int NOT NULL,
  store text NOT NULL,
  scope jsonb NOT NULL,
  registry_version int NOT NULL,
  position jsonb NOT NULL,
  PRIMARY KEY (case_ref, chunk, store)
);

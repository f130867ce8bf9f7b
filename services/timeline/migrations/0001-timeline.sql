-- Sealed batches, as they came. Nothing here says whose they are or what is in them.
CREATE TABLE batch (
  alias text NOT NULL,
  batch_id text NOT NULL,
  key_id text NOT NULL,
  day date NOT NULL,
  expires_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (alias, day, batch_id)
);
ALTER TABLE batch ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX batch_expiry ON batch (expires_at);
-- When something of an alias last arrived, so that the day page need not look through all of it.
CREATE TABLE alias_seen (
  alias text PRIMARY KEY,
  at timestamptz NOT NULL
);
-- What the person decided about drafts: sealed like the activity it is about.
CREATE TABLE decision (
  draft text NOT NULL,
  alias text NOT NULL,
  key_id text NOT NULL,
  day date NOT NULL,
  expires_at timestamptz NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (alias, day, draft)
);
CREATE INDEX decision_expiry ON decision (expires_at);
-- The person's rules: one sealed list per membership.
CREATE TABLE rules (
  alias text PRIMARY KEY,
  sealed bytea NOT NULL
);

-- A person's time zones, from identity. References only.
CREATE TABLE subject_zone (
  subject text NOT NULL,
  from_at timestamptz NOT NULL,
  time_zone text NOT NULL,
  PRIMARY KEY (subject, from_at)
);
-- The map person × organisation × source → alias. Retired ones stay until the case is purged.
CREATE TABLE alias (
  alias text PRIMARY KEY,
  subject text NOT NULL,
  org text NOT NULL,
  kind text NOT NULL,
  made_at timestamptz NOT NULL,
  retired_at timestamptz,
  case_ref text
);
CREATE UNIQUE INDEX alias_live ON alias (subject, org, kind) WHERE retired_at IS NULL;
CREATE INDEX alias_subject ON alias (subject, org);

CREATE TABLE epoch (
  epoch int PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('current', 'retiring', 'destroying', 'destroyed')),
  made_at timestamptz NOT NULL,
  destroyed_at timestamptz
);
CREATE UNIQUE INDEX epoch_current ON epoch (state) WHERE state = 'current';

CREATE TABLE vault (
  vault text PRIMARY KEY,
  subject text NOT NULL,
  public_key text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX vault_subject ON vault (subject, made_at DESC);
CREATE TABLE vault_factor (
  factor text PRIMARY KEY,
  vault text NOT NULL REFERENCES vault (vault),
  subject text NOT NULL,
  kind text NOT NULL,
  kdf jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  epoch int NOT NULL REFERENCES epoch (epoch),
  wrapped bytea NOT NULL
);
CREATE INDEX vault_factor_subject ON vault_factor (subject);
-- An old vault's private half, sealed to the vault that a person went on with and opened together with it.
CREATE TABLE vault_link (
  vault text PRIMARY KEY REFERENCES vault (vault),
  into_vault text NOT NULL REFERENCES vault (vault),
  subject text NOT NULL,
  epoch int NOT NULL REFERENCES epoch (epoch),
  wrapped bytea NOT NULL
);
CREATE INDEX vault_link_subject ON vault_link (subject);

-- What is forgotten together has one key pair: alias × expiry × vault. Two expiries of one month differ by the zone they were promised in.
-- `first_day` is null for what does not expire (rules).
CREATE TABLE bucket (
  key_id text PRIMARY KEY,
  alias text NOT NULL,
  vault text NOT NULL,
  first_day date,
  last_day date,
  expires_at timestamptz,
  public_key text NOT NULL,
  epoch int NOT NULL REFERENCES epoch (epoch),
  wrapped bytea NOT NULL,
  closed_at timestamptz
) WITH (fillfactor = 45);
CREATE UNIQUE INDEX bucket_open ON bucket (alias, vault, coalesce(first_day, '-infinity'), coalesce(expires_at, 'infinity')) WHERE closed_at IS NULL;
CREATE INDEX bucket_expiry ON bucket (expires_at);
-- Days that were erased under a bucket: its key opens the rest of the month, these days never again.
CREATE TABLE bucket_closed (
  key_id text NOT NULL REFERENCES bucket (key_id) ON DELETE CASCADE,
  first_day date,
  last_day date NOT NULL
);
CREATE UNIQUE INDEX bucket_closed_days ON bucket_closed (key_id, coalesce(first_day, '-infinity'), last_day);

-- Who or what opened a person's data, when and why: for that person to read.
CREATE TABLE opening (
  id bigserial PRIMARY KEY,
  subject text NOT NULL,
  at timestamptz NOT NULL,
  purpose text NOT NULL,
  day date NOT NULL,
  session text NOT NULL
);
CREATE INDEX opening_subject ON opening (subject, id DESC);

-- Work that comes due: one row per kind, looked at by a timer.
CREATE TABLE due_work (
  kind text PRIMARY KEY,
  due_at timestamptz NOT NULL
);

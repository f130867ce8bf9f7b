-- Sign-in itself ("user", session, account, verification, "deviceCode") is better-auth's. Here is what makes a signed-in user a person
-- with references that others may know: the only place that maps person ↔ member.
CREATE TABLE person (
  user_id text PRIMARY KEY,
  subject text NOT NULL UNIQUE,
  settings jsonb NOT NULL DEFAULT '{}',
  recovery_code_saved_at timestamptz
);
CREATE TABLE organisation (
  org text PRIMARY KEY,
  name text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE TABLE membership (
  member text PRIMARY KEY,
  user_id text NOT NULL REFERENCES person (user_id),
  org text NOT NULL REFERENCES organisation (org),
  role text NOT NULL CHECK (role IN ('owner', 'manager', 'member')),
  joined_at timestamptz NOT NULL,
  UNIQUE (user_id, org)
);
CREATE TABLE person_zone (
  user_id text NOT NULL REFERENCES person (user_id),
  from_at timestamptz NOT NULL,
  time_zone text NOT NULL,
  PRIMARY KEY (user_id, from_at)
);
-- A device's token is narrow: it writes batches and reads consent. Only its hash is kept.
CREATE TABLE device (
  device text PRIMARY KEY,
  user_id text NOT NULL REFERENCES person (user_id),
  org text NOT NULL REFERENCES organisation (org),
  name text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  paired_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX device_user ON device (user_id);
-- One-time codes that make an account: the first one (org null), or an invitation. Only hashes are kept; a row goes when its code was
-- used. The subject is drawn with the code, so that a try that a crash cut short leaves nothing in the key store under another name.
CREATE TABLE welcome_code (
  code_hash bytea PRIMARY KEY,
  subject text NOT NULL UNIQUE,
  org text REFERENCES organisation (org),
  email text,
  expires_at timestamptz
);

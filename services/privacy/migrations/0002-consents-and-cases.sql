-- Current consent per source, projected from its stream. Absence means off.
CREATE TABLE consent (
  subject text NOT NULL,
  org text NOT NULL,
  source text NOT NULL,
  state jsonb NOT NULL,
  PRIMARY KEY (subject, org, source)
);
CREATE TABLE erasure_case (
  case_ref text PRIMARY KEY,
  subject text NOT NULL,
  org text NOT NULL,
  scope text NOT NULL,
  source text,
  state text NOT NULL,
  ordered_at timestamptz NOT NULL,
  erased_at timestamptz,
  purged_at timestamptz,
  deadlines jsonb NOT NULL,
  chunks int NOT NULL
);
CREATE INDEX erasure_case_subject ON erasure_case (subject, ordered_at DESC);
CREATE INDEX erasure_case_open ON erasure_case (ordered_at) WHERE state <> 'purged';
CREATE TABLE erasure_case_store (
  case_ref text NOT NULL REFERENCES erasure_case (case_ref),
  store text NOT NULL,
  state text NOT NULL,
  receipt jsonb,
  PRIMARY KEY (case_ref, store)
);

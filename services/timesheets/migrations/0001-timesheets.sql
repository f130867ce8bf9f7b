-- What people of an organisation book time on. Names are here, in rows that can be changed; streams hold references only.
CREATE TABLE project (
  id text PRIMARY KEY,
  org text NOT NULL,
  name text NOT NULL,
  client text,
  colour text NOT NULL,
  initials text NOT NULL,
  billable boolean NOT NULL,
  archived boolean NOT NULL
);
CREATE INDEX project_org ON project (org);
CREATE TABLE catalogue_item (
  id text PRIMARY KEY,
  org text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('client', 'task', 'tag')),
  name text NOT NULL,
  project text,
  archived boolean NOT NULL
);
CREATE INDEX catalogue_item_org ON catalogue_item (org, kind);
-- Read models of the time sheet streams, written in the same transaction.
CREATE TABLE timesheet (
  member text NOT NULL,
  week text NOT NULL,
  org text NOT NULL,
  state text NOT NULL,
  submitted_at timestamptz,
  version int NOT NULL,
  PRIMARY KEY (member, week)
);
CREATE TABLE entry (
  member text NOT NULL,
  id text NOT NULL,
  org text NOT NULL,
  week text NOT NULL,
  day date NOT NULL,
  start_at text,
  end_at text,
  seconds int NOT NULL,
  project text NOT NULL,
  task text,
  billable boolean NOT NULL,
  note text,
  PRIMARY KEY (member, id)
);
CREATE INDEX entry_day ON entry (member, day);

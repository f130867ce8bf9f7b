CREATE TABLE log_cluster (id uuid PRIMARY KEY);
CREATE TABLE log_topic (
  name text PRIMARY KEY,
  topic_id uuid NOT NULL,
  partitions int NOT NULL CHECK (partitions > 0),
  retention_seconds bigint
);
-- One counter row per partition: whoever appends holds it until commit, so positions follow commit order and have no gaps.
CREATE TABLE log_partition (
  topic text NOT NULL REFERENCES log_topic (name),
  partition int NOT NULL,
  first bigint NOT NULL DEFAULT 0,
  next bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
);
CREATE TABLE log_record (
  topic text NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb,
  appended_at timestamptz NOT NULL,
  PRIMARY KEY (topic, partition, position)
);
ALTER TABLE log_record ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX log_record_age ON log_record (topic, appended_at);

-- A consumer's place in the log, beside what it writes: moved by compare-and-set in the same transaction.
CREATE TABLE event_log_cursor (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition int NOT NULL,
  cluster uuid NOT NULL,
  topic_id uuid NOT NULL,
  next bigint NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, partition)
);

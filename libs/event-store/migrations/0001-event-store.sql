-- Streams are the truth that lasts. One row per event; the position is the stream's version after it.
CREATE TABLE stream_event (
  stream text NOT NULL,
  position int NOT NULL CHECK (position > 0),
  type text NOT NULL,
  data jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, position)
);
-- What the event log has yet to hear: written in the transaction of the fact, deleted once the log has it.
CREATE TABLE outbox (
  id bigserial PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb
);

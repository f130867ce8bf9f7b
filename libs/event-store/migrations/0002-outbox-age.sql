-- How long a fact has waited to be published: what an operator is told about.
ALTER TABLE outbox ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();

-- That something was still there has been told, by whichever instance asked first: it is told once, and erased again before it is asked again.
ALTER TABLE receipt_due ADD COLUMN told_at timestamptz;

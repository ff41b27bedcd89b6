-- Fewer pages for each commit, and nothing that a start must read from end to end.

-- The log in one tree: its key is place = incarnation * 2^40 + sequence of the batch's first op, so a batch is
-- added at the end of the last page and no index changes beside it.
ALTER TABLE log RENAME TO log_0002;
CREATE TABLE log (
  place        INTEGER PRIMARY KEY,
  last_seq     INTEGER NOT NULL,
  hash         BLOB    NOT NULL CHECK (length(hash) = 32),
  committed_at INTEGER NOT NULL,
  body         BLOB    NOT NULL
) STRICT;
INSERT INTO log (place, last_seq, hash, committed_at, body)
  SELECT (incarnation << 40) + first_seq, last_seq, hash, committed_at, body FROM log_0002
  ORDER BY incarnation, first_seq;
DROP TABLE log_0002;

-- Counts come for all machines at once and are read for one machine at a time. They are written in the order in
-- which they come (one page for a hundred machines) and moved into the order in which they are read when nothing
-- else is to do. A bucket may have rows in both; they add up.
ALTER TABLE count_buckets RENAME TO counts_settled;
CREATE TABLE counts_fresh (
  bucket_at  INTEGER NOT NULL,
  machine_id INTEGER NOT NULL,
  ideal_us   INTEGER NOT NULL,
  total      INTEGER NOT NULL,
  rejected   INTEGER NOT NULL,
  PRIMARY KEY (bucket_at, machine_id, ideal_us)
) STRICT, WITHOUT ROWID;
-- Both as one, for people and tests.
CREATE VIEW count_buckets AS
  SELECT machine_id, bucket_at, ideal_us, sum(total) AS total, sum(rejected) AS rejected FROM (
    SELECT machine_id, bucket_at, ideal_us, total, rejected FROM counts_settled
    UNION ALL SELECT machine_id, bucket_at, ideal_us, total, rejected FROM counts_fresh)
  GROUP BY machine_id, bucket_at, ideal_us;

-- Sums of work orders and known logs are read from this index alone.
DROP INDEX production_logs_by_work_order;
CREATE INDEX production_logs_by_work_order
  ON production_logs (work_order_id, logged_at, quantity_completed, quantity_rejected);

-- Few stops are open among all that ever were.
CREATE INDEX downtime_events_open ON downtime_events (started_at) WHERE ended_at IS NULL;

-- Which incarnation of our log `up_acked` speaks of: after the database was set back to a copy the log goes on under
-- the next, and what the cloud lacks of the one before still goes up first. And the latest stamp of the cloud's clock.
ALTER TABLE link ADD COLUMN up_incarnation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE link ADD COLUMN hlc_seen INTEGER NOT NULL DEFAULT 0;

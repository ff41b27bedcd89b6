-- The edge's database. One writer thread changes it; every change of facts and its rows are one
-- transaction. Times are microseconds since 1970 UTC, UUIDs are 16 bytes, ids are the organisation's.

-- Identity and what must survive a restart: one row a key, values as postcard or text.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The edge's own log: encoded batches, one per commit, chained by hash. The source of all below
-- except `master`.
CREATE TABLE log (
  incarnation INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  hash        BLOB    NOT NULL CHECK (length(hash) = 32),
  committed_at INTEGER NOT NULL,
  body        BLOB    NOT NULL,
  PRIMARY KEY (incarnation, first_seq)
) STRICT;

-- What the cloud acknowledged of our log, and what we hold of the cloud's log for this plant.
CREATE TABLE link (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  up_acked         INTEGER NOT NULL DEFAULT 0,
  down_incarnation INTEGER NOT NULL DEFAULT 0,
  down_seq         INTEGER NOT NULL DEFAULT 0,
  down_hash        BLOB    NOT NULL DEFAULT (zeroblob(32)),
  acked_at         INTEGER
) STRICT;
INSERT INTO link (id) VALUES (1);

-- Ops of the cloud that this version could not read, kept for the next one, and batches it refused.
CREATE TABLE set_aside (
  id          INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  body        BLOB    NOT NULL
) STRICT;

-- The newest version of each record of the plant's master data: body of the op of that kind.
CREATE TABLE master (
  kind    INTEGER NOT NULL,
  id      INTEGER NOT NULL,
  version INTEGER NOT NULL,
  body    BLOB    NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Machine time: each row holds until the next of its machine, at most until meta.observed_until.
CREATE TABLE activity_changes (
  machine_id   INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  activity     TEXT    NOT NULL,
  clock_unsure INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (machine_id, at)
) STRICT, WITHOUT ROWID;

-- Parts in buckets of ten seconds; facts for one bucket add up.
CREATE TABLE count_buckets (
  machine_id INTEGER NOT NULL,
  bucket_at  INTEGER NOT NULL,
  ideal_us   INTEGER NOT NULL,
  total      INTEGER NOT NULL,
  rejected   INTEGER NOT NULL,
  PRIMARY KEY (machine_id, bucket_at, ideal_us)
) STRICT, WITHOUT ROWID;

-- Where each PLC counter stood when its parts were last booked; moves with the counts.
CREATE TABLE counters (
  machine_id INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  raw        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (machine_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE downtime_events (
  uuid          BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  machine_id    INTEGER NOT NULL,
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER,
  source        TEXT    NOT NULL CHECK (source IN ('signal', 'operator')),
  reason_id     INTEGER,
  work_order_id INTEGER,
  opened_by     INTEGER,
  note          TEXT,
  classified_by INTEGER,
  classified_at INTEGER,
  reason_hlc    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX downtime_events_by_machine ON downtime_events (machine_id, started_at);

-- All production logs of the plant's work orders that this edge knows, its own and others'.
CREATE TABLE production_logs (
  uuid               BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  work_order_id      INTEGER NOT NULL,
  machine_id         INTEGER,
  user_id            INTEGER NOT NULL,
  shift_id           INTEGER,
  quantity_completed INTEGER NOT NULL,
  quantity_rejected  INTEGER NOT NULL,
  hours_micro        INTEGER NOT NULL,
  notes              TEXT,
  logged_at          INTEGER NOT NULL,
  -- Made here, or come down from the cloud.
  own                INTEGER NOT NULL CHECK (own IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX production_logs_by_work_order ON production_logs (work_order_id, logged_at);

-- Execution of work orders, which this edge decides from release on (Q-129).
CREATE TABLE work_orders (
  id         INTEGER PRIMARY KEY,
  status     TEXT    NOT NULL,
  machine_id INTEGER,
  started_at INTEGER,
  started_by INTEGER,
  changed_at INTEGER NOT NULL
) STRICT;

-- PINs are valid on this box only and never leave it (Q-136): Argon2id keyed with a secret file.
CREATE TABLE pins (
  user_id      INTEGER PRIMARY KEY,
  hash         TEXT    NOT NULL,
  failed       INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER,
  set_at       INTEGER NOT NULL
) STRICT;

-- Signed-on people; tokens are kept as SHA-256.
CREATE TABLE sessions (
  token_hash BLOB    PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One file per organisation. `organization_id` leads every key and foreign key all the same, so that a
-- row of another organisation is refused by the database itself (TEN-04) and the tables are those of the
-- shared database too. Ids come from `counters`. Times are microseconds since 1970 UTC, decimals are
-- millionths, UUIDs are 16 bytes.

CREATE TABLE organization (
  organization_id INTEGER PRIMARY KEY,
  uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
  name            TEXT    NOT NULL,
  kpi_standard    TEXT    NOT NULL DEFAULT 'unison' CHECK (kpi_standard IN ('unison', 'iso_22400')),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;

-- `next` is the next value to hand out. The name `pos` orders everything that is read "since".
CREATE TABLE counters (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  name            TEXT    NOT NULL,
  next            INTEGER NOT NULL,
  PRIMARY KEY (organization_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE plants (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  id              INTEGER NOT NULL,
  uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
  name            TEXT    NOT NULL,
  timezone        TEXT    NOT NULL,
  is_active       INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  version         INTEGER NOT NULL DEFAULT 1,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, name),
  UNIQUE (organization_id, uuid)
) STRICT, WITHOUT ROWID;

CREATE TABLE lanes (
  organization_id INTEGER NOT NULL,
  id              INTEGER NOT NULL,
  plant_id        INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  capacity        INTEGER NOT NULL DEFAULT 1,
  ideal_cycle_us  INTEGER,
  version         INTEGER NOT NULL DEFAULT 1,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, plant_id, name),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE shifts (
  organization_id        INTEGER NOT NULL,
  id                     INTEGER NOT NULL,
  plant_id               INTEGER NOT NULL,
  name                   TEXT    NOT NULL,
  start_time             TEXT    NOT NULL,
  end_time               TEXT    NOT NULL,
  active_days            INTEGER NOT NULL CHECK (active_days BETWEEN 0 AND 127),
  breaks                 TEXT    NOT NULL DEFAULT '[]',
  break_minutes_unplaced INTEGER NOT NULL DEFAULT 0,
  target_units           INTEGER,
  oee_target_percent     INTEGER,
  version                INTEGER NOT NULL DEFAULT 1,
  created_at             INTEGER NOT NULL,
  updated_at             INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, plant_id, name),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Edges as the organisation sees them; their keys are in the platform file.
CREATE TABLE edges (
  organization_id INTEGER NOT NULL,
  id              INTEGER NOT NULL,
  uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
  plant_id        INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  program_version TEXT,
  last_seen_at    INTEGER,
  -- Head of the edge's log as it last said, and up to when its machine time is settled.
  head            INTEGER NOT NULL DEFAULT 0,
  observed_until  INTEGER,
  -- What the edge holds of the plant's log.
  down_incarnation INTEGER NOT NULL DEFAULT 0,
  down_acked      INTEGER NOT NULL DEFAULT 0,
  state           TEXT    NOT NULL DEFAULT 'enrolled' CHECK (state IN ('enrolled', 'quarantined', 'revoked')),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, uuid),
  UNIQUE (organization_id, plant_id, name),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE machines (
  organization_id INTEGER NOT NULL,
  id              INTEGER NOT NULL,
  plant_id        INTEGER NOT NULL,
  lane_id         INTEGER,
  machine_code    TEXT    NOT NULL,
  name            TEXT    NOT NULL,
  mode            TEXT    NOT NULL DEFAULT 'production' CHECK (mode IN ('production', 'maintenance', 'decommissioned')),
  ideal_cycle_us  INTEGER,
  capacity_micro  INTEGER,
  edge_id         INTEGER,
  version         INTEGER NOT NULL DEFAULT 1,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, machine_code),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id),
  FOREIGN KEY (organization_id, lane_id) REFERENCES lanes (organization_id, id),
  FOREIGN KEY (organization_id, edge_id) REFERENCES edges (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE downtime_reasons (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  id              INTEGER NOT NULL,
  code            TEXT    NOT NULL,
  name            TEXT    NOT NULL,
  category        TEXT    NOT NULL,
  is_planned      INTEGER NOT NULL DEFAULT 0 CHECK (is_planned IN (0, 1)),
  is_critical     INTEGER NOT NULL DEFAULT 0 CHECK (is_critical IN (0, 1)),
  is_active       INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  version         INTEGER NOT NULL DEFAULT 1,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  organization_id   INTEGER NOT NULL REFERENCES organization (organization_id),
  id                INTEGER NOT NULL,
  email             TEXT    NOT NULL,
  name              TEXT    NOT NULL,
  password_hash     TEXT,
  roles             TEXT    NOT NULL DEFAULT '[]',
  badge             TEXT,
  hourly_rate_micro INTEGER NOT NULL DEFAULT 0,
  is_active         INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  -- Grows when all sessions of the user must end (Q-134).
  epoch             INTEGER NOT NULL DEFAULT 1,
  version           INTEGER NOT NULL DEFAULT 1,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, email),
  UNIQUE (organization_id, badge)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_plants (
  organization_id INTEGER NOT NULL,
  user_id         INTEGER NOT NULL,
  plant_id        INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id, plant_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Sessions that were ended before they expired.
CREATE TABLE revoked_sessions (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  id              BLOB    NOT NULL CHECK (length(id) = 16),
  expires_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE work_orders (
  organization_id   INTEGER NOT NULL,
  id                INTEGER NOT NULL,
  plant_id          INTEGER NOT NULL,
  work_order_number TEXT    NOT NULL,
  title             TEXT    NOT NULL,
  product_name      TEXT,
  lane_id           INTEGER,
  machine_id        INTEGER,
  quantity_ordered  INTEGER NOT NULL CHECK (quantity_ordered > 0),
  quantity_completed INTEGER NOT NULL DEFAULT 0,
  quantity_rejected INTEGER NOT NULL DEFAULT 0,
  status            TEXT    NOT NULL CHECK (status IN ('planned', 'released', 'in_progress', 'paused', 'completed', 'cancelled')),
  planned_start     INTEGER,
  planned_end       INTEGER,
  due_at            INTEGER,
  started_at        INTEGER,
  started_by        INTEGER,
  completed_at      INTEGER,
  actual_labor_cost_micro INTEGER NOT NULL DEFAULT 0,
  version           INTEGER NOT NULL DEFAULT 1,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, work_order_number),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id),
  FOREIGN KEY (organization_id, lane_id) REFERENCES lanes (organization_id, id),
  FOREIGN KEY (organization_id, machine_id) REFERENCES machines (organization_id, id),
  FOREIGN KEY (organization_id, started_by) REFERENCES users (organization_id, id)
) STRICT, WITHOUT ROWID;

-- What was done to work orders; append only. `origin` is the edge, or the plant for the cloud itself.
CREATE TABLE work_order_moves (
  organization_id INTEGER NOT NULL,
  pos             INTEGER NOT NULL,
  work_order_id   INTEGER NOT NULL,
  verb            TEXT    NOT NULL,
  machine_id      INTEGER,
  user_id         INTEGER,
  at              INTEGER NOT NULL,
  note            TEXT,
  origin          BLOB    NOT NULL,
  PRIMARY KEY (organization_id, pos),
  FOREIGN KEY (organization_id, work_order_id) REFERENCES work_orders (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Requests of the cloud to the edge that executes a work order, and their answers (Q-129).
CREATE TABLE work_order_requests (
  organization_id INTEGER NOT NULL,
  uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
  work_order_id   INTEGER NOT NULL,
  verb            TEXT    NOT NULL,
  user_id         INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  state           TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused')),
  reason          TEXT,
  PRIMARY KEY (organization_id, uuid),
  FOREIGN KEY (organization_id, work_order_id) REFERENCES work_orders (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Production logs are facts: summed, never overwritten (Q-117).
CREATE TABLE production_logs (
  organization_id   INTEGER NOT NULL,
  id                INTEGER NOT NULL,
  uuid              BLOB    NOT NULL CHECK (length(uuid) = 16),
  work_order_id     INTEGER NOT NULL,
  machine_id        INTEGER,
  user_id           INTEGER NOT NULL,
  shift_id          INTEGER,
  quantity_completed INTEGER NOT NULL,
  quantity_rejected INTEGER NOT NULL,
  hours_micro       INTEGER NOT NULL,
  hourly_rate_micro INTEGER NOT NULL,
  labor_cost_micro  INTEGER NOT NULL,
  notes             TEXT,
  logged_at         INTEGER NOT NULL,
  origin            BLOB    NOT NULL,
  pos               INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, uuid),
  FOREIGN KEY (organization_id, work_order_id) REFERENCES work_orders (organization_id, id),
  FOREIGN KEY (organization_id, machine_id) REFERENCES machines (organization_id, id),
  FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
  FOREIGN KEY (organization_id, shift_id) REFERENCES shifts (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX production_logs_by_work_order ON production_logs (organization_id, work_order_id, logged_at);

-- Machine time as the edges observed it: each row holds until the next of its machine, at most until
-- `edges.observed_until`.
CREATE TABLE activity_changes (
  organization_id INTEGER NOT NULL,
  machine_id      INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  activity        TEXT    NOT NULL,
  clock_unsure    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, machine_id, at),
  FOREIGN KEY (organization_id, machine_id) REFERENCES machines (organization_id, id)
) STRICT, WITHOUT ROWID;

-- Parts in buckets of ten seconds; facts for one bucket add up.
CREATE TABLE count_buckets (
  organization_id INTEGER NOT NULL,
  machine_id      INTEGER NOT NULL,
  bucket_at       INTEGER NOT NULL,
  ideal_us        INTEGER NOT NULL,
  total           INTEGER NOT NULL,
  rejected        INTEGER NOT NULL,
  PRIMARY KEY (organization_id, machine_id, bucket_at, ideal_us),
  FOREIGN KEY (organization_id, machine_id) REFERENCES machines (organization_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE downtime_events (
  organization_id INTEGER NOT NULL,
  uuid            BLOB    NOT NULL CHECK (length(uuid) = 16),
  machine_id      INTEGER NOT NULL,
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER,
  source          TEXT    NOT NULL CHECK (source IN ('signal', 'operator')),
  reason_id       INTEGER,
  work_order_id   INTEGER,
  opened_by       INTEGER,
  note            TEXT,
  classified_by   INTEGER,
  classified_at   INTEGER,
  -- Logical time of the reason in force: the one recorded last counts, in whatever order they arrive.
  reason_hlc      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, uuid),
  FOREIGN KEY (organization_id, machine_id) REFERENCES machines (organization_id, id),
  FOREIGN KEY (organization_id, reason_id) REFERENCES downtime_reasons (organization_id, id),
  FOREIGN KEY (organization_id, work_order_id) REFERENCES work_orders (organization_id, id),
  FOREIGN KEY (organization_id, opened_by) REFERENCES users (organization_id, id),
  FOREIGN KEY (organization_id, classified_by) REFERENCES users (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX downtime_events_by_machine ON downtime_events (organization_id, machine_id, started_at);

-- What was received, as it came. `vectors` moves in the same transaction as the rows it stands for.
CREATE TABLE batches (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  origin          BLOB    NOT NULL CHECK (length(origin) = 16),
  incarnation     INTEGER NOT NULL,
  first_seq       INTEGER NOT NULL,
  last_seq        INTEGER NOT NULL,
  hash            BLOB    NOT NULL CHECK (length(hash) = 32),
  received_at     INTEGER NOT NULL,
  -- The encoded batch, compressed with zstd.
  body            BLOB    NOT NULL,
  PRIMARY KEY (organization_id, origin, incarnation, first_seq)
) STRICT;

CREATE TABLE vectors (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  origin          BLOB    NOT NULL CHECK (length(origin) = 16),
  incarnation     INTEGER NOT NULL,
  seq             INTEGER NOT NULL,
  hash            BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (organization_id, origin)
) STRICT, WITHOUT ROWID;

-- What could not be taken, kept with its bytes until a person decides.
CREATE TABLE quarantine (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  pos             INTEGER NOT NULL,
  origin          BLOB    NOT NULL,
  seq             INTEGER,
  received_at     INTEGER NOT NULL,
  reason          TEXT    NOT NULL,
  body            BLOB    NOT NULL,
  PRIMARY KEY (organization_id, pos)
) STRICT, WITHOUT ROWID;

-- The cloud's own log towards each plant: encoded batches, chained.
CREATE TABLE plant_log (
  organization_id INTEGER NOT NULL,
  plant_id        INTEGER NOT NULL,
  incarnation     INTEGER NOT NULL,
  first_seq       INTEGER NOT NULL,
  last_seq        INTEGER NOT NULL,
  hash            BLOB    NOT NULL CHECK (length(hash) = 32),
  created_at      INTEGER NOT NULL,
  body            BLOB    NOT NULL,
  PRIMARY KEY (organization_id, plant_id, incarnation, first_seq),
  FOREIGN KEY (organization_id, plant_id) REFERENCES plants (organization_id, id)
) STRICT;

-- Who changed what, before and after; never changed itself (ADMIN-30).
CREATE TABLE audit_log (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  pos             INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  actor           TEXT    NOT NULL,
  entity          TEXT    NOT NULL,
  entity_id       TEXT    NOT NULL,
  action          TEXT    NOT NULL,
  before          TEXT,
  after           TEXT,
  PRIMARY KEY (organization_id, pos)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_log_is_kept_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_log_is_kept_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;

-- Answers of calls that may be repeated; stored with their effect.
CREATE TABLE idempotency_keys (
  organization_id INTEGER NOT NULL REFERENCES organization (organization_id),
  key             TEXT    NOT NULL,
  request_hash    BLOB    NOT NULL,
  status          INTEGER NOT NULL,
  answer          TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key)
) STRICT, WITHOUT ROWID;

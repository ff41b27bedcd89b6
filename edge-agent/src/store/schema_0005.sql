-- What one shift leaves to the next, calls for help, and why parts were scrap.
CREATE TABLE shift_handovers (
  uuid            BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  shift_id        INTEGER NOT NULL,
  -- The day on which the shift began, YYYY-MM-DD.
  date            TEXT    NOT NULL,
  -- The newest `ShiftHandedOver` and its version.
  version         INTEGER NOT NULL,
  body            BLOB    NOT NULL,
  logged_at       INTEGER NOT NULL,
  acknowledged_by INTEGER,
  acknowledged_at INTEGER
) STRICT;
CREATE INDEX shift_handovers_by_shift ON shift_handovers (shift_id, date);

-- Everybody who wrote at a handover; none of them acknowledges it.
CREATE TABLE shift_handover_authors (
  uuid    BLOB    NOT NULL CHECK (length(uuid) = 16),
  user_id INTEGER NOT NULL,
  PRIMARY KEY (uuid, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE help_calls (
  uuid        BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  machine_id  INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  note        TEXT,
  called_by   INTEGER NOT NULL,
  called_at   INTEGER NOT NULL,
  answered_by INTEGER,
  answered_at INTEGER,
  ended_by    INTEGER,
  ended_at    INTEGER,
  end_note    TEXT
) STRICT;
CREATE INDEX help_calls_by_time ON help_calls (called_at);

-- Why the rejected units of a log were rejected.
CREATE TABLE production_scrap (
  log_uuid  BLOB    NOT NULL CHECK (length(log_uuid) = 16),
  reason_id INTEGER NOT NULL,
  quantity  INTEGER NOT NULL,
  PRIMARY KEY (log_uuid, reason_id)
) STRICT, WITHOUT ROWID;

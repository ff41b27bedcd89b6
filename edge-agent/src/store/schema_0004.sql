-- Edits of stops, alarms of machines, what was done to work orders and when.
ALTER TABLE downtime_events ADD COLUMN alarm_text TEXT;
ALTER TABLE downtime_events ADD COLUMN alarm_reason_id INTEGER;
ALTER TABLE downtime_events ADD COLUMN escalated_at INTEGER;
-- A stop that is none any more: voided, or a part of the one named.
ALTER TABLE downtime_events ADD COLUMN is_voided INTEGER NOT NULL DEFAULT 0 CHECK (is_voided IN (0, 1));
ALTER TABLE downtime_events ADD COLUMN merged_into BLOB CHECK (merged_into IS NULL OR length(merged_into) = 16);

-- Every fact about a stop, under each stop that it names: its history.
CREATE TABLE downtime_facts (
  uuid    BLOB    NOT NULL CHECK (length(uuid) = 16),
  hlc     INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  version INTEGER NOT NULL,
  body    BLOB    NOT NULL,
  PRIMARY KEY (uuid, hlc)
) STRICT, WITHOUT ROWID;

-- When work orders were started, paused, resumed and completed on which machine.
CREATE TABLE work_order_moves (
  work_order_id INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  hlc           INTEGER NOT NULL,
  verb          TEXT    NOT NULL,
  machine_id    INTEGER,
  user_id       INTEGER,
  PRIMARY KEY (work_order_id, at, hlc)
) STRICT, WITHOUT ROWID;

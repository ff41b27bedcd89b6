-- Values that people wrote to devices: asked for before anything was sent, and what became of it.
CREATE TABLE tag_writes (
  uuid       BLOB    PRIMARY KEY CHECK (length(uuid) = 16),
  tag        TEXT    NOT NULL,
  machine_id INTEGER,
  before     TEXT,
  value      TEXT    NOT NULL,
  written_by INTEGER NOT NULL,
  asked_at   INTEGER NOT NULL,
  outcome    TEXT    NOT NULL,
  reason     TEXT,
  ended_at   INTEGER
) STRICT;
CREATE INDEX tag_writes_by_time ON tag_writes (asked_at);

-- Version 6. Written in kinds, see `kinds.rs`.

-- Values that people wrote to devices, as the edge of the plant reports them.
CREATE TABLE tag_writes (
  uuid         uuid      NOT NULL,
  plant_id     integer   NOT NULL REFERENCES plants,
  -- Of the edge that wrote.
  origin       uuid      NOT NULL,
  -- Name of the tag in the configuration of the edge.
  tag          text      NOT NULL,
  machine_id   integer   REFERENCES machines,
  value_before text,
  value        text      NOT NULL,
  written_by   integer   NOT NULL REFERENCES users,
  asked_at     timestamp NOT NULL,
  -- asked, done, refused, not_sent, unknown
  outcome      text      NOT NULL,
  reason       text,
  ended_at     timestamp,
  PRIMARY KEY (uuid)
);
CREATE INDEX tag_writes_by_time ON tag_writes (plant_id, asked_at);

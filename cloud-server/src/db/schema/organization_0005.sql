-- Version 5. Written in kinds, see `kinds.rs`.

-- What one shift leaves to the next, as the edge of the plant last said.
CREATE TABLE shift_handovers (
  uuid            uuid      NOT NULL,
  plant_id        integer   NOT NULL REFERENCES plants,
  shift_id        integer   NOT NULL REFERENCES shifts,
  -- The day on which the shift began.
  date            date      NOT NULL,
  notes           text      NOT NULL,
  -- [{"work_order_id", "work_order_number", "status", "percent_complete", …}], [{"machine_id", "description"}]
  work_orders     json      NOT NULL DEFAULT '[]',
  issues          json      NOT NULL DEFAULT '[]',
  logged_by       integer   NOT NULL REFERENCES users,
  logged_at       timestamp NOT NULL,
  acknowledged_by integer   REFERENCES users,
  acknowledged_at timestamp,
  PRIMARY KEY (uuid)
);
CREATE INDEX shift_handovers_by_day ON shift_handovers (plant_id, date);

CREATE TABLE help_calls (
  uuid        uuid      NOT NULL,
  machine_id  integer   NOT NULL REFERENCES machines,
  kind        text      NOT NULL,
  note        text,
  called_by   integer   NOT NULL REFERENCES users,
  called_at   timestamp NOT NULL,
  answered_by integer   REFERENCES users,
  answered_at timestamp,
  ended_by    integer   REFERENCES users,
  ended_at    timestamp,
  end_note    text,
  PRIMARY KEY (uuid)
);
CREATE INDEX help_calls_by_machine ON help_calls (machine_id, called_at);
-- Open ones are looked for with every look at the machines.
CREATE INDEX help_calls_by_end ON help_calls (ended_at, called_at);

-- Why the rejected units of a log were rejected.
CREATE TABLE production_scrap (
  log_uuid  uuid    NOT NULL,
  reason_id integer NOT NULL REFERENCES scrap_reasons,
  quantity  integer NOT NULL,
  PRIMARY KEY (log_uuid, reason_id)
) APPEND ONLY;

-- Version 4. Written in kinds, see `kinds.rs`.

-- What machines say of their stops, and what people made of stops after the fact.
ALTER TABLE downtime_events ADD COLUMN alarm_text text;
ALTER TABLE downtime_events ADD COLUMN alarm_reason_id integer;
ALTER TABLE downtime_events ADD COLUMN escalated_at timestamp;
-- It is no stop any more: voided, or a part of the one named.
ALTER TABLE downtime_events ADD COLUMN is_gone boolean NOT NULL DEFAULT FALSE;
ALTER TABLE downtime_events ADD COLUMN merged_into uuid;

-- Every fact about a stop, under each stop that it names: its history.
CREATE TABLE downtime_facts (
  uuid         uuid    NOT NULL,
  -- Logical time of the fact.
  hlc          integer NOT NULL,
  fact_kind    integer NOT NULL,
  fact_version integer NOT NULL,
  body         bytes   NOT NULL,
  PRIMARY KEY (uuid, hlc)
) APPEND ONLY;

-- The days of rotating and custom shifts: of a cycle that comes again from its first day on, [1, 2, 3, 4].
ALTER TABLE shifts ADD COLUMN cycle_first_day date;
ALTER TABLE shifts ADD COLUMN cycle_length_days integer;
ALTER TABLE shifts ADD COLUMN cycle_days json NOT NULL DEFAULT '[]';

-- Where the log ended when a run of the program began to write, while the cloud has not acknowledged what follows. A
-- database is set back to a copy between two runs.
CREATE TABLE runs (
  place INTEGER PRIMARY KEY
) STRICT;

-- How long the program had run in all (seconds) when the cloud held the log up to this place. The log is kept by this
-- age: no clock, however wrong, makes it old.
CREATE TABLE acknowledged (
  place   INTEGER PRIMARY KEY,
  lived_s INTEGER NOT NULL
) STRICT;

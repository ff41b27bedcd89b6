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

-- A database of a version before: what it forgot by the wall clock it forgets from now on by running time. The program
-- is taken to have run for as long as things can be kept at most (3,660 days), and each day's batches that the cloud
-- holds to have been acknowledged when they were written, so that neither the log doubles nor anything goes earlier.
INSERT INTO meta (key, value)
SELECT 'lived_s', x'0032d91200000000' WHERE EXISTS (SELECT 1 FROM log);

INSERT INTO acknowledged (place, lived_s)
SELECT max(place), 316224000 - 86400 * age
FROM (
  SELECT place, ((SELECT max(committed_at) FROM log) - committed_at) / 86400000000 AS age
  FROM log, link
  WHERE link.id = 1 AND (place >> 40 < up_incarnation OR (place >> 40 = up_incarnation AND last_seq <= up_acked))
)
WHERE age BETWEEN 0 AND 3660
GROUP BY age;

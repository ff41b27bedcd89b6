CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- A stretch in which the agent looked without a break under a clock that did not go back. Milliseconds since 1970 UTC.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

-- What was written together. is_key: every tag that was seen then has a value in it.
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    is_key INTEGER NOT NULL
) STRICT;

-- id = block << 20 | tag: each flush only appends, and a block's chunk of a tag is found by its number.
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    points BLOB NOT NULL
) STRICT;

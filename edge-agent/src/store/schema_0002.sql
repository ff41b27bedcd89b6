-- Requests of the cloud that this edge answered: a snapshot may bring one again whose answer the cloud does
-- not hold yet, and it is answered once (Q-129).
CREATE TABLE answers (
  request     BLOB    PRIMARY KEY CHECK (length(request) = 16),
  answered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

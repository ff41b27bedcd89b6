-- What is logged for each work order, so that a start need not add up all logs there are.
CREATE TABLE work_order_sums (
  work_order_id INTEGER PRIMARY KEY,
  logs          INTEGER NOT NULL,
  completed     INTEGER NOT NULL,
  rejected      INTEGER NOT NULL
) STRICT;

INSERT INTO work_order_sums (work_order_id, logs, completed, rejected)
SELECT work_order_id, count(*), sum(quantity_completed), sum(quantity_rejected) FROM production_logs GROUP BY work_order_id;

CREATE TRIGGER production_log_is_summed AFTER INSERT ON production_logs BEGIN
  INSERT INTO work_order_sums (work_order_id, logs, completed, rejected)
  VALUES (new.work_order_id, 1, new.quantity_completed, new.quantity_rejected)
  ON CONFLICT (work_order_id) DO UPDATE SET logs = logs + 1,
    completed = completed + excluded.completed, rejected = rejected + excluded.rejected;
END;

CREATE TRIGGER production_log_is_summed_no_more AFTER DELETE ON production_logs BEGIN
  UPDATE work_order_sums SET logs = logs - 1,
    completed = completed - old.quantity_completed, rejected = rejected - old.quantity_rejected
  WHERE work_order_id = old.work_order_id;
  DELETE FROM work_order_sums WHERE work_order_id = old.work_order_id AND logs = 0;
END;

-- Nothing is summed from it any more.
DROP INDEX production_logs_by_work_order;
CREATE INDEX production_logs_by_work_order ON production_logs (work_order_id, logged_at);

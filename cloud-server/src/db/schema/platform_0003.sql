-- Written in kinds, see `kinds.rs`.

-- Which generation of first records (units of measure …) an organisation was given. Organisations from before
-- this column may have none; they get them once.
ALTER TABLE organizations ADD COLUMN seeds integer NOT NULL DEFAULT 0;

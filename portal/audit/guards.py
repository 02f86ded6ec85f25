"""Database triggers that make the audit append-only on both databases.

The holes measured in controls.md 3.2 are closed: REPLACE on SQLite; TRUNCATE, replica role and
OVERRIDING SYSTEM VALUE on PostgreSQL. Reinstalled after every migration, since SQLite's table
remake drops triggers silently; a system check asserts them.
"""

from __future__ import annotations

from portal.core.guards import Guards

TABLE = "audit_auditentry"

SQLITE = {
    "audit_no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "audit_no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    # REPLACE removes the old row without firing a delete trigger unless recursive_triggers is on.
    "audit_no_replace": f"""BEFORE INSERT ON {TABLE} WHEN EXISTS (
  SELECT 1 FROM {TABLE} WHERE id = NEW.id OR leaf = NEW.leaf OR (
    stream_type = NEW.stream_type AND stream_id = NEW.stream_id AND stream_seq = NEW.stream_seq))
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",  # noqa: S608
}

POSTGRES = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE FUNCTION audit_own_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> currval(pg_get_serial_sequence('{TABLE}', 'id')) THEN
    RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_number BEFORE INSERT ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION audit_own_number();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_no_change;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_no_truncate;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_number;
"""
POSTGRES_TRIGGERS = {"audit_no_change", "audit_no_truncate", "audit_number"}

guards = Guards(TABLE, SQLITE, POSTGRES, frozenset(POSTGRES_TRIGGERS))

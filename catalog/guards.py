"""One owner per finance object, attribute, legal entity and day: held by the database itself."""

from __future__ import annotations

from portal.core.guards import Guards

TABLE = "catalog_ownership"
_OVERLAP = f"""WHEN EXISTS (
  SELECT 1 FROM {TABLE} o WHERE o.id <> COALESCE(NEW.id, -1) AND o.finance_object_id = NEW.finance_object_id
  AND o.attribute = NEW.attribute AND o.legal_entity = NEW.legal_entity
  AND o.valid_from <= COALESCE(NEW.valid_to, '9999-12-31')
  AND NEW.valid_from <= COALESCE(o.valid_to, '9999-12-31'))
BEGIN SELECT RAISE(ABORT, 'ownership_overlap'); END"""

guards = Guards(
    TABLE,
    {
        "ownership_no_overlap_insert": f"BEFORE INSERT ON {TABLE} {_OVERLAP}",
        "ownership_no_overlap_update": f"BEFORE UPDATE ON {TABLE} {_OVERLAP}",
    },
    f"""
CREATE EXTENSION IF NOT EXISTS btree_gist;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ownership_overlap') THEN
    ALTER TABLE {TABLE} ADD CONSTRAINT ownership_overlap EXCLUDE USING gist (
      finance_object_id WITH =, attribute WITH =, legal_entity WITH =,
      daterange(valid_from, COALESCE(valid_to, 'infinity'::date), '[]') WITH &&);
  END IF;
END $$;
""",
    frozenset({"ownership_overlap"}),
)

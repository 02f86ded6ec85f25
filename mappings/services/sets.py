"""Registering mapping sets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.selectors import system_named
from mappings.codes import Code
from mappings.models import MappingSet
from mappings.permissions import P
from mappings.rules.csvformat import RESERVED
from mappings.services.dimensions import dimension_named
from mappings.tags import Tag
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean_code, clean_text

MAX_COLUMNS = 12
_COLUMN = re.compile(r"[a-z](?:_?[a-z0-9])*")


def normal_columns(columns: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Columns as {name, dimension}. Raises Invalid MAP-042."""
    if not 1 <= len(columns) <= MAX_COLUMNS:
        raise Invalid(Code.MAP_042, f"A mapping set has 1 to {MAX_COLUMNS} source columns.", place="columns")
    normal: list[dict[str, str]] = []
    for column in columns:
        name, dimension = column.get("name", ""), column.get("dimension") or ""
        if not _COLUMN.fullmatch(name) or len(name) > 63 or name in RESERVED:
            raise Invalid(
                Code.MAP_042,
                f"{name!r} is no column name: lower-case letters, digits and single underscores, "
                f"and none of {', '.join(sorted(RESERVED))}.",
                place="columns",
            )
        if any(name == other["name"] for other in normal):
            raise Invalid(Code.MAP_042, f"The column {name} comes twice.", place="columns")
        normal.append({"name": name, "dimension": dimension})
    return normal


@audited(Tag.MAPPING_SET_REGISTER)
def mapping_set_register(
    *,
    actor: Actor,
    reason: str,
    code: str,
    name: str,
    source_system: str,
    target_system: str,
    target_dimension: str,
    columns: Sequence[Mapping[str, str]],
    kind: str = "load",
) -> MappingSet:
    """Register a set; systems and dimensions by code, columns as {name, dimension} with dimension optional.

    Columns and target never change afterwards: they decide what the approved rules mean. The actor needs
    the duty over the source, and at least the sight of the target and of every dimension named.
    Raises Conflict MAP-041, Invalid CTR-002, MDM-012, MAP-042, Faults API-005 (kind).
    """
    duty = P.MAPPING_SET_REGISTER
    authority.check(actor, duty, source := system_named(actor, duty, source_system, "source_system"))
    if MappingSet.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.MAP_041, f"There is a mapping set with the code {code} already.", place="code")
    normal = normal_columns(columns)
    for column in normal:
        if column["dimension"]:
            dimension_named(actor, duty, column["dimension"], "columns")
    mapping_set = MappingSet(
        code=clean_code(code, place="code"),
        name=clean_text(name, 200, place="name"),
        source_system=source,
        target_system=system_named(actor, duty, target_system, "target_system"),
        target_dimension=dimension_named(actor, duty, target_dimension, "target_dimension"),
        kind=kind,
        columns=normal,
    )
    mapping_set.full_clean()
    mapping_set.save()
    after = _content(mapping_set)
    record(Tag.MAPPING_SET_REGISTER, actor=actor, subject=mapping_set, reason=reason, after=after)
    return mapping_set


def _content(mapping_set: MappingSet) -> dict[str, Any]:
    """What the audit keeps of a set."""
    return {
        "code": mapping_set.code,
        "columns": mapping_set.columns,
        "kind": mapping_set.kind,
        "name": mapping_set.name,
        "source_system": mapping_set.source_system.code,
        "target_dimension": mapping_set.target_dimension.code,
        "target_system": mapping_set.target_system.code,
    }

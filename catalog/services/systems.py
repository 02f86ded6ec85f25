"""Registering and changing systems."""

from __future__ import annotations

from typing import Any

from catalog.codes import Code
from catalog.models import System
from catalog.permissions import P
from catalog.tags import Tag
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import Conflict
from portal.core.text import clean_code, clean_text

FIELDS = (
    "name", "kind", "hosting", "region", "owner_team", "criticality", "rpo_minutes", "rto_minutes",
    "description",
)  # fmt: skip


def _values(system: System) -> dict[str, Any]:
    return {field: getattr(system, field) for field in FIELDS}


def _assign(system: System, values: dict[str, Any]) -> None:
    for field in FIELDS:
        if field in values:
            value = values[field]
            multiline = field == "description"
            if isinstance(value, str):
                value = clean_text(value, 4000 if multiline else 200, multiline=multiline, place=field)
            setattr(system, field, value)
    system.full_clean()
    system.save()


@audited(Tag.SYSTEM_REGISTER)
def system_register(*, actor: Actor, reason: str, code: str, **values: Any) -> System:
    """Register a system; `values` are FIELDS. Raises Conflict CTR-001, ValidationError."""
    authority.check_everywhere(actor, P.SYSTEM_EDIT)
    if System.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.CTR_001, f"There is a system with the code {code} already.", place="code")
    system = System(code=clean_code(code, place="code"))
    _assign(system, values)
    record(Tag.SYSTEM_REGISTER, actor=actor, subject=system, reason=reason, after=_values(system))
    return system


@audited(Tag.SYSTEM_EDIT)
def system_edit(*, actor: Actor, reason: str, system_id: int, **values: Any) -> System:
    """Change a system. Raises NotFound, Forbidden, ValidationError."""
    system = System.objects.get_for(actor, P.SYSTEM_EDIT, pk=system_id, lock=True)
    before = _values(system)
    _assign(system, values)
    if before != _values(system):
        record(
            Tag.SYSTEM_EDIT, actor=actor, subject=system, reason=reason, before=before, after=_values(system)
        )
    return system

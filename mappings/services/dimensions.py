"""Registering dimensions."""

from __future__ import annotations

from catalog.selectors import system_named
from mappings.codes import Code
from mappings.models import Dimension
from mappings.permissions import P
from mappings.tags import Tag
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean_code, clean_text


def dimension_named(actor: Actor, duty: str, code: str, place: str) -> Dimension:
    """A dimension that the actor sees or has the duty over. Raises Invalid MDM-012 alike for any other."""
    named = Dimension.objects.filter(code=code)
    found = (named.restrict(actor, permission).first() for permission in (P.DIMENSION_VIEW, duty))
    dimension = next((dimension for dimension in found if dimension is not None), None)
    if dimension is None:
        raise Invalid(Code.MDM_012, f"There is no dimension {code!r} in your scope.", place=place)
    return dimension


@audited(Tag.DIMENSION_REGISTER)
def dimension_register(*, actor: Actor, reason: str, system: str, code: str, name: str) -> Dimension:
    """Register a dimension of a system (by code). Raises Conflict MAP-041, Invalid CTR-002."""
    owner = system_named(actor, P.DIMENSION_EDIT, system, "system")
    authority.check(actor, P.DIMENSION_EDIT, owner)
    if Dimension.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.MAP_041, f"There is a dimension with the code {code} already.", place="code")
    dimension = Dimension(
        system=owner, code=clean_code(code, place="code"), name=clean_text(name, 200, place="name")
    )
    dimension.full_clean()
    dimension.save()
    after = {"system": system, "code": dimension.code, "name": dimension.name}
    record(Tag.DIMENSION_REGISTER, actor=actor, subject=dimension, reason=reason, after=after)
    return dimension


@audited(Tag.DIMENSION_EDIT)
def dimension_edit(*, actor: Actor, reason: str, dimension_id: int, name: str) -> Dimension:
    """Rename a dimension; its code and its system never change. Raises NotFound, Forbidden."""
    dimension = Dimension.objects.get_for(actor, P.DIMENSION_EDIT, lock=True, pk=dimension_id)
    before = {"name": dimension.name}
    dimension.name = clean_text(name, 200, place="name")
    dimension.full_clean()
    dimension.save()
    after = {"name": dimension.name}
    record(Tag.DIMENSION_EDIT, actor=actor, subject=dimension, reason=reason, before=before, after=after)
    return dimension

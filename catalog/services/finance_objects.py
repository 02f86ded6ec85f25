"""Finance objects and proposals of their canonical schemas."""

from __future__ import annotations

from typing import Any

from catalog.codes import Code
from catalog.models import FinanceObject
from catalog.permissions import P
from catalog.schema import normal_fields
from catalog.selectors import schema_in_force
from catalog.tags import Tag
from portal.approvals.codes import Code as Approvals
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean_code, clean_text


@audited(Tag.FINANCE_OBJECT_REGISTER)
def finance_object_register(
    *, actor: Actor, reason: str, code: str, name: str, description: str = ""
) -> FinanceObject:
    """Register a finance object. Raises Conflict CTR-001."""
    authority.check_everywhere(actor, P.FINANCE_OBJECT_EDIT)
    if FinanceObject.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.CTR_001, f"There is a finance object with the code {code} already.", place="code")
    obj = FinanceObject(code=clean_code(code, place="code"))
    _assign(obj, name, description)
    after = {"code": code, "name": obj.name, "description": obj.description}
    record(Tag.FINANCE_OBJECT_REGISTER, actor=actor, subject=obj, reason=reason, after=after)
    return obj


def _assign(obj: FinanceObject, name: str, description: str) -> None:
    obj.name = clean_text(name, 200, place="name")
    obj.description = clean_text(description, 4000, multiline=True, place="description")
    obj.full_clean()
    obj.save()


@audited(Tag.FINANCE_OBJECT_EDIT)
def finance_object_edit(
    *, actor: Actor, reason: str, finance_object_id: int, name: str, description: str = ""
) -> FinanceObject:
    """Change name and description."""
    obj = FinanceObject.objects.get_for(actor, P.FINANCE_OBJECT_EDIT, pk=finance_object_id, lock=True)
    before = {"name": obj.name, "description": obj.description}
    _assign(obj, name, description)
    after = {"name": obj.name, "description": obj.description}
    if before != after:
        record(Tag.FINANCE_OBJECT_EDIT, actor=actor, subject=obj, reason=reason, before=before, after=after)
    return obj


@audited(Tag.SCHEMA_PROPOSE)
def schema_propose(
    *, actor: Actor, reason: str, finance_object: str, fields: list[dict[str, Any]]
) -> ChangeRequest:
    """Propose the next version of a canonical schema: fields of name, type, classification, required.

    Raises Faults CTR-006, Invalid CTR-002, Conflict APR-008 when nothing would change.
    """
    obj = FinanceObject.objects.filter(code=finance_object).first()
    if obj is None:
        raise Invalid(Code.CTR_002, f"There is no finance object {finance_object!r}.", place="finance_object")
    authority.check_everywhere(actor, P.SCHEMA_PROPOSE)
    payload = {"finance_object": finance_object, "fields": normal_fields(fields)}
    active = schema_in_force(obj)
    if active is not None and active.content_sha256 == content_hash(payload):
        raise Conflict(Approvals.APR_008, "The schema in force has exactly these fields.")
    return change_submit(
        actor=actor, reason=reason, kind="catalog.schema", subject_key=finance_object, payload=payload
    )

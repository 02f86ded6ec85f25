"""Systems of record: proposed here, in force only by another person's approval; overlaps are impossible."""

from __future__ import annotations

import datetime as dt
from typing import Any

from catalog.codes import Code
from catalog.models import FinanceObject, Ownership
from catalog.permissions import P
from catalog.selectors import clashing_ownership, days_of, system_named
from catalog.subjects import ownership_content
from catalog.tags import Tag
from portal.approvals.codes import Code as Approvals
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from portal.audit.services import audited
from portal.core import authority
from portal.core.actor import Actor
from portal.core.authority import OUTSIDE
from portal.core.errors import BadInput, Conflict, Fault, Faults, Invalid
from portal.core.text import clean_text
from portal.people.models import Person


def ownership_key(payload: dict[str, Any]) -> str:
    return f"{payload['finance_object']}/{payload['attribute']}/{payload['legal_entity']}"


def _ends_before_it_begins(place: str, first: dt.date) -> BadInput:
    return BadInput(
        Code.CTR_003,
        "The ownership ends before it begins.",
        place=place,
        hint=f"Give a last day that is {first} or later.",
    )


def _refuse_overlap(actor: Actor, payload: dict[str, Any]) -> None:
    """Raises Faults CTR-003; the request's own validation says the same to everybody, without a name."""
    clash = clashing_ownership(payload)
    if clash is not None:
        owner = str(clash.system) if authority.visible(actor, clash.system) else f"A system {OUTSIDE}"
        words = f"{owner} is the owner {days_of(clash)} already."
        raise Faults([Fault(Code.CTR_003, words, "valid_from")])


@audited(Tag.OWNERSHIP_PROPOSE)
def ownership_propose(
    *,
    actor: Actor,
    reason: str,
    finance_object: str,
    system: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    attribute: str = "",
    legal_entity: str = "",
    steward: str = "",
) -> ChangeRequest:
    """Propose the system of record of a finance object (all by code), days inclusive.

    Raises Invalid CTR-002 (unknown), Faults CTR-003 (overlap), BadInput CTR-003 (dates).
    """
    authority.check(actor, P.OWNERSHIP_PROPOSE, system_named(actor, P.OWNERSHIP_PROPOSE, system, "system"))
    if not FinanceObject.objects.filter(code=finance_object).exists():
        words = f"There is no finance object {finance_object!r}."
        raise Invalid(Code.CTR_002, words, place="finance_object")
    if valid_to is not None and valid_to < valid_from:
        raise _ends_before_it_begins("valid_to", valid_from)
    if steward and not Person.objects.filter(code=steward).exists():
        raise Invalid(Code.CTR_002, f"There is no person with the code {steward}.", place="steward")
    payload = {
        "finance_object": finance_object,
        "attribute": clean_text(attribute, 64, place="attribute"),
        "legal_entity": clean_text(legal_entity, 64, place="legal_entity"),
        "system": system,
        "steward": steward,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat() if valid_to else None,
        "ends": None,
    }
    _refuse_overlap(actor, payload)
    key = ownership_key(payload)
    return change_submit(
        actor=actor, reason=reason, kind="catalog.ownership", subject_key=key, payload=payload
    )


@audited(Tag.OWNERSHIP_PROPOSE)
def ownership_end_propose(
    *, actor: Actor, reason: str, ownership_id: int, last_day: dt.date
) -> ChangeRequest:
    """Propose the last day of an ownership, so that another system can follow.

    Raises BadInput CTR-003 (dates), Conflict APR-008 (nothing changes).
    """
    queryset = Ownership.objects.select_related("finance_object", "system", "steward")
    owned = queryset.get_for(actor, P.OWNERSHIP_PROPOSE, pk=ownership_id)
    if last_day < owned.valid_from:
        raise _ends_before_it_begins("last_day", owned.valid_from)
    if last_day == owned.valid_to:
        raise Conflict(Approvals.APR_008, f"The ownership ends on {last_day} already.", place="last_day")
    payload = {**ownership_content(owned), "valid_to": last_day.isoformat()}
    key = ownership_key(payload)
    return change_submit(
        actor=actor, reason=reason, kind="catalog.ownership", subject_key=key, payload=payload
    )

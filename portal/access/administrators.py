"""The organisation never locks itself out: somebody proposes grants, and somebody else approves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from portal.access.codes import Code
from portal.access.functions import Function
from portal.access.models import Grant
from portal.core.clock import today
from portal.core.errors import Denied409
from portal.core.locking import lock_name
from portal.people.models import User

NEEDED = {Function.ROLE_GRANT: "propose grants", Function.ROLE_APPR: "approve grants"}
_SECOND = "approve what the other proposes"


@dataclass(frozen=True, slots=True)
class Tenure:
    """A grant over everything of somebody who may sign in, with its duties of administration."""

    grant_id: int
    person_id: int
    role: str
    duties: frozenset[str]
    first: dt.date
    last: dt.date


def tenures() -> list[Tenure]:
    """Those of today and later."""
    signing_in = User.objects.filter(is_active=True, kind=User.Kind.PERSON)
    rows = Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today()),
        scope_kind="",
        person__is_active=True,
        person__in=signing_in.values("person"),
    ).select_related("role")
    return [
        Tenure(
            row.pk,
            row.person_id,
            row.role.code,
            frozenset(row.role.functions) & NEEDED.keys(),
            row.valid_from,
            row.valid_to or dt.date.max,
        )
        for row in rows
    ]


def _lacking(held: Sequence[Tenure], day: dt.date) -> set[str]:
    """What nobody could do on that day."""
    holders = {
        duty: {t.person_id for t in held if t.first <= day <= t.last and duty in t.duties} for duty in NEEDED
    }
    lacking = {NEEDED[duty] for duty, people in holders.items() if not people}
    return lacking | ({_SECOND} if len(set().union(*holders.values())) < 2 else set())


def loss(before: Sequence[Tenure], after: Sequence[Tenure]) -> str:
    """A sentence on the first day from today on that would lose its last administrator; "" when none does."""
    both = [*before, *after]
    starts = {t.first for t in both if t.first > today()}
    ends = {t.last + dt.timedelta(days=1) for t in both if t.last < dt.date.max}
    for day in sorted({today(), *starts, *(end for end in ends if end > today())}):
        lost = _lacking(after, day) - _lacking(before, day)
        if lost:
            what = " or ".join(sorted(lost - {_SECOND}) or [_SECOND])
            when = "" if day == today() else f" from {day} on"
            return f"Afterwards nobody active could {what} over everything{when}."
    return ""


def lock() -> None:
    """Held by whoever takes an administrator away, so that two do not take each other away at once."""
    lock_name("access:administrators")


def demand_without(person_id: int) -> None:
    """Raises Denied409 IAM-019 when the person is one that administration cannot do without."""
    lock()
    before = tenures()
    words = loss(before, [t for t in before if t.person_id != person_id])
    if words:
        raise Denied409(Code.IAM_019, words)

"""Reads of quarantined records: lists, groups of one cause, and the source columns from the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Min, QuerySet

from portal.access.authority import holders
from portal.core.actor import Actor
from portal.people.models import Person
from portal.people.permissions import P as People
from syncengine.duck import literal, session
from syncengine.evidence import EvidenceKind
from syncengine.models import Flow, QuarantinedRecord
from syncengine.permissions import P
from syncengine.selectors.readable import sums, with_readability
from syncengine.states import HELD_BACK
from syncengine.storage import evidence_store


def quarantined(actor: Actor) -> QuerySet[QuarantinedRecord]:
    """Records the actor may see, in all states, with whether their amount is `unreadable`."""
    rows = with_readability(QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW))
    return rows.select_related("flow", "last_run", "assigned_to")


def assignable(actor: Actor, flows: Iterable[Flow]) -> QuerySet[Person]:
    """Whom the actor knows, oneself included, and who can see quarantined records of all the flows."""
    known = Person.objects.restrict(actor, People.PERSON_VIEW) | Person.objects.filter(
        pk=actor.person_id or 0
    )
    return known.filter(pk__in=holders(P.QUARANTINE_VIEW, flows)).order_by("name")


def quarantine_groups(actor: Actor, **filters: Any) -> QuerySet[Any, dict[str, Any]]:
    """Held records grouped by flow, slice, code, field and value: what one fix would release.

    Each row is a dict: flow_id, flow__code, slice_key, period, code, field, value, origin, records,
    total_debit, total_credit, readable_records, unreadable_records, currency, oldest.
    """
    rows = QuarantinedRecord.objects.restrict(actor, P.QUARANTINE_VIEW).filter(state__in=HELD_BACK, **filters)
    keys = ("flow_id", "flow__code", "slice_key", "period", "code", "field", "value", "origin", "currency")
    return (
        with_readability(rows)
        .order_by()
        .values(*keys)
        .annotate(records=Count("id"), oldest=Min("opened_at"), **sums())
        .order_by("code", "-records", "value")
    )


def record_values(item: QuarantinedRecord) -> dict[str, str | None]:
    """All source columns of a record, read from the quarantine evidence of its last run; {} without it."""
    proof = item.last_run.evidence.filter(kind=EvidenceKind.QUARANTINE).first()
    if proof is None:
        return {}
    store = evidence_store()
    path = store.path(store.find(proof.sha256, EvidenceKind.QUARANTINE))
    with session(read=[path]) as db:
        cursor = db.execute(
            f"SELECT * FROM read_parquet({literal(path)}) WHERE _record_key = $1",  # noqa: S608
            [item.record_key],
        )
        names = [column[0] for column in cursor.description or []]
        found = cursor.fetchone()
    if found is None:
        return {}
    return {name: value for name, value in zip(names, found, strict=True) if not name.startswith("_")}

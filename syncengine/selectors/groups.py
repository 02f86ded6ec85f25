"""Quarantined records grouped by their cause: flow, code, field and member."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Min, QuerySet, Value, When
from django.db.models.functions import Left, StrIndex

from portal.core.currencies import currency_name
from syncengine.models import QuarantinedRecord, Run
from syncengine.selectors.health import latest_of_slices
from syncengine.selectors.readable import sums, told_sums, with_readability, without_amount
from syncengine.states import HELD_BACK

SEPARATOR = " | "  # the engine's, between the members of a combination
KEYS = ("flow_id", "flow__code", "flow__name", "code", "field", "origin", "member")

Records = QuerySet[QuarantinedRecord]
Group = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Sums of a group in one currency; None where no record of it has a readable amount."""

    currency: str
    debit: Decimal | None
    credit: Decimal | None
    unreadable: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Amounts:
        return cls(row["currency"], *told_sums(row), row["unreadable_records"])

    @property
    def heading(self) -> str:
        return currency_name(self.currency)

    @property
    def left_out(self) -> str:
        """What the sums leave out, in words; "" for nothing."""
        return without_amount(self.unreadable) if self.unreadable else ""


@dataclass(frozen=True, slots=True)
class SlicePart:
    """The records of a group in one slice, with the run that a replay would repeat."""

    slice_key: str
    period: str
    records: int
    run: Run | None


def with_member(records: Records, *, whole: bool) -> QuerySet[Any]:
    """Records with `member`: the whole combination, or only its first member (mostly the account)."""
    first = Left("value", StrIndex("value", Value(SEPARATOR)) - 1)
    cut = Case(
        When(value__contains=SEPARATOR, then=first),
        default=F("value"),
        output_field=CharField(max_length=500),
    )
    return records.annotate(member=F("value") if whole else cut)


def grouped(records: Records, *, whole: bool) -> QuerySet[Any, Group]:
    """One dict for each group: KEYS, records, oldest, first_period, last_period."""
    counts: dict[str, Any] = {
        "records": Count("id"),
        "oldest": Min("opened_at"),
        "first_period": Min("period"),
        "last_period": Max("period"),
    }
    return with_member(records, whole=whole).order_by().values(*KEYS).annotate(**counts)


def group_key(group: Group) -> tuple[int, str, str, str]:
    return (group["flow_id"], group["code"], group["field"], group["member"])


def amounts_of_groups(
    records: Records, groups: Sequence[Group], *, whole: bool
) -> dict[tuple[int, str, str, str], list[Amounts]]:
    """Sums by currency of the groups on a page, in one query."""
    narrowed = with_member(records, whole=whole).filter(
        flow_id__in={g["flow_id"] for g in groups},
        code__in={g["code"] for g in groups},
        member__in={g["member"] for g in groups},
    )
    rows = (
        with_readability(narrowed)
        .order_by()
        .values("flow_id", "code", "field", "member", "currency")
        .annotate(**sums())
        .order_by("currency")
    )
    found: dict[tuple[int, str, str, str], list[Amounts]] = {}
    for row in rows:
        found.setdefault(group_key(row), []).append(Amounts.of(row))
    return found


def amounts_by_currency(records: Records) -> list[Amounts]:
    rows = with_readability(records).order_by().values("currency").annotate(**sums()).order_by("currency")
    return [Amounts.of(row) for row in rows]


def slices_of(records: Records) -> list[SlicePart]:
    """The slices that records belong to, each with its latest run."""
    counted = records.order_by().values("flow_id", "slice_key", "period").annotate(n=Count("id"))
    rows = list(counted.order_by("slice_key")[:60])
    latest = latest_of_slices(Run.objects.filter(slice_key__in=[row["slice_key"] for row in rows]))
    runs = {(run.flow_id, run.slice_key): run for run in latest}
    return [
        SlicePart(row["slice_key"], row["period"], row["n"], runs.get((row["flow_id"], row["slice_key"])))
        for row in rows
    ]


def combinations_of(records: Records, limit: int = 30) -> list[Any]:
    """The values behind a group of first members, most records first."""
    rows = records.order_by().values("value").annotate(records=Count("id")).order_by("-records", "value")
    return list(rows[:limit])


def held_summary(records: Records) -> tuple[int, dt.datetime | None]:
    """How many records are held back and since when the oldest is (records are opened in key order)."""
    held = records.filter(state__in=HELD_BACK)
    return held.count(), held.order_by("pk").values_list("opened_at", flat=True).first()

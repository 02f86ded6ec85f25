"""Reads of rate sets and their versions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Q, QuerySet

from mappings.models import Rate, RateSet, RateSetVersion
from mappings.permissions import P
from mappings.states import OPEN, VersionState
from portal.core.actor import Actor
from portal.core.canonical import content_hash
from portal.fiscal.models import FiscalPeriod


def rate_sets(actor: Actor) -> QuerySet[RateSet]:
    return RateSet.objects.restrict(actor, P.RATE_SET_VIEW)


def rate_set_by_code(code: str) -> RateSet | None:
    return RateSet.objects.filter(code=code).first()


def rate_versions(actor: Actor) -> QuerySet[RateSetVersion]:
    """Versions the actor may see, newest first within each set."""
    return RateSetVersion.objects.restrict(actor, P.RATE_SET_VIEW).select_related("rate_set")


def rate_version_by_key(key: str) -> RateSetVersion | None:
    """The version with the key `set/number` of its approval subject."""
    code, _, number = key.rpartition("/")
    versions = RateSetVersion.objects.select_related("rate_set", "base")
    return versions.filter(rate_set__code=code, number=int(number)).first() if number.isdigit() else None


def open_rate_version(rate_set: RateSet) -> RateSetVersion | None:
    return rate_set.versions.filter(state__in=OPEN).first()


def last_approved_rates(rate_set: RateSet) -> RateSetVersion | None:
    return rate_set.versions.filter(state=VersionState.APPROVED).order_by("-number").first()


def rate_version_in_force(
    rate_set: RateSet, period: str, at: dt.datetime | None = None
) -> RateSetVersion | None:
    """The version that holds for a fiscal period, as known at an instant; the one approved last wins."""
    covering = rate_set.versions.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=period),
        state=VersionState.APPROVED,
        effective_from__lte=period,
    )
    if at is not None:
        covering = covering.filter(approved_at__lte=at)
    return covering.order_by("-approved_at", "-number").first()


def rates_of(version: RateSetVersion) -> QuerySet[Rate]:
    return Rate.objects.filter(version=version)


def rates_for(version: RateSetVersion, *, rate_type: str, to: str, period: str) -> dict[str, Decimal]:
    """By source currency: units of `to` for one unit, of one type in one period. Nothing is inverted."""
    rows = Rate.objects.filter(version=version, rate_type=rate_type, to_currency=to, period=period)
    return dict(rows.values_list("from_currency", "rate"))


RateKey = tuple[str, str, str, str]


def calendar_periods() -> set[str]:
    """Codes of the periods of every calendar."""
    return set(FiscalPeriod.objects.order_by().values_list("code", flat=True).distinct())


def rate_table(version: RateSetVersion) -> dict[RateKey, Decimal]:
    """All rates by (type, from, to, period)."""
    fields = ("rate_type", "from_currency", "to_currency", "period", "rate")
    rows = Rate.objects.filter(version=version).order_by().values_list(*fields)
    return {(kind, source, to, period): rate for kind, source, to, period, rate in rows}


def rates_unchanged(version: RateSetVersion) -> bool:
    """Whether the version has the rates and the periods of the last approved one."""
    base = last_approved_rates(version.rate_set)
    same = base is not None and base.periods_label == version.periods_label
    return bool(base and same and rate_table(base) == rate_table(version))


def rate_version_hash(version: RateSetVersion) -> str:
    """sha256 over the set, the periods and every rate."""
    rates = [[*key, rate] for key, rate in sorted(rate_table(version).items())]
    effective = [version.effective_from, version.effective_to]
    return content_hash({"set": version.rate_set.code, "effective": effective, "rates": rates})

"""Reads of mapping sets, versions and their rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Count, Q, QuerySet

from mappings.models import MappingRule, MappingSet, MappingVersion
from mappings.permissions import P
from mappings.rules.rule import RuleKind
from mappings.selectors.chunks import chunked
from mappings.states import OPEN, VersionState
from portal.core.actor import Actor


def mapping_sets(actor: Actor) -> QuerySet[MappingSet]:
    """Sets the actor may see, with their systems and target dimension."""
    queryset = MappingSet.objects.restrict(actor, P.MAPPING_SET_VIEW)
    return queryset.select_related("source_system", "target_system", "target_dimension")


def mapping_set_by_code(code: str) -> MappingSet | None:
    return MappingSet.objects.filter(code=code).first()


def mapping_versions(actor: Actor) -> QuerySet[MappingVersion]:
    """Versions the actor may see, newest first within each set."""
    return MappingVersion.objects.restrict(actor, P.MAPPING_SET_VIEW).select_related("mapping_set")


def version_by_key(key: str) -> MappingVersion | None:
    """The version with the key `set/number` of its approval subject."""
    code, _, number = key.rpartition("/")
    versions = MappingVersion.objects.select_related("mapping_set", "base")
    return versions.filter(mapping_set__code=code, number=int(number)).first() if number.isdigit() else None


def open_version(mapping_set: MappingSet) -> MappingVersion | None:
    """The one version in preparation or under review, if any."""
    return mapping_set.versions.filter(state__in=OPEN).first()


def last_approved(mapping_set: MappingSet) -> MappingVersion | None:
    """The approved version with the highest number: what the next draft starts from."""
    return mapping_set.versions.filter(state=VersionState.APPROVED).order_by("-number").first()


def version_in_force(
    mapping_set: MappingSet, period: str, at: dt.datetime | None = None
) -> MappingVersion | None:
    """The version that holds for a fiscal period `YYYY-PP`, as known at an instant (default: now).

    Of the approved versions whose periods cover it, the one approved last. Never stored.
    """
    covering = mapping_set.versions.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=period),
        state=VersionState.APPROVED,
        effective_from__lte=period,
    )
    if at is not None:
        covering = covering.filter(approved_at__lte=at)
    return covering.order_by("-approved_at", "-number").first()


def live_rules(mapping_set_id: int, number: int) -> QuerySet[MappingRule]:
    """Rows of a set that live in the version with this number."""
    alive = Q(until__isnull=True) | Q(until__gt=number)
    return MappingRule.objects.filter(alive, mapping_set_id=mapping_set_id, since__lte=number)


def live_with_conditions(
    mapping_set_id: int, number: int, hashes: Iterable[str]
) -> Iterator[QuerySet[MappingRule]]:
    """The live rows with these hashes of conditions, a chunk at a time.

    Life is judged here: SQLite would read by `since`, that is nearly all rows, if the query said it.
    """
    for chunk in chunked(sorted(set(hashes))):
        rows = MappingRule.objects.filter(
            mapping_set_id=mapping_set_id, conditions_sha256__in=chunk
        ).order_by()
        lives = rows.values_list("pk", "since", "until")
        alive = [pk for pk, since, until in lives if since <= number and (until is None or until > number)]
        yield from (MappingRule.objects.filter(pk__in=ids).order_by() for ids in chunked(alive))


def rules_of(
    version: MappingVersion, *, text: str = "", kind: str = "", target: str = ""
) -> QuerySet[MappingRule]:
    """The rules of a version, optionally those whose conditions, label or reason hold a text."""
    rules = live_rules(version.mapping_set_id, version.number)
    if text:
        rules = rules.filter(
            Q(match_text__icontains=text) | Q(label__icontains=text) | Q(reason__icontains=text)
        )
    if kind:
        rules = rules.filter(kind=kind)
    if target:
        rules = rules.filter(target=target)
    return rules


def rule_counts(version: MappingVersion) -> dict[str, int]:
    """Number of rules of each kind; every kind is named."""
    found = (
        live_rules(version.mapping_set_id, version.number).order_by().values("kind").annotate(n=Count("id"))
    )
    counts = {row["kind"]: row["n"] for row in found}
    return {str(kind): counts.get(str(kind), 0) for kind in RuleKind}

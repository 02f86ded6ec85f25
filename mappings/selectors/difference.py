"""What a mapping version changes against its base, at the cost of the changes only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db.models import Q

from mappings.models import MappingRule, MappingVersion, RateSetVersion
from mappings.rules.rule import version_hash


class Hashed(Protocol):
    """A rule, stored or to come, with the hash of its content."""

    @property
    def content_sha256(self) -> Any: ...


A = TypeVar("A", bound=Hashed)
R = TypeVar("R", bound=Hashed)


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Rows added and removed, and pairs (before, after) of rules that were changed."""

    added: list[MappingRule]
    removed: list[MappingRule]
    changed: list[tuple[MappingRule, MappingRule]]

    @property
    def incoming(self) -> list[MappingRule]:
        """Rows that are new in the version: added, or the new side of a change."""
        return [*self.added, *(after for _, after in self.changed)]

    @property
    def outgoing(self) -> list[MappingRule]:
        """Rows of the base that the version no longer has."""
        return [*self.removed, *(before for before, _ in self.changed)]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def version_difference(version: MappingVersion) -> VersionDifference:
    """Compare a version with its base.

    Rows that a rejected version removed and the next one brought back cancel each other out.
    """
    return _paired(*cancelled(*new_and_gone(version)))


def new_and_gone(version: MappingVersion) -> tuple[list[MappingRule], list[MappingRule]]:
    """Rows of the version that its base lacks, and rows of the base that the version lacks."""
    base = version.base.number if version.base else 0
    rows = MappingRule.objects.filter(mapping_set_id=version.mapping_set_id)
    new = rows.filter(
        Q(until__isnull=True) | Q(until__gt=version.number), since__gt=base, since__lte=version.number
    )
    gone = rows.filter(since__lte=base, until__gt=base, until__lte=version.number)
    return list(new), list(gone)


def same_periods(version: MappingVersion | RateSetVersion) -> bool:
    """Whether the version has a base and holds for exactly its periods."""
    return version.base is not None and version.base.periods_label == version.periods_label


def version_unchanged(version: MappingVersion) -> bool:
    """Whether the version has the rules and the periods of its base."""
    return same_periods(version) and version_difference(version).is_empty


def cancelled(added: Sequence[A], removed: Sequence[R]) -> tuple[list[A], list[R]]:
    """Leave out what was removed and added with the same content, one for one."""
    if not removed or not added:
        return list(added), list(removed)
    same: dict[str, list[R]] = defaultdict(list)
    for gone in removed:
        same[gone.content_sha256].append(gone)
    left = []
    for row in added:
        twins = same.get(row.content_sha256)
        if twins:
            twins.pop()
        else:
            left.append(row)
    return left, [row for rows in same.values() for row in rows]


def _paired(added: list[MappingRule], removed: list[MappingRule]) -> VersionDifference:
    """Pair a removed rule with the one that replaces it, else with one of the same conditions."""
    by_id = {row.pk: row for row in removed}
    by_conditions: dict[str, list[MappingRule]] = defaultdict(list)
    for row in removed:
        by_conditions[row.conditions_sha256].append(row)
    pairs: list[tuple[MappingRule, MappingRule]] = []
    alone: list[MappingRule] = []
    for row in added:
        before = by_id.pop(row.replaces_id, None) if row.replaces_id else None
        if before is None:
            twins = [twin for twin in by_conditions.get(row.conditions_sha256, ()) if twin.pk in by_id]
            before = by_id.pop(twins[0].pk) if twins else None
        if before is None:
            alone.append(row)
        else:
            pairs.append((before, row))
    return VersionDifference(alone, list(by_id.values()), pairs)


def set_content(version: MappingVersion) -> dict[str, Any]:
    """What of the set decides the meaning of its rules."""
    mapping_set = version.mapping_set
    return {
        "code": mapping_set.code,
        "columns": mapping_set.columns,
        "kind": mapping_set.kind,
        "target": mapping_set.target_dimension.code,
    }


def version_content_hash(version: MappingVersion, difference: VersionDifference | None = None) -> str:
    """sha256 of the version's content: its base's hash, its changes, its periods and its set."""
    found = difference or version_difference(version)
    return version_hash(
        base=version.base.content_sha256 if version.base else "",
        removed=[row.content_sha256 for row in found.outgoing],
        added=[row.content_sha256 for row in found.incoming],
        effective=(version.effective_from, version.effective_to),
        set_content=set_content(version),
    )

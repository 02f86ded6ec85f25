"""Ties of a version's new rules against the rest, found through indexes and not by loading the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from django.db.models import Q, QuerySet

from mappings.models import MappingRule, MappingVersion
from mappings.rows import rule_of, rules_in
from mappings.rules.ambiguity import Ambiguity, find_ambiguities
from mappings.rules.rule import Rule
from mappings.selectors.versions import live_rules, live_with_conditions

MANY = 2_000
"""From so many new rules on, reading the whole version once is cheaper than asking for each."""

_FEW = 20


def version_ties(version: MappingVersion, incoming: list[MappingRule], limit: int | None) -> list[Ambiguity]:
    """Ties in which a new rule takes part; the base has none, or it would not be approved."""
    if not incoming:
        return []
    columns = version.mapping_set.column_names
    live = live_rules(version.mapping_set_id, version.number)
    among = frozenset(str(row.pk) for row in incoming)
    if len(incoming) > MANY:
        return find_ambiguities(rules_in(live), columns, limit, among)
    rules = {rule.id: rule for rule in _twins(version, incoming)}
    rules.update({rule.id: rule for rule in _candidates(live, incoming, columns, limit)})
    rules.update({str(row.pk): rule_of(row) for row in incoming})
    return find_ambiguities(rules.values(), columns, limit, among)


def _twins(version: MappingVersion, incoming: list[MappingRule]) -> Iterator[Rule]:
    """Rules with the very conditions of a new one."""
    hashes = {row.conditions_sha256 for row in incoming}
    for rows in live_with_conditions(version.mapping_set_id, version.number, hashes):
        yield from rules_in(rows)


def _candidates(
    live: QuerySet[MappingRule], incoming: list[MappingRule], columns: tuple[str, ...], limit: int | None
) -> Iterator[Rule]:
    """Rules of other conditions that could tie with a new row; none that does is left out, up to `limit`."""
    for shape, priority in sorted({(row.shape, row.priority) for row in incoming}):
        if shape.startswith("~"):
            yield from rules_in(live.filter(shape=shape, priority=priority))
        else:
            rows = [row for row in incoming if (row.shape, row.priority) == (shape, priority)]
            yield from _other_columns(live.filter(priority=priority), rows, shape.split(","), columns, limit)


def _other_columns(
    live: QuerySet[MappingRule],
    rows: list[MappingRule],
    mask: list[str],
    columns: Iterable[str],
    limit: int | None,
) -> Iterator[Rule]:
    """Exact rules over as many, but other, columns: they tie where the shared columns agree."""
    shapes = [",".join(names) for names in combinations(sorted(columns), len(mask)) if list(names) != mask]
    there = live.filter(shape__in=shapes).order_by().values_list("shape", flat=True).distinct()
    for shape in sorted(there):
        others = live.filter(shape=shape)
        shared = [column for column in mask if column in shape.split(",")]
        if not shared:
            yield from rules_in(others.filter(pk__in=list(others.values_list("pk", flat=True)[:limit])))
        elif len(rows) > _FEW:
            yield from rules_in(others)
        else:
            for row in rows:
                yield from rules_in(others.filter(_agrees(row, shared)))


def _agrees(row: MappingRule, shared: list[str]) -> Q:
    condition = Q()
    for column in shared:
        condition &= Q(**{f"conditions__{column}__is": row.conditions[column]["is"]})
    return condition

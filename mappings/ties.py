"""Ties of a version's new rules against the rest, found through indexes and not by loading the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from operator import itemgetter

from django.db.models import Q, QuerySet

from mappings.models import MappingRule, MappingVersion
from mappings.rows import rules_in, shape_of
from mappings.rules.ambiguity import Ambiguity, find_ambiguities
from mappings.rules.merge import Incoming
from mappings.rules.rule import Rule
from mappings.selectors.versions import live_rules, live_with_conditions

MANY = 2_000
"""From so many new rules on, reading the whole version once is cheaper than asking for each."""

_FEW = 20


@dataclass(frozen=True, slots=True)
class Coming:
    """What a version changes; its rules are those stored without `gone`, and these.

    `back` are rules of the base that an import brings back as they were; `empty` says that no rule is left.
    """

    incoming: list[Incoming]
    back: Sequence[Incoming] = ()
    gone: frozenset[int] = frozenset()
    empty: bool = False


def version_ties(version: MappingVersion, coming: Coming, limit: int | None) -> list[Ambiguity]:
    """Ties in which a new rule takes part; the base has none, or it would not be approved."""
    incoming = coming.incoming
    if not incoming:
        return []
    columns = version.mapping_set.column_names
    live = live_rules(version.mapping_set_id, version.number)
    rules = {new.rule.id: new.rule for new in incoming}
    among = frozenset(rules)
    if len(incoming) > MANY:
        others: Iterable[Rule] = rules_in(live)
    else:
        others = chain(_twins(version, incoming), _candidates(live, incoming, columns, limit))
    rules |= {back.rule.id: back.rule for back in coming.back}
    for rule in others:
        if int(rule.id) not in coming.gone:
            rules.setdefault(rule.id, rule)
    return find_ambiguities(rules.values(), columns, limit, among)


def _twins(version: MappingVersion, incoming: list[Incoming]) -> Iterator[Rule]:
    """Rules with the very conditions of a new one."""
    hashes = {new.conditions_sha256 for new in incoming}
    for rows in live_with_conditions(version.mapping_set_id, version.number, hashes):
        yield from rules_in(rows)


def _candidates(
    live: QuerySet[MappingRule], incoming: list[Incoming], columns: tuple[str, ...], limit: int | None
) -> Iterator[Rule]:
    """Rules of other conditions that could tie with a new one; none that does is left out, up to `limit`."""
    shaped: dict[tuple[str, int], list[Rule]] = defaultdict(list)
    for new in incoming:
        shaped[shape_of(new.rule), new.rule.priority].append(new.rule)
    for (shape, priority), rules in sorted(shaped.items(), key=itemgetter(0)):
        if shape.startswith("~"):
            yield from rules_in(live.filter(shape=shape, priority=priority))
        else:
            same = live.filter(priority=priority)
            yield from _other_columns(same, rules, shape.split(","), columns, limit)


def _other_columns(
    live: QuerySet[MappingRule],
    rules: list[Rule],
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
        elif len(rules) > _FEW:
            yield from rules_in(others)
        else:
            for rule in rules:
                yield from rules_in(others.filter(_agrees(rule, shared)))


def _agrees(rule: Rule, shared: list[str]) -> Q:
    condition = Q()
    for column in shared:
        condition &= Q(**{f"conditions__{column}__is": rule.conditions[column].as_json()["is"]})
    return condition

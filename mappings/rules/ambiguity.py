"""Ties: two rules of equal rank that match a common value. Each is an error that names the value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, islice, product
from typing import Any

from mappings.rules.conditions import Exact
from mappings.rules.faults import FaultCode, RuleError
from mappings.rules.intersection import intersect, sample
from mappings.rules.joins import candidate_pairs, join_cost
from mappings.rules.precedence import class_of, narrowness_of, narrowness_ties
from mappings.rules.rule import Rule

Mask = tuple[str, ...]
RulePair = tuple[Rule, Rule]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Two tied rules and one value for each column (None: absent) that both match."""

    rule_a: Rule
    rule_b: Rule
    witness: tuple[str | None, ...]


def find_ambiguities(
    rules: Iterable[Rule],
    columns: Sequence[str],
    limit: int | None = None,
    among: frozenset[str] | None = None,
) -> list[Ambiguity]:
    """Every tie between two of the rules, in a repeatable order, up to `limit`.

    With `among`, only ties in which one of these rule ids takes part. A tie counts even if a third
    rule beats both or both have the same target: the author must say which one is meant. Near-linear
    in the rules plus the ties found. Raises RuleError MAP-012 for an unknown column.
    """
    exact, others = _split(rules, columns)
    found = _ambiguities(exact, others, columns, among)
    return list(found) if limit is None else list(islice(found, limit))


def _split(rules: Iterable[Rule], columns: Sequence[str]) -> tuple[dict[Any, Any], dict[Any, list[Rule]]]:
    """Rules that fix all their columns, by size, columns and values; others by what ranks them."""
    known = set(columns)
    exact: dict[Any, dict[Mask, dict[Any, list[Rule]]]] = {}
    others: dict[Any, list[Rule]] = defaultdict(list)
    for rule in rules:
        conditions = rule.conditions
        if not known.issuperset(conditions):
            column = next(c for c in conditions if c not in known)
            raise RuleError(FaultCode.COLUMN, f"the mapping has no column '{column}'", column)
        if all(type(condition) is Exact for condition in conditions.values()):
            mask = tuple(conditions) if len(conditions) == 1 else tuple(sorted(conditions))
            key = tuple(conditions[column].value for column in mask)  # type: ignore[union-attr]
            sized = exact.setdefault((rule.priority, len(mask)), {})
            sized.setdefault(mask, {}).setdefault(key, []).append(rule)
        else:
            literals = narrowness_of(conditions).literals
            others[class_of(rule.priority, conditions), literals].append(rule)
    return exact, others


def _ambiguities(
    exact: dict[Any, Any],
    others: dict[Any, list[Rule]],
    columns: Sequence[str],
    among: frozenset[str] | None,
) -> Iterator[Ambiguity]:
    for sized in exact.values():
        for pair in _exact_pairs(sized):
            if among is None or not among.isdisjoint((pair[0].id, pair[1].id)):
                yield Ambiguity(*pair, _witness(*pair, columns))
    for group in others.values():
        yield from _open_ambiguities(group, columns, among)


def _exact_pairs(sized: dict[Mask, dict[Any, list[Rule]]]) -> Iterator[RulePair]:
    """Ties of exact rules of one priority and size: the same values, or no contradiction."""
    for table in sized.values():
        for same in table.values():
            if len(same) > 1:
                yield from combinations(same, 2)
    for (mask, table), (other_mask, other_table) in combinations(sized.items(), 2):
        shared = [column for column in mask if column in other_mask]
        ours, theirs = _projected(mask, table, shared), _projected(other_mask, other_table, shared)
        for key, some in ours.items():
            if key in theirs:
                yield from product(some, theirs[key])


def _projected(mask: Mask, table: dict[Any, list[Rule]], shared: list[str]) -> dict[Any, list[Rule]]:
    """The rules of a table by their values in the shared columns only."""
    places = [mask.index(column) for column in shared]
    projected: dict[Any, list[Rule]] = defaultdict(list)
    for key, rules in table.items():
        projected[tuple(key[place] for place in places)].extend(rules)
    return projected


def _open_ambiguities(
    group: list[Rule], columns: Sequence[str], among: frozenset[str] | None
) -> Iterator[Ambiguity]:
    """Ties within one class and number of literals; narrowness decides which can tie at all."""
    sizes: dict[Any, list[Rule]] = defaultdict(list)
    for rule in group:
        sizes[narrowness_of(rule.conditions)].append(rule)
    for left, right in combinations_with_replacement(sizes, 2):
        if not narrowness_ties(left, right):
            continue
        for some, others, same in _by_masks(sizes[left], sizes[right], left == right):
            for rule_a, rule_b in _distinct_pairs(some, others, same):
                if among is None or not among.isdisjoint((rule_a.id, rule_b.id)):
                    witness = _try_witness(rule_a, rule_b, columns)
                    if witness is not None:
                        yield Ambiguity(rule_a, rule_b, witness)


def _by_masks(
    left: list[Rule], right: list[Rule], same: bool
) -> Iterator[tuple[list[Rule], list[Rule], bool]]:
    """Pairs of rule lists that each constrain one set of columns; True if a list meets itself."""
    ours, theirs = _masked(left), _masked(right)
    if not same:
        for some, others in product(ours.values(), theirs.values()):
            yield some, others, False
        return
    for mask, other_mask in combinations_with_replacement(ours, 2):
        yield ours[mask], ours[other_mask], mask == other_mask


def _masked(rules: list[Rule]) -> dict[Mask, list[Rule]]:
    masked: dict[Mask, list[Rule]] = defaultdict(list)
    for rule in rules:
        masked[tuple(sorted(rule.conditions))].append(rule)
    return masked


def _distinct_pairs(left: list[Rule], right: list[Rule], same: bool) -> Iterator[RulePair]:
    """Candidate pairs through the shared column that joins best; each pair once."""
    shared = [column for column in left[0].conditions if column in right[0].conditions]
    if not shared:
        yield from product(left, right)
        return
    sides = {
        column: ([rule.conditions[column] for rule in left], [rule.conditions[column] for rule in right])
        for column in sorted(shared)
    }
    pivot = min(sides, key=lambda column: (join_cost(*sides[column]), column))
    seen: set[tuple[int, int]] = set()
    for i, j in candidate_pairs(*sides[pivot]):
        if (same and i >= j) or (i, j) in seen:
            continue
        seen.add((i, j))
        yield left[i], right[j]


def _try_witness(left: Rule, right: Rule, columns: Sequence[str]) -> tuple[str | None, ...] | None:
    """One value per column that both rules match, or None when they never meet."""
    witness: list[str | None] = []
    for column in columns:
        ours, theirs = left.conditions.get(column), right.conditions.get(column)
        if ours is not None and theirs is not None:
            common = intersect(ours, theirs)
            if common is None:
                return None
            witness.append(common.value)
        else:
            only = ours if ours is not None else theirs
            witness.append("" if only is None else sample(only).value)
    return tuple(witness)


def _witness(left: Rule, right: Rule, columns: Sequence[str]) -> tuple[str | None, ...]:
    witness = _try_witness(left, right, columns)
    assert witness is not None  # noqa: S101 - the pair was joined on all shared columns
    return witness

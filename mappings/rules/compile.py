"""Compiling rules into an exact answer for any combination of source values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

from mappings.rules.conditions import Condition, Exact, Like
from mappings.rules.faults import FaultCode, RuleError
from mappings.rules.index import ColumnIndex, Entry, Matcher, path_column
from mappings.rules.precedence import Rank, rank_of
from mappings.rules.rule import Rule, RuleKind

Values = tuple[str | None, ...]


class Outcome(StrEnum):
    """What became of a combination of source values."""

    IGNORED = "ignored"
    MAPPED = "mapped"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer: the target and sign of the winning rule, or that there is none."""

    outcome: Outcome
    target: str | None = None
    sign: int = 1
    rule_id: str | None = None


UNMAPPED = Resolution(Outcome.UNMAPPED)


class CompiledMapping:
    """Rules ready to be asked. Holds a table for exact rules and access paths for the others."""

    def __init__(self, rules: Iterable[Rule], columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self._place = {column: i for i, column in enumerate(self.columns)}
        self._exact: dict[tuple[str, ...], dict[Any, Rule]] = {}
        open_rules: list[Rule] = []
        single: dict[str, dict[Any, Rule]] = {}
        for rule in rules:
            conditions = rule.conditions
            if len(conditions) == 1:
                [(column, only)] = conditions.items()
                if type(only) is Exact:
                    self._file(single.setdefault(column, {}), only.value, rule)
                    continue
            self._check_columns(conditions)
            if not self._add_exact(rule):
                open_rules.append(rule)
        self._check_columns(single)
        self._exact.update({(column,): table for column, table in single.items()})
        self._tables = [self._table(mask) for mask in self._exact]
        self._paths = self._build_paths(open_rules)

    def resolve(self, values: Values) -> Resolution:
        """The answer for one combination, values in the order of the columns."""
        if len(values) != len(self.columns):
            raise ValueError(f"expected {len(self.columns)} values, got {len(values)}")
        best: Rule | None = None
        rank: Rank | None = None
        for pick, table in self._tables:
            found = table.get(pick(values))
            if found is not None:
                found_rank = rank_of(found)
                if rank is None or found_rank < rank:
                    best, rank = found, found_rank
        for place, path in self._paths:
            for entries in path.at(values[place]):
                for entry in entries:
                    if rank is not None and entry.rank >= rank:
                        break
                    if entry.matches(values):
                        best, rank = entry.rule, entry.rank
                        break
        return UNMAPPED if best is None else _resolution(best)

    def resolve_many(self, combinations: Iterable[Values]) -> list[Resolution]:
        """The answers in the order of the combinations."""
        resolve = self.resolve
        return [resolve(values) for values in combinations]

    def _check_columns(self, columns: Iterable[str]) -> None:
        for column in columns:
            if column not in self._place:
                raise RuleError(FaultCode.COLUMN, f"the mapping has no column '{column}'", column)

    def _add_exact(self, rule: Rule) -> bool:
        """File a rule that fixes all its columns; False for any other."""
        conditions = rule.conditions
        mask = tuple(column for column in self.columns if column in conditions)
        key: list[str | None] = []
        for column in mask:
            condition = conditions[column]
            if not isinstance(condition, Exact):
                return False
            key.append(condition.value)
        self._file(self._exact.setdefault(mask, {}), tuple(key), rule)
        return True

    @staticmethod
    def _file(table: dict[Any, Rule], key: Any, rule: Rule) -> None:
        """Keep the better of two rules for the same values; a tie is found by `find_ambiguities`."""
        other = table.setdefault(key, rule)
        if other is not rule and (rule.priority, rule.id) < (other.priority, other.id):
            table[key] = rule

    def _table(self, mask: tuple[str, ...]) -> tuple[Any, dict[Any, Rule]]:
        return itemgetter(*(self._place[column] for column in mask)), self._exact[mask]

    def _build_paths(self, rules: list[Rule]) -> list[tuple[int, ColumnIndex]]:
        paths: dict[int, ColumnIndex] = {}
        for rank, rule in sorted(((rank_of(rule), rule) for rule in rules), key=itemgetter(0)):
            conditions = dict(rule.conditions)
            column = path_column(conditions)
            entry = Entry(rank, rule, self._checks(conditions, column))
            paths.setdefault(self._place[column], ColumnIndex()).add(conditions[column], entry)
        for path in paths.values():
            path.close()
        return sorted(paths.items(), key=itemgetter(0))

    def _checks(self, conditions: dict[str, Condition], path: str) -> tuple[tuple[int, Matcher], ...]:
        """What is left to check once the access path has found the rule."""
        return tuple(
            (self._place[column], condition.matches)
            for column, condition in conditions.items()
            if column != path or isinstance(condition, Like)
        )


def _resolution(rule: Rule) -> Resolution:
    if rule.kind == RuleKind.IGNORE:
        return Resolution(Outcome.IGNORED, None, rule.sign, rule.id)
    return Resolution(Outcome.MAPPED, rule.target, rule.sign, rule.id)


def compile_rules(rules: Iterable[Rule], columns: Sequence[str]) -> CompiledMapping:
    """Compile rules over the named source columns.

    Near-linear in the number of rules. Ties are not looked for here: only versions without any are
    approved. Raises RuleError MAP-012 for a condition on a column the mapping does not have.
    """
    return CompiledMapping(rules, columns)

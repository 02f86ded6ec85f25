"""Asking a version for targets: at the cost of the values asked for, not of all its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mappings.models import MappingVersion
from mappings.rows import rules_in
from mappings.rules.compile import CompiledMapping, Resolution, Values, compile_rules
from mappings.rules.rule import Rule, exact_hash
from mappings.selectors.versions import live_rules, live_with_conditions

WORTH_READING_ALL = 5_000
"""Up to so many exact rules, looking them up one by one is not worth it."""


def reads_all(exact_rules: int, asked: int) -> bool:
    """Whether reading every rule is no dearer than looking up those of the values asked for."""
    return exact_rules <= max(WORTH_READING_ALL, asked)


class VersionResolver:
    """The rules of one version, ready to be asked; values in the order of `columns`.

    Where every rule is read, that happens once, however often it is asked.
    """

    def __init__(self, version: MappingVersion) -> None:
        self.columns = version.mapping_set.column_names
        self._version = version.mapping_set_id, version.number
        self._live = live_rules(*self._version).order_by()
        self._whole: CompiledMapping | None = None

    def resolve(self, values: Values) -> Resolution:
        """The answer for one combination."""
        return self.resolve_many([values])[0]

    def resolve_many(self, combinations: Iterable[Values]) -> list[Resolution]:
        """The answers in the order of the combinations."""
        asked = list(combinations)
        return self._compiled_for(asked).resolve_many(asked)

    def _compiled_for(self, asked: Sequence[Values]) -> CompiledMapping:
        """Every rule that can match one of the combinations, and perhaps others."""
        if self._whole is not None:
            return self._whole
        shapes = set(self._live.values_list("shape", flat=True).distinct())
        exact = {shape for shape in shapes if not shape.startswith("~")}
        if reads_all(self._live.filter(shape__in=exact).count(), len(asked)):
            self._whole = compile_rules(rules_in(self._live), self.columns)
            return self._whole
        return compile_rules(self._rules_for(asked, shapes - exact, exact), self.columns)

    def _rules_for(self, asked: Sequence[Values], others: set[str], exact: set[str]) -> Iterator[Rule]:
        yield from rules_in(self._live.filter(shape__in=others))
        for shape in exact:
            hashes = _hashes(shape.split(","), self.columns, asked)
            for rows in live_with_conditions(*self._version, hashes):
                yield from rules_in(rows)


def _hashes(mask: list[str], columns: Sequence[str], asked: Sequence[Values]) -> set[str]:
    """Hashes of the conditions of exact rules over these columns, for the values asked for."""
    places = [(column, columns.index(column)) for column in mask]
    keys = {tuple(values[place] for _, place in places) for values in asked}
    return {exact_hash(dict(zip(mask, key, strict=True))) for key in keys}


def compiled_version(version: MappingVersion) -> VersionResolver:
    """The version ready to resolve values in the order of `mapping_set.column_names`."""
    return VersionResolver(version)

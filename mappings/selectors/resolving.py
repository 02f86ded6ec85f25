"""Asking a version for targets: at the cost of the values asked for, not of all its rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mappings.models import MappingVersion
from mappings.rows import rules_in
from mappings.rules.compile import Resolution, Values, compile_rules
from mappings.rules.rule import Rule, exact_hash
from mappings.selectors.versions import live_rules, live_with_conditions

WORTH_READING_ALL = 5_000
"""Up to so many exact rules, looking them up one by one is not worth it."""


def reads_all(exact_rules: int, asked: int) -> bool:
    """Whether reading every rule is no dearer than looking up those of the values asked for."""
    return exact_rules <= max(WORTH_READING_ALL, asked)


class VersionResolver:
    """The rules of one version, ready to be asked; values in the order of `columns`."""

    def __init__(self, version: MappingVersion) -> None:
        self.columns = version.mapping_set.column_names
        self._version = version.mapping_set_id, version.number
        self._live = live_rules(*self._version).order_by()

    def resolve(self, values: Values) -> Resolution:
        """The answer for one combination."""
        return self.resolve_many([values])[0]

    def resolve_many(self, combinations: Iterable[Values]) -> list[Resolution]:
        """The answers in the order of the combinations."""
        asked = list(combinations)
        return compile_rules(self._rules_for(asked), self.columns).resolve_many(asked)

    def _rules_for(self, asked: Sequence[Values]) -> Iterator[Rule]:
        """Every rule that can match one of the combinations, and perhaps others."""
        shapes = list(self._live.values_list("shape", flat=True).distinct())
        exact = [shape for shape in shapes if not shape.startswith("~")]
        fixed = self._live.filter(shape__in=exact)
        if reads_all(fixed.count(), len(asked)):
            yield from rules_in(self._live)
            return
        yield from rules_in(self._live.filter(shape__in=set(shapes) - set(exact)))
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

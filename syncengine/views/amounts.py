"""Columns of amounts of quarantined records: what cannot be read is told in words, never as zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.core.currencies import minor_units
from portal.core.export import figure
from portal.core.views import Column
from portal.core.views.cells import money
from syncengine.selectors.groups import Amounts
from syncengine.selectors.readable import NOT_READABLE

_WORDS = format_html('<span class="muted">{}</span>', NOT_READABLE)


@dataclass(frozen=True, slots=True)
class AmountColumn(Column):
    """The amount of one record; its value is None where it cannot be read."""

    def cell(self, row: Any) -> SafeString:
        if self.raw(row) is not None:
            return Column.cell(self, row)
        return format_html('<td class="num" data-label="{}">{}</td>', self.label, _WORDS)

    def exported(self, row: Any) -> Any:
        return NOT_READABLE if self.raw(row) is None else Column.exported(self, row)


@dataclass(frozen=True, slots=True)
class AmountsColumn(Column):
    """One amount a line for each currency of a group; a group is never summed over currencies."""

    def cell(self, row: Any) -> SafeString:
        amounts: list[Amounts] = row["amounts"]
        lines = format_html_join(
            SafeString("<br>"),
            '{} <span class="muted">{}</span>',
            ((self._shown(item), self._rest(item)) for item in amounts),
        )
        return format_html('<td class="num" data-label="{}">{}</td>', self.label, lines)

    def exported(self, row: Any) -> str:
        return "; ".join(f"{self._plain(item)} {self._rest(item)}" for item in row["amounts"])

    def _sum(self, item: Amounts) -> Decimal | None:
        found: Decimal | None = getattr(item, self.name)
        return found

    def _shown(self, item: Amounts) -> SafeString:
        found = self._sum(item)
        return _WORDS if found is None else money(found, minor_units(item.currency))

    def _plain(self, item: Amounts) -> str:
        found = self._sum(item)
        return NOT_READABLE if found is None else figure(found, minor_units(item.currency))

    def _rest(self, item: Amounts) -> str:
        """The currency, and what a sum in it leaves out."""
        partly = item.left_out and self._sum(item) is not None
        return f"{item.heading}, {item.left_out}" if partly else item.heading

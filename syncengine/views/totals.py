"""Control totals as the equation they prove: source = loaded + excluded + quarantined + accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.core.currencies import currency_name, minor_units
from portal.core.export import figure
from syncengine.models import Run
from syncengine.selectors.runs import BUCKETS, Totals, loaded_word, totals_of

_NONE = Totals(0, Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of one bucket; a count leads to the rows it counts."""

    label: str
    value: Any
    url: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """One line: a measure in one currency ("" for records), its cells by bucket, and what is left over."""

    currency: str
    measure: str
    cells: list[Cell]
    difference: Any
    places: int

    @property
    def heading(self) -> str:
        return currency_name(self.currency) or "All currencies"

    @property
    def is_money(self) -> bool:
        return self.measure != "records"

    @property
    def verdict(self) -> str:
        return "does_not_tie" if self.difference else "ties"


@dataclass(frozen=True, slots=True)
class Tally:
    """All lines of a run; without any the run has not counted yet."""

    lines: list[Equation]

    @property
    def verdict(self) -> str:
        return "does_not_tie" if any(line.difference for line in self.lines) else "ties"

    @property
    def untied(self) -> list[Equation]:
        return [line for line in self.lines if line.difference]


def labels_of(run: Run) -> tuple[str, ...]:
    """What the buckets are called; of a dry or held run nothing is called loaded."""
    return ("Source", loaded_word(run).capitalize(), "Excluded by rule", "Quarantined", "Accepted unloaded")


def tally_of(run: Run, urls: Sequence[str]) -> Tally:
    """Recomputed from the stored totals, so that a difference of 0.01 shows wherever it comes from.

    `urls` lead to the rows of each bucket.
    """
    totals = totals_of(run)
    currencies = sorted({currency for found in totals.values() for currency in found})
    if not currencies:
        return Tally([])
    labels, lines = labels_of(run), []
    if len(currencies) > 1:
        counts = [sum(item.records for item in totals[bucket].values()) for bucket in BUCKETS]
        lines.append(_equation(labels, "", "records", counts, 0, urls))
    for currency in currencies:
        row = [totals[bucket].get(currency, _NONE) for bucket in BUCKETS]
        places = minor_units(currency)
        lines.append(_equation(labels, currency, "records", [item.records for item in row], 0, urls))
        lines.append(_equation(labels, currency, "debit", [item.debit for item in row], places))
        lines.append(_equation(labels, currency, "credit", [item.credit for item in row], places))
    return Tally(lines)


def _equation(
    labels: Sequence[str],
    currency: str,
    measure: str,
    values: list[Any],
    places: int,
    urls: Sequence[str] = (),
) -> Equation:
    links = urls or [""] * len(BUCKETS)
    cells = [Cell(*triple) for triple in zip(labels, values, links, strict=True)]
    return Equation(currency, measure, cells, values[0] - sum(values[1:], type(values[0])(0)), places)


def totals_table(run: Run) -> tuple[list[str], list[Sequence[Any]]]:
    """Heading and rows of the CSV: one row for each currency and bucket."""
    rows: list[Sequence[Any]] = []
    for bucket, found in totals_of(run).items():
        for currency, item in sorted(found.items()):
            amounts = (item.debit, item.credit, item.debit - item.credit)
            figures = [figure(amount, minor_units(currency)) for amount in amounts]
            rows.append([run.ref, bucket, currency, item.records, *figures])
    return ["run", "bucket", "currency", "records", "debit", "credit", "net"], rows

"""Writes the demo organisation into a folder: extract, trial balance, master data, rules, rates, manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from syncengine.demo import faults
from syncengine.demo.chart import (
    ACCOUNTS,
    COST_CENTERS,
    DEPARTMENTS,
    ENTITIES,
    GROUP_CURRENCY,
    PLANNING_LINES,
)
from syncengine.demo.journals import Line, ledger
from syncengine.demo.rates import rates
from syncengine.demo.rules import explicit_rules

SEED = 20250101
MANIFEST = "halden.yaml"
_PLANNING = '{url: "sqlite:halden/planning.sqlite3"}'


@dataclass(frozen=True, slots=True)
class Extract:
    """The lines posted and the lines delivered; `misspelt` is the journal and line of the bad amount."""

    posted: list[Line]
    delivered: list[Line]
    misspelt: tuple[str, int]


def extract(seed: int = SEED) -> Extract:
    """The year with its faults. Cost center faults are the ledger's own; the rest are the extract's alone."""
    posted = ledger(seed)
    faults.expire_cost_centers(posted)
    delivered = [copy(line) for line in posted]
    faults.flip_sign(delivered)
    faults.lose_line(delivered)
    misspelt = faults.misspelt_line(delivered)
    return Extract(posted, delivered, (misspelt.journal, misspelt.number))


def write(folder: Path, seed: int = SEED, planning: Mapping[str, str] | None = None) -> Path:
    """Write all files; the same seed gives the same bytes. Returns the manifest's path.

    `planning` is the configuration of another planning database than the SQLite file beside the manifest.
    """
    year = extract(seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(
        folder / "journal_lines.csv", _JOURNAL, (_journal_row(line, year.misspelt) for line in year.delivered)
    )
    _write_csv(folder / "trial_balance.csv", _BALANCE, _trial_balance(year.posted))
    _write_csv(
        folder / "rates.csv", ("rate_type", "from_currency", "to_currency", "period", "rate"),
        (
            (each.rate_type, each.currency, GROUP_CURRENCY, each.period, str(each.rate))
            for each in faults.drop_rate(rates(seed))
        ),
    )  # fmt: skip
    _write_csv(folder / "planning_rules.csv", ("account", "target", "label"), explicit_rules())
    _write_master_data(folder)
    manifest = folder / MANIFEST
    text = Path(__file__).with_name(MANIFEST).read_text(encoding="utf-8")
    if planning:
        inline = ", ".join(f'{key}: "{value}"' for key, value in planning.items())
        text = text.replace(_PLANNING, f"{{{inline}}}")
    manifest.write_bytes(text.encode())
    return manifest


_JOURNAL = (
    "journal", "line", "entity", "posting_date", "period", "account", "cost_center", "currency", "debit",
    "credit", "text",
)  # fmt: skip
_BALANCE = ("entity", "account", "currency", "period", "debit", "credit")


def _journal_row(line: Line, misspelt: tuple[str, int]) -> Sequence[str]:
    debit = str(line.debit)
    if (line.journal, line.number) == misspelt:
        debit = faults.misspell(debit)
    return (
        line.journal, str(line.number), line.entity, line.posting_date, line.period, line.account,
        line.cost_center, line.currency, debit, str(line.credit), line.text,
    )  # fmt: skip


def _trial_balance(lines: Iterable[Line]) -> list[Sequence[str]]:
    """Debit and credit by entity, account, currency and period, of what was truly posted."""
    sums: dict[tuple[str, str, str, str], tuple[Decimal, Decimal]] = {}
    for line in lines:
        key = (line.entity, line.account, line.currency, line.period)
        debit, credit = sums.get(key, (Decimal("0.00"), Decimal("0.00")))
        sums[key] = (debit + line.debit, credit + line.credit)
    return [(*key, str(debit), str(credit)) for key, (debit, credit) in sorted(sums.items())]


def _write_master_data(folder: Path) -> None:
    _write_csv(
        folder / "entities.csv", ("entity", "name", "country", "currency"),
        ((each.code, each.name, each.country, each.currency) for each in ENTITIES),
    )  # fmt: skip
    _write_csv(
        folder / "accounts.csv", ("account", "name", "group", "kind", "valid_from"),
        ((each.code, each.name, each.group, each.kind, each.valid_from) for each in ACCOUNTS),
    )  # fmt: skip
    centers = [(code, name, "", "") for code, name in DEPARTMENTS]
    centers += [(each.code, each.name, each.parent, each.valid_to) for each in COST_CENTERS]
    _write_csv(folder / "cost_centers.csv", ("cost_center", "name", "parent", "valid_to"), centers)
    _write_csv(folder / "planning_lines.csv", ("line", "name"), PLANNING_LINES)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """UTF-8, comma, LF. The file appears complete or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    draft = path.with_suffix(".part")
    draft.write_bytes(text.getvalue().encode())
    draft.replace(path)

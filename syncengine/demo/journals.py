"""Balanced journals of one fiscal year, drawn from templates that look like a manufacturer's ledger."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from syncengine.demo.chart import (
    ACCOUNTS,
    COST_CENTERS,
    CURRENCIES,
    ENTITIES,
    NO_COST_CENTER,
    YEAR,
    Entity,
)
from syncengine.demo.dice import Dice

LINES_PER_PERIOD = 2_000
PERIODS = tuple(f"{YEAR}-{month:02d}" for month in range(1, 13))
_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")


@dataclass(slots=True)
class Line:
    """One journal line; exactly one of debit and credit is above zero. Amounts in `currency`."""

    journal: str
    number: int
    entity: str
    posting_date: str
    period: str
    account: str
    cost_center: str
    currency: str
    debit: Decimal
    credit: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """How a kind of journal looks: several drawn lines on one side, one counter line on the other.

    `pool` names account groups, `amount` is a range in whole units of currency, `tax` the group of the VAT
    account. `departments` are where its cost centers come from; balance sheet lines have none.
    """

    kind: str
    text: str
    weight: int
    drawn_side: str
    pool: tuple[str, ...]
    counter: str
    lines: tuple[int, int]
    amount: tuple[int, int]
    departments: tuple[str, ...]
    tax: str = ""


_ALL = ("PROD", "SALES", "RND", "SERV", "ADMIN")
_TRADE = ("SALES", "SERV")
_OVERHEAD = (
    "Premises", "Information technology", "Marketing", "Travel", "Professional fees", "Other operating",
)  # fmt: skip
_EXPENSES = Template(
    "EX", "Supplier invoice", 26, "debit", _OVERHEAD, "2000", (1, 4), (40, 9_000), _ALL, "1200"
)

_SALES = ("Product revenue", "Service revenue", "License revenue")
_PURCHASES = ("Materials", "Subcontracting", "Freight")
_WAGES = ("Salaries", "Social security", "Pensions", "Production wages")
_INVESTMENTS = ("Fixed assets", "Intangible assets", "Inventory", "Prepayments")
_LOANS = ("Borrowings", "Provisions", "Accrued expenses")
_MONTH_END = ("Warranty", "Inventory changes", "Other personnel")
_FINANCIAL = ("Interest", "Exchange differences", "Income tax")

TEMPLATES = (
    _EXPENSES,
    Template("BP", "Payment", 9, "debit", ("Trade payables",), "1000", (1, 2), (200, 40_000), ()),
    Template("BR", "Receipt", 9, "credit", ("Trade receivables",), "1000", (1, 2), (300, 60_000), ()),
    Template(
        "CN", "Credit note", 3, "debit", ("Revenue deductions",), "1100", (1, 2), (50, 4_000), _TRADE, "2100"
    ),
    Template(
        "DP", "Depreciation", 3, "debit", ("Depreciation", "Amortisation"), "1710", (2, 4), (300, 9_000), _ALL
    ),
    Template("FA", "Investment", 2, "debit", _INVESTMENTS, "2000", (1, 2), (500, 25_000), (), "1200"),
    Template("FI", "Bank interest and tax", 2, "debit", _FINANCIAL, "1000", (1, 2), (20, 3_000), ("ADMIN",)),
    Template(
        "IC", "Recharge", 2, "credit", ("Intercompany revenue",), "1500", (1, 2), (900, 20_000), ("ADMIN",)
    ),
    Template(
        "IP", "Group goods", 2, "debit", ("Intercompany purchases",), "2500", (1, 1), (900, 20_000), ("PROD",)
    ),
    Template("LN", "Loans and provisions", 1, "debit", _LOANS, "1000", (1, 2), (500, 20_000), ()),
    Template("MS", "Month end", 3, "debit", _MONTH_END, "2240", (1, 3), (100, 7_000), _ALL),
    Template("OI", "Other income", 2, "credit", ("Other income",), "1020", (1, 1), (60, 5_000), ("ADMIN",)),
    Template(
        "PI", "Material invoice", 12, "debit", _PURCHASES, "2000", (1, 3), (150, 22_000), ("PROD",), "1200"
    ),
    Template("PY", "Payroll", 9, "debit", _WAGES, "2130", (3, 6), (2_000, 30_000), _ALL),
    Template("SI", "Customer invoice", 24, "credit", _SALES, "1100", (1, 3), (400, 48_000), _TRADE, "2100"),
)

_BALANCE_SHEET = {account.code for account in ACCOUNTS if account.kind == "balance_sheet"}


def ledger(seed: int) -> list[Line]:
    """All lines of the year as they were truly posted, in posting order.

    Every journal balances in its own entity and currency. There are 2,000 lines a period, and one more in
    November: the one that the extract will lose (see `faults`).
    """
    dice = Dice(seed)
    lines: list[Line] = []
    for period in PERIODS:
        wanted = LINES_PER_PERIOD + (1 if period.endswith("-11") else 0)
        lines.extend(_Month(dice, period).draw(wanted))
    return lines


class _Month:
    """Draws the journals of one period."""

    def __init__(self, dice: Dice, period: str) -> None:
        self.dice = dice
        self.period = period
        self.days = calendar.monthrange(YEAR, int(period[-2:]))[1]
        self.count = 0
        start = f"{period}-01"
        self.accounts: dict[str, list[str]] = {}
        for account in ACCOUNTS:
            if account.valid_from <= start:
                self.accounts.setdefault(account.group, []).append(account.code)
        self.centers: dict[str, list[str]] = {}
        for center in COST_CENTERS:
            if center.code != NO_COST_CENTER and (not center.valid_to or center.valid_to >= start):
                self.centers.setdefault(center.parent, []).append(center.code)

    def draw(self, wanted: int) -> list[Line]:
        """Exactly `wanted` lines, sorted by day and journal."""
        lines: list[Line] = []
        while wanted - len(lines) > 9:
            template = self.dice.weighted(TEMPLATES, [each.weight for each in TEMPLATES])
            lines.extend(self._journal(template, self.dice.between(*template.lines), taxed=True))
        # The last journal takes what is left (2 to 9 lines: no template draws more than 8).
        lines.extend(self._journal(_EXPENSES, wanted - len(lines) - 1, taxed=False))
        return sorted(lines, key=lambda line: (line.posting_date, line.journal, line.number))

    def _journal(self, template: Template, drawn: int, *, taxed: bool) -> list[Line]:
        entity = self.dice.weighted(ENTITIES, [each.weight for each in ENTITIES])
        currency = entity.currency if self.dice.below(100) >= 8 else self.dice.pick(CURRENCIES)
        day = f"{self.period}-{self.dice.between(1, self.days):02d}"
        self.count += 1
        journal = f"{template.kind}{self.period[2:4]}{self.period[-2:]}{self.count:05d}"
        drawn_debit = template.drawn_side == "debit"
        entries = [(account, amount, drawn_debit) for account, amount in self._drawn(template, drawn, entity)]
        if template.tax and taxed:
            net = sum((amount for _, amount, _ in entries), _ZERO)
            tax = (net * entity.vat_percent / 100).quantize(_CENT, ROUND_HALF_UP)
            entries.append((template.tax, tax, drawn_debit))
        total = sum((amount for _, amount, _ in entries), _ZERO)
        entries.append((template.counter, total, not drawn_debit))
        return [
            Line(
                journal, number, entity.code, day, self.period, account, self._center(template, account),
                currency, amount if debit else _ZERO, _ZERO if debit else amount, template.text,
            )
            for number, (account, amount, debit) in enumerate(entries, start=1)
        ]  # fmt: skip

    def _drawn(self, template: Template, drawn: int, entity: Entity) -> Iterator[tuple[str, Decimal]]:
        low, high = template.amount
        for _ in range(drawn):
            amount = Decimal(self.dice.between(low * 100, high * 100) * entity.scale) * _CENT
            yield self.dice.pick(self.accounts[self.dice.pick(template.pool)]), amount

    def _center(self, template: Template, account: str) -> str:
        if account in _BALANCE_SHEET:
            return NO_COST_CENTER
        return self.dice.pick(self.centers[self.dice.pick(template.departments)])

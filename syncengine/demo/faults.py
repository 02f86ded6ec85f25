"""The natural faults of the demo year: what is wrong, where, and what a run must find."""

from __future__ import annotations

from dataclasses import dataclass

from syncengine.demo.chart import ACCOUNTS, EXPIRED_COST_CENTER, NEW_ACCOUNTS, YEAR
from syncengine.demo.journals import Line
from syncengine.demo.rates import Rate


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `code` is that of the quarantined records, or REC where only reconciliation sees it."""

    name: str
    code: str
    periods: tuple[str, ...]
    what: str
    effect: str


UNMAPPED = Fault(
    "unmapped accounts", "MAP-001", tuple(f"{YEAR}-{month:02d}" for month in range(7, 13)),
    f"Accounting opened {NEW_ACCOUNTS[0].code} in July, {NEW_ACCOUNTS[1].code} in October; no rule has them.",
    "Every line on them is quarantined until a mapping version covers them.",
)  # fmt: skip
EXPIRED = Fault(
    "expired cost center", "MDM-002", (f"{YEAR}-08",),
    f"Three August lines are posted to cost center {EXPIRED_COST_CENTER}, which closed on 30 June.",
    "The three lines are quarantined until the cost center is extended or the lines are corrected.",
)  # fmt: skip
MISSING_RATE = Fault(
    "missing rate", "FX-001", (f"{YEAR}-09",),
    "Treasury did not deliver the average CHF rate of September.",
    "Every mapped September line in CHF is quarantined until a rate set version has the rate.",
)  # fmt: skip
BAD_AMOUNT = Fault(
    "bad amount", "DQ-001", (f"{YEAR}-04",),
    "One April expense is written with a decimal comma and a thousands point.",
    "The line is quarantined and never guessed at; the trial balance shows its amount as a difference.",
)  # fmt: skip
FLIPPED_SIGN = Fault(
    "flipped sign", "REC", (f"{YEAR}-05",),
    "One May expense stands on the credit side instead of the debit side.",
    "The line loads; the trial balance shows a difference on its account in debit and in credit.",
)  # fmt: skip
MISSING_LINE = Fault(
    "missing line", "REC", (f"{YEAR}-11",),
    "One November expense is in the ledger, but the extract lost it.",
    "Nothing in the file shows it; the trial balance does, on its account.",
)  # fmt: skip
FAULTS = (BAD_AMOUNT, FLIPPED_SIGN, EXPIRED, MISSING_RATE, UNMAPPED, MISSING_LINE)

_EXPENSES = {account.code for account in ACCOUNTS if account.code.startswith("6")}
_NEW = {account.code for account in NEW_ACCOUNTS}


def _expense(lines: list[Line], fault: Fault) -> Line:
    """The first ordinary expense in euro of the fault's period, one that no other fault touches."""
    return next(
        line for line in lines
        if line.period in fault.periods and line.account in _EXPENSES - _NEW and line.currency == "EUR"
        and line.debit >= 1_000 and line.cost_center != EXPIRED_COST_CENTER
    )  # fmt: skip


def expire_cost_centers(lines: list[Line]) -> None:
    """Post three lines to the closed cost center, in the ledger itself: the trial balance has them too."""
    for _ in range(3):
        _expense(lines, EXPIRED).cost_center = EXPIRED_COST_CENTER


def flip_sign(lines: list[Line]) -> None:
    """Swap the sides of one line of the extract."""
    line = _expense(lines, FLIPPED_SIGN)
    line.debit, line.credit = line.credit, line.debit


def lose_line(lines: list[Line]) -> None:
    """Drop one line of the extract."""
    lines.remove(_expense(lines, MISSING_LINE))


def misspelt_line(lines: list[Line]) -> Line:
    """The line whose debit the extract writes as 1.234,56."""
    return _expense(lines, BAD_AMOUNT)


def misspell(amount: str) -> str:
    """`1234.56` as a spreadsheet of another country writes it."""
    whole, cents = amount.split(".")
    return f"{int(whole):,}".replace(",", ".") + "," + cents


def drop_rate(rates: list[Rate]) -> list[Rate]:
    """The delivered rates: all but one."""
    period = MISSING_RATE.periods[0]
    return [
        rate for rate in rates if (rate.rate_type, rate.currency, rate.period) != ("average", "CHF", period)
    ]

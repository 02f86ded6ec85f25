"""What the demo year came to, from the database: totals that tie, proofs, faults found, who signs in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from syncengine.demo.cast import PARTS, PASSWORD
from syncengine.demo.faults import FAULTS, Fault
from syncengine.demo.journals import PERIODS
from syncengine.demo.year import FLOW, confirmed_runs
from syncengine.models import Run
from syncengine.runsummary import amount_text
from syncengine.selectors.runs import BUCKETS, Totals, sum_of, totals_of
from syncengine.states import RunState

_ENDS = BUCKETS[1:]


def lines() -> Iterator[str]:
    """The summary, line by line."""
    runs = confirmed_runs()
    yield f"Halden Group, {FLOW}, fiscal year {PERIODS[0][:4]}"
    yield ""
    yield from _by_period(runs)
    yield ""
    yield from _by_currency(runs)
    yield ""
    yield "The faults of the year and where they came up:"
    for fault in FAULTS:
        yield from _fault(fault, runs)
    yield ""
    yield f"Sign in as (password {PASSWORD}):"
    for username, part in PARTS.items():
        yield f"  {username:<8} {part}"


def untied() -> list[str]:
    """Periods without a confirmed run, or whose source is not loaded + quarantined + excluded + accepted."""
    runs = confirmed_runs()
    return [
        period
        for period in PERIODS
        if period not in runs or not all(_ties(found) for found in _per_currency(runs[period]).values())
    ]


def verdict() -> str:
    """What is proven and what is not, in one sentence each: a difference is never called a tie."""
    runs = confirmed_runs()
    differing = [period for period, run in sorted(runs.items()) if run.state == RunState.UNRECONCILED]
    said = (
        f"Ties out: in {len(runs)} of {len(PERIODS)} months source = loaded + quarantined + excluded + "
        "accepted, in records and to the cent, and the target confirms it."
    )
    if differing:
        said += (
            f"\nDiffers: {len(differing)} months do not agree with the trial balance "
            f"({', '.join(differing)}); the faults above name every balance."
        )
    return said


def _per_currency(run: Run) -> dict[str, dict[str, Totals]]:
    """Totals by currency and bucket; an absent one is zero."""
    nothing = Totals(0, Decimal(0), Decimal(0))
    totals = totals_of(run)
    currencies = sorted({currency for found in totals.values() for currency in found})
    return {
        currency: {bucket: totals[bucket].get(currency, nothing) for bucket in BUCKETS}
        for currency in currencies
    }


def _ties(found: dict[str, Totals]) -> bool:
    return found["source"] == sum_of(found[bucket] for bucket in _ENDS)


def _by_period(runs: dict[str, Run]) -> Iterator[str]:
    heads = ("source", "loaded", "quarantined", "excluded", "accepted")
    yield "records  run       " + "".join(f"{head:>13}" for head in heads) + "  ties  target      ledger"
    totals = dict.fromkeys(heads, 0)
    for period in PERIODS:
        run = runs.get(period)
        if run is None:
            yield f"{period}  not run"
            continue
        found = {bucket: sum_of(items.values()).records for bucket, items in totals_of(run).items()}
        for head in heads:
            totals[head] += found[head]
        tied = "yes" if found["source"] == sum(found[end] for end in _ENDS) else "NO"
        counts = "".join(f"{found[head]:>13,}" for head in heads)
        yield f"{period}  {run.ref}{counts}  {tied:<4}  {run.confirmation:<10}  {_reconciliation(run)}"
    yield "year              " + "".join(f"{totals[head]:>13,}" for head in heads)


def _reconciliation(run: Run) -> str:
    if run.reconciliation == "differences":
        return f"{run.reconciliation_differences} of {run.reconciliation_keys:,} balances differ"
    if run.reconciliation == "reconciled":
        return f"{run.reconciliation_keys:,} balances agree"
    return "completeness not proven"


def _by_currency(runs: dict[str, Run]) -> Iterator[str]:
    """Source = loaded + quarantined + excluded + accepted, in each currency, over the year."""
    sums: dict[str, dict[str, list[Totals]]] = {}
    for run in runs.values():
        for currency, found in _per_currency(run).items():
            for bucket, item in found.items():
                sums.setdefault(currency, {name: [] for name in BUCKETS})[bucket].append(item)
    columns = ("source", "loaded", "quarantined", "excluded", "accepted")
    yield "amounts           " + "".join(f"{column:>18}" for column in columns) + "  ties"
    for currency, buckets in sorted(sums.items()):
        totals = {bucket: sum_of(items) for bucket, items in buckets.items()}
        tied = "yes" if _ties(totals) else "NO"
        for side in ("debit", "credit"):
            amounts = [f"{_money(getattr(totals[column], side)):>18}" for column in columns]
            yield f"{currency}  {side:<12} " + "".join(amounts) + f"  {tied}"


def _money(amount: Decimal) -> str:
    """With a narrow separator for people: 1,234.50."""
    whole, _, cents = amount_text(amount).partition(".")
    return f"{int(whole):,}.{cents}" if not whole.startswith("-0") else f"-0.{cents}"


def _fault(fault: Fault, runs: dict[str, Run]) -> Iterator[str]:
    yield f"  {fault.name}: {fault.what}"
    found = [text for period in fault.periods if (run := runs.get(period)) for text in _found(fault, run)]
    for text in found or ["not found any more: it was mended"]:
        yield f"    {text}"


def _found(fault: Fault, run: Run) -> Iterator[str]:
    held = run.quarantined_by_code.get(fault.code)
    if held:
        yield f"{run.period} {run.ref}: {held['records']} quarantined, {fault.code}"
    if fault.code in ("REC", "DQ-001"):
        for each in run.differences.all():
            key = " ".join(str(part) for part in each.key.values())
            amounts = f"{amount_text(each.actual)} in the extract, {amount_text(each.expected)} in the"
            yield f"{run.period} {run.ref}: {each.measure} of {key} is {amounts} trial balance"

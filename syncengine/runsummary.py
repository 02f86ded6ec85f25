"""A run in one JSON object: what `flow_run --json` prints and other programs read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.core.canonical import decimal_text
from syncengine.models import Run
from syncengine.selectors.runs import Totals, sum_of, totals_of


def amount_text(value: Decimal) -> str:
    """Plain decimal text with at least two decimals, so that 950 reads as an amount: 950.00."""
    text = decimal_text(value)
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "records": totals.records,
        "debit": amount_text(totals.debit),
        "credit": amount_text(totals.credit),
    }


def seconds_by_stage(run: Run) -> dict[str, float]:
    """Duration of each stage in the attempt that finished it last."""
    return {row.stage: row.milliseconds / 1000 for row in run.stages.order_by("attempt", "id")}


def run_summary(run: Run) -> dict[str, Any]:
    """Amounts are texts; with several currencies the sums over them stand beside `by_currency`."""
    totals = totals_of(run)
    summary: dict[str, Any] = {
        "run": run.ref,
        "flow": run.flow.code,
        "period": run.period or None,
        "state": run.state,
        "mapping_hash": run.mapping_hash or None,
        "output_hash": run.output_hash or None,
        "totals": {bucket: _totals(sum_of(found.values())) for bucket, found in totals.items()},
        "quarantined_by_code": {code: row["records"] for code, row in run.quarantined_by_code.items()},
        "target_rows": run.target_rows,
        "target_net": None if run.target_net is None else amount_text(run.target_net),
        "confirmation": run.confirmation or None,
        "reconciliation": {
            "outcome": run.reconciliation or None,
            "keys": run.reconciliation_keys,
            "differences": run.reconciliation_differences,
        },
        "seconds": seconds_by_stage(run),
    }
    currencies = {currency for found in totals.values() for currency in found}
    if len(currencies) > 1:
        summary["by_currency"] = {
            bucket: {currency: _totals(item) for currency, item in sorted(found.items())}
            for bucket, found in totals.items()
        }
    if run.error_code:
        summary["error"] = {"code": run.error_code, "message": run.error_message, "place": run.error_place}
    return summary

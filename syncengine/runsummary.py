"""A run in one JSON object: what `flow_run --json` prints and other programs read."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from portal.core.canonical import decimal_text
from syncengine.models import Run
from syncengine.selectors.releases import release_of
from syncengine.selectors.runs import Totals, reading_of, retry_of, sum_of, totals_of, warnings_of


def amount_text(value: Decimal) -> str:
    """Plain decimal text with at least two decimals, so that 950 reads as an amount: 950.00."""
    text = decimal_text(value)
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


def _totals(totals: Totals, currencies: int = 1) -> dict[str, Any]:
    """Amounts of several currencies have no sum."""
    mixed = currencies > 1
    return {
        "records": totals.records,
        "debit": None if mixed else amount_text(totals.debit),
        "credit": None if mixed else amount_text(totals.credit),
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds") if at else None


def seconds_by_stage(run: Run) -> dict[str, float]:
    """Duration of each stage in the attempt that finished it last."""
    return {row.stage: row.milliseconds / 1000 for row in run.stages.order_by("attempt", "id")}


def run_summary(run: Run) -> dict[str, Any]:
    """Amounts are texts; those of a bucket in several currencies are null, `by_currency` has them."""
    totals = totals_of(run)
    currencies = {currency for found in totals.values() for currency in found}
    summary: dict[str, Any] = {
        "run": run.ref,
        "flow": run.flow.code,
        "period": run.period or None,
        "dry_run": run.dry_run,
        "state": run.state,
        "mapping_hash": run.mapping_hash or None,
        "output_hash": run.output_hash or None,
        "source_records_read": reading_of(run).source,
        "totals": {bucket: _totals(sum_of(found.values()), len(found)) for bucket, found in totals.items()},
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
        "warnings": [{"code": str(item.code), "message": item.message} for item in warnings_of(run)],
    }
    if len(currencies) > 1:
        summary["by_currency"] = {
            bucket: {currency: _totals(item) for currency, item in sorted(found.items())}
            for bucket, found in totals.items()
        }
    retry = retry_of(run)
    if retry is not None:
        summary["retry"] = {"failed": retry.failed, "allowed": retry.allowed, "at": _moment(retry.at)}
    release = release_of(run)
    if release is not None:
        summary["release"] = asdict(release)
    if run.error_code:
        summary["error"] = {"code": run.error_code, "message": run.error_message, "place": run.error_place}
    return summary

"""The explicit mapping rules of the demo; all other kinds stand in the manifest."""

from __future__ import annotations

from syncengine.demo.chart import ACCOUNTS, NEW_ACCOUNTS

_EXPLICIT = {
    "Product revenue": "REV-PRODUCT",
    "Service revenue": "REV-SERVICE",
    "Revenue deductions": "REV-DEDUCT",
    "Other income": "REV-OTHER",
    "Intercompany revenue": "IC-REVENUE",
    "Intercompany purchases": "IC-PURCHASE",
    "Other operating": "OPEX-OTHER",
}


def explicit_rules() -> list[tuple[str, str, str]]:
    """Account, planning line, label; the accounts opened during the year are missing, as in life."""
    return [
        (account.code, _EXPLICIT[account.group], account.name)
        for account in ACCOUNTS
        if account.group in _EXPLICIT and account not in NEW_ACCOUNTS
    ]

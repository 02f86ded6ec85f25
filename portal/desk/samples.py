"""Sample data of the styleguide: one of everything, so that each component is tested where it is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from portal.core.errors import Fault, Faults, Invalid
from portal.core.forms import ActionForm, CodeField, TextField
from portal.core.statuses import STATUSES
from portal.core.views import Action, Column, Empty, Fact
from portal.desk.ports import Kpi


@dataclass(frozen=True, slots=True)
class SampleRow:
    account: str
    name: str
    state: str
    period: dt.date
    debit: Decimal
    credit: Decimal
    records: int


@dataclass(frozen=True, slots=True)
class SampleDifference:
    field: str
    before: str | None
    after: str | None
    kind: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class SampleFinding:
    level: str
    code: str
    message: str
    place: str = ""


class SampleForm(ActionForm):
    code = CodeField(label="Code")
    name = TextField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=[("erp", "ERP"), ("planning", "Planning")])
    valid_from = forms.DateField(label="Valid from", widget=forms.DateInput(attrs={"type": "date"}))
    notify = forms.BooleanField(label="Tell the steward", required=False)
    file = forms.FileField(label="CSV file", required=False, help_text="Up to 5 MB, UTF-8.")


COLUMNS = (
    Column("account", "Account", kind="code", primary=True, link=lambda row: "#tables"),
    Column("name", "Name", clip=True),
    Column("state", "Status", kind="status"),
    Column("period", "Effective", kind="date"),
    Column("records", "Records", kind="count"),
    Column("debit", "Debit", kind="money", unit="USD"),
    Column("credit", "Credit", kind="money", unit="USD"),
)
ROWS = (
    SampleRow(
        "4810200",
        "Salaries, academic",
        "mapping",
        dt.date(2026, 1, 1),
        Decimal("1688167.67"),
        Decimal("-12.5"),
        1598,
    ),
    SampleRow(
        "6480",
        "Travel, domestic",
        "completed_with_exceptions",
        dt.date(2026, 1, 1),
        Decimal("949643.52"),
        Decimal("717951.02"),
        950,
    ),
    SampleRow(
        "7000", "Capital equipment", "open", dt.date(2026, 2, 1), Decimal("17898"), Decimal("734292.91"), 84
    ),
)


def _form() -> SampleForm:
    form = SampleForm({"code": "bad code", "name": "North ledger", "kind": "erp"})
    form.is_valid()
    return form


def _parts() -> dict[str, Any]:
    return {
        "kpis": [
            Kpi("Waiting for my decision", 3, "#numbers", "info"),
            Kpi("Open exceptions", 1248, "#numbers", "bad", "oldest 12 d"),
            Kpi("Ownership gaps", 0, "#numbers", "good"),
            Kpi("Flows that tie", 12, "#numbers"),
        ],
        "facts": [
            Fact("Owner team", "Group accounting"),
            Fact("Status", "active", kind="status"),
            Fact("Valid from", dt.date(2026, 1, 1), kind="date"),
            Fact("Amount", Decimal("-560074.91"), kind="money"),
        ],
        "sample_actions": [
            Action("Register", "#buttons", "primary", "plus"),
            Action("Approve", "#buttons", "good", "check"),
            Action("Reject", "#buttons", "danger"),
            Action("Cancel", "#buttons"),
            Action("Run now", "#", why="the mapping version is not approved yet."),
        ],
    }


def styleguide_samples() -> dict[str, Any]:
    """Values for desk/styleguide.html."""
    refusal = Invalid("API-005", "The end date lies before the start date.", place="valid_to")
    faults = Faults(
        [
            Fault("API-011", "The text contains the character U+202E.", "rules.csv line 17"),
            Fault("API-005", "'１２' is not a plain decimal number.", "rules.csv line 40"),
        ]
    )
    return {
        "statuses": list(STATUSES),
        "tones": ("good", "info", "warn", "bad", "plain"),
        "columns": COLUMNS,
        "rows": ROWS,
        **_parts(),
        "sample_form": _form(),
        "refusal": refusal,
        "faults": faults,
        "empty": Empty("Nothing waits for you.", "New work appears here as it arrives."),
        "differences": [
            SampleDifference("target", "TRAVEL", "GENEX", "changed", "rule 6000–6999"),
            SampleDifference("effective_from", "2024-01-01", "2026-12-01", "changed"),
            SampleDifference("rule 8000–8999", None, "ignore: balance sheet accounts", "added"),
            SampleDifference("rule 9100", "map to OTHER", None, "removed"),
        ],
        "findings": [
            SampleFinding("error", "API-005", "The target member TRAVL does not exist.", "rule 12"),
            SampleFinding("warning", "API-409", "Another change on the same set is under review."),
        ],
    }

"""Forms of flows, runs and quarantined records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.core.forms import ActionForm, CodeField, TextField, reason_field
from portal.people.models import Person
from syncengine.definitiontext import MAX_TEXT

LIMIT = 10_000  # records of one act
DRY, REAL = "dry", "real"


def definition_field() -> forms.CharField:
    widget = forms.Textarea(
        attrs={"rows": 32, "class": "mono", "spellcheck": "false", "autocapitalize": "none", "wrap": "off"}
    )
    return forms.CharField(
        label="Definition",
        max_length=MAX_TEXT,
        strip=False,
        widget=widget,
        help_text="YAML. Every fault is named with its line; nothing is saved while there is one.",
    )


class VersionForm(ActionForm):
    """The definition of a version and the first period it holds for."""

    effective_from = TextField(
        label="From period",
        max_length=7,
        required=False,
        help_text="Fiscal period YYYY-PP; blank: from the beginning.",
    )
    definition = definition_field()


class VersionEditForm(VersionForm):
    """A version as it was read; another's edit in between is never overwritten."""

    content_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)


class FlowDefineForm(VersionForm):
    code = CodeField(label="Code")
    name = TextField(label="Name")
    description = TextField(label="Description", lines=2, max_length=4000, required=False)

    field_order = ("code", "name", "description", "effective_from", "definition", "reason")


class RunPlanForm(ActionForm):
    """The period and whether the target is written."""

    period = forms.ChoiceField(label="Period")
    mode = forms.ChoiceField(
        label="What to do",
        choices=((DRY, "Dry run: everything but the load"), (REAL, "Run: replace the slice in the target")),
        initial=DRY,
        widget=forms.RadioSelect,
    )
    reason = reason_field(required=False, help_text="Needed to load; kept in the audit trail with your name.")

    def __init__(self, *args: Any, periods: list[tuple[str, str]] | None, **kwargs: Any) -> None:
        """`periods` are the choices; None for a flow that takes no period."""
        super().__init__(*args, **kwargs)
        if periods is None:
            del self.fields["period"]
        else:
            self.fields["period"].choices = periods  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("mode") == REAL and not data.get("reason"):
            self.add_error("reason", "Say why the slice is replaced.")
        return data

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "period": data.get("period", ""),
            "dry_run": data["mode"] == DRY,
            "reason": data["reason"],
        }


class RecordsForm(ActionForm):
    """A selection of records, carried as it was shown."""

    records = forms.CharField(widget=forms.HiddenInput, max_length=12 * LIMIT)

    def clean_records(self) -> list[int]:
        keys = self.cleaned_data["records"].split(",")
        if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
            raise ValidationError("The selection is damaged; pick the records again.")
        return sorted({int(key) for key in keys})


class AssignForm(RecordsForm):
    person = forms.ModelChoiceField(
        label="Person",
        queryset=Person.objects.none(),
        help_text="Only who can see all of these records is offered.",
    )
    reason = reason_field(required=False)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.order_fields(["person", "reason", "records"])

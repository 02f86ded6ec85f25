"""Forms of mapping sets, versions, rules and imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog import selectors as catalog
from catalog.models import System
from mappings.models import Dimension, MappingRule, MappingSet
from mappings.permissions import P
from mappings.rows import rule_of
from mappings.rules.cells import format_cell, parse_cell
from mappings.rules.conditions import Condition
from mappings.rules.faults import RuleError
from mappings.rules.rule import DEFAULT_PRIORITY, MAX_PRIORITY, RuleKind, conditions_as_json
from portal.core.actor import Actor
from portal.core.forms import ActionForm, CodeField, DateField, TextField, WholeField, reason_field
from portal.core.uploads import UploadForm
from portal.core.widgets import OfferInput


def _choices(rows: Iterable[System | Dimension]) -> list[tuple[str, str]]:
    return [(row.code, f"{row.name} ({row.code})") for row in rows]


class MappingSetRegisterForm(ActionForm):
    code = CodeField(label="Code")
    name = TextField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=MappingSet.Kind.choices, initial="load")
    source_system = forms.ChoiceField(label="From system")
    target_system = forms.ChoiceField(label="To system")
    target_dimension = forms.ChoiceField(label="Target dimension")
    columns = TextField(
        label="Source columns",
        lines=3,
        max_length=4000,
        help_text="One a line: column name, then the code of its dimension if it has one. They never change.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = System.objects.restrict(actor, P.MAPPING_SET_REGISTER)
        for name, choices in (
            ("source_system", _choices(own)),
            ("target_system", _choices(catalog.systems(actor) | own)),
            ("target_dimension", _choices(Dimension.objects.restrict(actor, P.DIMENSION_VIEW))),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_columns(self) -> list[dict[str, str]]:
        lines = [line.split() for line in self.cleaned_data["columns"].splitlines() if line.strip()]
        for number, parts in enumerate(lines, 1):
            if len(parts) > 2:
                raise ValidationError(f"Line {number}: write a column name and at most one dimension code.")
        return [{"name": parts[0], "dimension": parts[1] if len(parts) > 1 else ""} for parts in lines]


class PeriodsForm(ActionForm):
    effective_from = TextField(label="From period", max_length=7, help_text="Fiscal period, YYYY-PP.")
    effective_to = TextField(
        label="To period, inclusive", max_length=7, required=False, help_text="Blank: until further notice."
    )

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "effective_to": self.cleaned_data["effective_to"] or None}


class RuleForm(forms.Form):
    """A rule with one cell for each source column, written as in a rules file."""

    kind = forms.ChoiceField(label="Kind", choices=[(str(k), str(k)) for k in RuleKind])
    target = TextField(
        label="Target member",
        required=False,
        help_text="Blank only for ignore rules.",
        widget=OfferInput(attrs={"autocomplete": "off"}),
    )
    sign = forms.TypedChoiceField(label="Sign", coerce=int, choices=[(1, "keep"), (-1, "change")])
    priority = WholeField(
        label="Priority",
        min_value=0,
        max_value=MAX_PRIORITY,
        initial=DEFAULT_PRIORITY,
        help_text="The lower number goes first.",
    )
    label = TextField(label="Label", required=False, max_length=300)
    rule_reason = TextField(
        label="Reason of the rule", required=False, max_length=1000, help_text="Ignore rules need one."
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(required=False, label="Reason of this edit")

    def __init__(
        self, *args: Any, columns: tuple[str, ...], targets: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        self.fields["target"].widget.offered = targets
        for column in columns:
            self.fields[f"column_{column}"] = forms.CharField(
                label=column,
                required=False,
                strip=False,
                max_length=4000,
                help_text="4000 or is:4000, in:4000;4010, text:4000..4999, number:1..9, like:40*",
            )
        self.order_fields(["kind", *(f"column_{c}" for c in columns), "target", "sign", "priority"])

    @staticmethod
    def initial_of(row: MappingRule) -> dict[str, Any]:
        rule = rule_of(row)
        cells = {f"column_{c}": format_cell(cond, rule.kind) for c, cond in rule.conditions.items()}
        return {
            "kind": str(rule.kind),
            "target": rule.target or "",
            "sign": rule.sign,
            "priority": rule.priority,
            "label": rule.label,
            "rule_reason": rule.reason,
            **cells,
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        conditions: dict[str, Condition] = {}
        for column in self.columns:
            cell = data.get(f"column_{column}", "")
            if not cell or "kind" not in data:
                continue
            try:
                conditions[column] = parse_cell(cell, RuleKind(data["kind"]))
            except RuleError as error:
                self.add_error(f"column_{column}", f"{error.code} {error.message}")
        data["conditions"] = conditions_as_json(conditions)
        return data

    @property
    def values(self) -> dict[str, Any]:
        names = ("kind", "sign", "priority", "label", "rule_reason", "revision", "reason", "conditions")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "target": self.cleaned_data["target"] or None,
        }


class RevisionForm(ActionForm):
    """A reason and the revision that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(required=False)


class RulesImportForm(UploadForm):
    """The rules of a version, merged or replaced."""

    reason_needed = False
    replace = forms.BooleanField(
        label="Replace all rules", required=False, help_text="Rules that the file does not name are removed."
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class RatesImportForm(UploadForm):
    """The rates of a version, merged or replaced."""

    reason_needed = False
    replace = forms.BooleanField(
        label="Replace all rates", required=False, help_text="Rates that the file does not name are removed."
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class DimensionEditForm(ActionForm):
    name = TextField(label="Name")


class DimensionRegisterForm(DimensionEditForm):
    code = CodeField(label="Code")
    system = forms.ChoiceField(label="System")
    field_order = ["system", "code"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _choices(System.objects.restrict(actor, P.DIMENSION_EDIT))
        self.fields["system"].choices = choices  # type: ignore[attr-defined]


class AttributesField(forms.CharField):
    """One attribute a line: name = value."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"})

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            if not line.strip():
                continue
            name, equals, text = (part.strip() for part in line.partition("="))
            if not name or not equals or name in found:
                raise ValidationError(f"Line {number}: write one attribute as name = value, each name once.")
            found[name] = text
        return found

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name} = {text}" for name, text in sorted(value.items()))


class MemberEditForm(ActionForm):
    name = TextField(label="Name", required=False, max_length=300)
    parent = TextField(
        label="Parent", required=False, help_text="Code of a member of this dimension.", strip=True
    )
    valid_from = DateField(label="From", required=False)
    valid_to = DateField(label="To, inclusive", required=False)
    attributes = AttributesField(
        label="Attributes", required=False, max_length=20_000, help_text="One a line: name = value."
    )


class MemberAddForm(MemberEditForm):
    code = TextField(label="Code", help_text="As the system writes it. It never changes.")
    field_order = ["code"]


class RateSetRegisterForm(ActionForm):
    code = CodeField(label="Code")
    name = TextField(label="Name")

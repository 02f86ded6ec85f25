"""Forms of systems, connections, finance objects, schemas and ownerships."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog import selectors
from catalog.models import System
from catalog.permissions import P
from catalog.ports import connectors
from catalog.schema import CLASSIFICATIONS, TYPES
from portal.core.actor import Actor
from portal.core.clock import today
from portal.core.errors import DomainError
from portal.core.forms import ActionForm, CodeField, DateField, TextField, WholeField
from portal.core.parsers import parse_json
from portal.people.models import Person
from portal.people.permissions import P as People


class SystemEditForm(ActionForm):
    name = TextField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=System.Kind.choices)
    hosting = forms.ChoiceField(label="Hosting", choices=System.Hosting.choices)
    criticality = forms.ChoiceField(label="Criticality", choices=System.Criticality.choices, initial="medium")
    region = TextField(label="Region", required=False, max_length=64)
    owner_team = TextField(label="Owner team", required=False, help_text="One named team, not “IT”.")
    rpo_minutes = WholeField(
        label="RPO, minutes",
        required=False,
        min_value=0,
        max_value=525600,
        help_text="Data that may be lost.",
    )
    rto_minutes = WholeField(
        label="RTO, minutes", required=False, min_value=0, max_value=525600, help_text="Time to be back."
    )
    description = TextField(label="Description", required=False, max_length=4000, lines=3)


class SystemRegisterForm(SystemEditForm):
    code = CodeField(label="Code")
    field_order = ["code"]


class JsonField(forms.CharField):
    """Strict JSON of one object."""

    widget = forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"})

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            data = parse_json(text.encode())
        except DomainError as error:
            raise ValidationError(error.message) from error
        if not isinstance(data, dict):
            raise ValidationError("Write one JSON object: { … }.")
        return data

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value


class ConnectionProposeForm(ActionForm):
    code = CodeField(label="Code", help_text="Give an existing code to propose its next endpoint.")
    environment = forms.ChoiceField(
        label="Environment", choices=[("production", "production"), ("test", "test")], initial="production"
    )
    connector = forms.ChoiceField(
        label="Connector", choices=lambda: [(name, name) for name in sorted(connectors.all())]
    )
    config = JsonField(
        label="Endpoint",
        max_length=20000,
        help_text="JSON. Secrets are references only: env:NAME or file:NAME, never the secret itself.",
    )


class FinanceObjectEditForm(ActionForm):
    name = TextField(label="Name")
    description = TextField(label="Description", required=False, max_length=4000, lines=3)


class FinanceObjectRegisterForm(FinanceObjectEditForm):
    code = CodeField(label="Code")
    field_order = ["code"]


class FieldLines(forms.CharField):
    """One field a line: name, type, classification, required or optional, description."""

    widget = forms.Textarea(
        attrs={
            "rows": 12,
            "class": "mono",
            "spellcheck": "false",
            "placeholder": "net, amount, internal, required, Debit less credit in the ledger currency",
        }
    )

    def clean(self, value: Any) -> list[dict[str, Any]]:
        fields = []
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(",", 4)]
            if len(parts) < 2:
                raise ValidationError(f"Line {number}: write at least a name and a type.")
            parts += [""] * (5 - len(parts))
            if parts[3] not in ("", "required", "optional"):
                raise ValidationError(f"Line {number}: write required or optional, not {parts[3][:40]!r}.")
            fields.append(
                {
                    "name": parts[0],
                    "type": parts[1],
                    "classification": parts[2] or "internal",
                    "required": parts[3] == "required",
                    "description": parts[4],
                }
            )
        return fields

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            ", ".join(
                filter(
                    None,
                    (
                        field["name"],
                        field["type"],
                        field["classification"],
                        "required" if field["required"] else "optional",
                        field["description"],
                    ),
                )
            )
            for field in value
        )


class SchemaProposeForm(ActionForm):
    fields_text = FieldLines(
        label="Fields",
        max_length=50000,
        help_text=f"One a line: name, type, classification, required or optional, description. "
        f"Types: {', '.join(TYPES)}. Classifications: {', '.join(CLASSIFICATIONS)}.",
    )


class OwnershipProposeForm(ActionForm):
    finance_object = forms.ChoiceField(label="Finance object")
    system = forms.ChoiceField(label="System of record")
    attribute = TextField(
        label="Attribute only", required=False, max_length=64, help_text="Blank: the whole object."
    )
    legal_entity = TextField(
        label="Legal entity only", required=False, max_length=64, help_text="Blank: all of them."
    )
    steward = forms.ChoiceField(label="Steward", required=False)
    valid_from = DateField(label="From", initial=today)
    valid_to = DateField(label="To, inclusive", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.restrict(actor, People.PERSON_VIEW).filter(is_active=True)
        systems = System.objects.restrict(actor, P.OWNERSHIP_PROPOSE)
        for name, choices in (
            ("finance_object", [(o.code, o.name) for o in selectors.finance_objects(actor)]),
            ("system", [(s.code, s.name) for s in systems]),
            ("steward", [("", "nobody yet"), *((p.code, p.name) for p in people)]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class OwnershipEndForm(ActionForm):
    last_day = DateField(label="Last day", initial=today)

"""Forms of people, accounts, roles, grants and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.access import selectors
from portal.access.functions import LABELS
from portal.access.permissions import P
from portal.access.scopes import EVERYTHING, named_by, offered
from portal.access.selectors import held
from portal.access.services.tokens import MAX_DAYS, never_on_tokens
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import today
from portal.core.forms import ActionForm, CodeField, DateField, TextField, WholeField
from portal.core.widgets import OfferInput
from portal.people.models import User


class PersonRegisterForm(ActionForm):
    code = CodeField(label="Code")
    name = TextField(label="Name")
    email = forms.EmailField(label="E-mail", required=False)


class PersonEditForm(ActionForm):
    name = TextField(label="Name")
    email = forms.EmailField(label="E-mail", required=False)
    is_active = forms.BooleanField(
        label="Active",
        required=False,
        help_text="An inactive person's sessions, tokens and grants stop at once.",
    )


class AccountCreateForm(ActionForm):
    username = CodeField(
        label="Name to sign in with", help_text="Letters, digits, dots, underscores, hyphens."
    )
    kind = forms.ChoiceField(label="Kind", choices=User.Kind.choices)
    password = forms.CharField(
        label="First password",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least twelve characters. Service accounts need none: they use tokens.",
    )


class AccountSetPasswordForm(ActionForm):
    password = forms.CharField(
        label="New password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least twelve characters. Give it to the person in private; they change it once in. "
        "Your name stays with it: the account never decides on what you contributed to.",
    )


class RoleProposeForm(ActionForm):
    code = CodeField(label="Code", help_text="Give an existing code to propose its next version.")
    name = TextField(label="Name")
    functions = forms.MultipleChoiceField(
        label="Duties",
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(f), f"{label} ({f})") for f, label in LABELS.items()],
    )


class GrantProposeForm(ActionForm):
    person = forms.ChoiceField(label="Person")
    role = forms.ChoiceField(label="Role")
    scope = TextField(
        label="Scope",
        max_length=300,
        widget=OfferInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=f"“{EVERYTHING}”, or a kind and a code such as “system ERP”. Type any part to choose.",
    )
    valid_from = DateField(label="From", initial=today)
    valid_to = DateField(label="To, inclusive", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        people = selectors.people(actor).filter(is_active=True).prefetch_related(None)
        self._choose("person", [(p.code, f"{p.name} ({p.code})") for p in people])
        self._choose("role", [(r.code, f"{r.name} ({r.code})") for r in selectors.roles(actor)])
        scopes = offered(actor, P.GRANT_PROPOSE)
        self.fields["scope"].widget.offered = [(text, "") for text in scopes]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = choices

    def clean_scope(self) -> tuple[str, int | None]:
        """Kind and id. A scope left blank is asked for: nobody means everything by saying nothing."""
        text = self.cleaned_data["scope"]
        if text == EVERYTHING:
            return "", None
        found = named_by(self.actor, P.GRANT_PROPOSE, text)
        if found is None:
            raise ValidationError(
                f"Nothing within your reach is called this. Write “{EVERYTHING}”, or a kind and a code."
            )
        return found

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        kind, key = values.pop("scope")
        return {**values, "scope_kind": kind, "scope_id": key}


class GrantRevokeForm(ActionForm):
    last_day = DateField(label="Last day", initial=today)


class TokenIssueForm(ActionForm):
    account_id = forms.TypedChoiceField(label="Account", coerce=int)
    name = TextField(label="What it is for")
    days = WholeField(label="Expires after days", min_value=1, max_value=MAX_DAYS, initial=90)
    networks = TextField(
        label="Networks",
        required=False,
        max_length=500,
        help_text="For instance 10.0.0.0/8, separated by blanks.",
    )
    scopes = forms.MultipleChoiceField(label="Scopes", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = authority.all_permissions()
        scopes = [(s, f"{labels.get(s, s)} ({s})") for s in sorted(held(actor)) if not never_on_tokens(s)]
        accounts = [
            (u.pk, f"{u.username} ({u.get_kind_display()})")
            for u in User.objects.filter(person_id=actor.person_id or 0)
        ]
        for name, choices in (("scopes", scopes), ("account_id", accounts)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "networks": self.cleaned_data["networks"].replace(",", " ").split()}

"""Forms of fiscal calendars."""

from __future__ import annotations

from django import forms

from portal.core.forms import ActionForm, CodeField, TextField
from portal.core.uploads import UploadForm
from portal.fiscal.models import PeriodState


class PeriodStateForm(ActionForm):
    state = forms.ChoiceField(label="State", choices=PeriodState.choices)


class CalendarRegisterForm(UploadForm):
    """A calendar with its periods; an existing code adds and corrects periods of it."""

    code = CodeField(label="Code", help_text="Give an existing code to add or correct its periods.")
    name = TextField(label="Name")
    file = forms.FileField(label="CSV file", required=False)
    first = ("code", "name")

"""Forms of fiscal calendars."""

from __future__ import annotations

from django import forms

from portal.core.forms import ActionForm, CodeField, TextField
from portal.core.uploads import UploadForm
from portal.fiscal.models import PeriodState


class PeriodStateForm(ActionForm):
    state = forms.ChoiceField(label="State", choices=PeriodState.choices)


class CalendarEditForm(UploadForm):
    """The name of a calendar, and periods to be added or corrected."""

    name = TextField(label="Name")
    file = forms.FileField(label="CSV file", required=False)
    first: tuple[str, ...] = ("name",)


class CalendarRegisterForm(CalendarEditForm):
    """A new calendar with its periods."""

    code = CodeField(label="Code")
    first = ("code", "name")

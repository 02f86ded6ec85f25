"""Forms of fiscal calendars."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.core.forms import ActionForm, CodeField, TextField
from portal.core.states import possible
from portal.core.uploads import UploadForm
from portal.fiscal.models import FiscalPeriod, PeriodState
from portal.fiscal.states import PERIOD


class PeriodStateForm(ActionForm):
    """Offers the states that can follow; another one is known too, and refused in words by the service."""

    state = forms.ChoiceField(label="State", choices=PeriodState.choices)

    def __init__(self, *args: Any, period: FiscalPeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = possible(period, PERIOD)
        offered = [each for each in PeriodState.choices if each[0] in following]
        field = self.fields["state"]
        field.help_text = f"{period} is {period.get_state_display()}."
        field.widget.choices = [("", "Choose a state"), *offered]


class CalendarForm(UploadForm):
    """The name of a calendar, and its periods as a file."""

    name = TextField(label="Name")
    file = forms.FileField(label="CSV file", required=False)
    first: tuple[str, ...] = ("name",)


class CalendarEditForm(CalendarForm):
    """Another name, periods to be added or corrected, or both."""

    def lines_wanted(self) -> str:
        renamed = self.cleaned_data.get("name") != self.initial.get("name")
        return "" if renamed else "Choose a file or paste lines, or write another name."


class CalendarRegisterForm(CalendarForm):
    """A new calendar with its periods."""

    code = CodeField(label="Code")
    first = ("code", "name")

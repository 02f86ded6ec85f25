"""Form fields that clean text as services do, and the reason that every act takes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.core.codes import Code
from portal.core.errors import DomainError, Invalid
from portal.core.text import clean_code, clean_text

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TextField(forms.CharField):
    """One line (or several with `lines`) of clean text."""

    def __init__(self, *, max_length: int = 200, lines: int = 0, **kwargs: Any) -> None:
        self.lines = lines
        if lines:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": lines, "class": "text"}))
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return clean_text(text, self.max_length or 2000, multiline=bool(self.lines))
        except DomainError as error:
            raise ValidationError(error.message) from error


class CodeField(forms.CharField):
    """A code: letters, digits, dot, underscore, hyphen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Letters, digits, dots, underscores, hyphens. It never changes.")
        super().__init__(max_length=64, **kwargs)
        self.widget.attrs.update({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return text
        try:
            return clean_code(text)
        except DomainError as error:
            raise ValidationError(error.message) from error


def reason_field(required: bool = True, label: str = "Reason", help_text: str = "") -> TextField:
    return TextField(
        label=label,
        required=required,
        max_length=2000,
        lines=2,
        help_text=help_text or "Kept in the audit trail with your name.",
    )


def damaged(why: str, place: str) -> Invalid:
    """The refusal of a value that the page itself carries and that came back wrong."""
    return Invalid(
        Code.API_005,
        f"A value that this page carries came back damaged. {why}",
        place=place,
        hint="Nothing was changed. Open the page again and repeat what you did.",
    )


def damage_of(form: forms.Form) -> Invalid | None:
    """The refusal when a hidden value came back wrong, which no field can show."""
    for field in form.hidden_fields():
        for message in list(field.errors)[:1]:
            return damaged(str(message), field.name)
    return None


class ActionForm(forms.Form):
    """A form of an act: its own fields, then the reason."""

    use_required_attribute = True
    required_css_class = "required"
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])

    @property
    def values(self) -> dict[str, Any]:
        """Cleaned values, the reason included, as a service takes them."""
        return dict(self.cleaned_data)


class WholeField(forms.IntegerField):
    """A whole number in the digits 0 to 9."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip() and not _WHOLE.fullmatch(value.strip()):
            raise ValidationError("Write a whole number in the digits 0 to 9.", code="invalid")
        return super().to_python(value)


class DateField(forms.DateField):
    """A day, chosen or typed as YYYY-MM-DD in the digits 0 to 9."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, str) and value.strip() and not _DAY.fullmatch(value.strip()):
            raise ValidationError("Write a date as YYYY-MM-DD in the digits 0 to 9.", code="invalid")
        return super().to_python(value)

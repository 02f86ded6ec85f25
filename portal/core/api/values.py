"""Serializer fields that take exactly one JSON type each: no coercion, no full-width digits, no floats."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.core.canonical import decimal_text
from portal.core.errors import DomainError
from portal.core.money import to_money
from portal.core.text import clean_code, clean_text

BIG = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _cleaned(clean: Callable[[], str]) -> str:
    try:
        return clean()
    except DomainError as error:
        raise serializers.ValidationError(error.message) from None


def _demand_text(data: Any) -> str:
    if not isinstance(data, str):
        raise serializers.ValidationError("This must be a text.")
    return data


class Text(serializers.CharField):
    """Clean text (NFC, nothing invisible); numbers and booleans are refused."""

    def __init__(self, *, max_length: int = 200, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = _demand_text(data)
        return _cleaned(lambda: clean_text(text, self.max_length or 2000, multiline=self.lines))


class PeriodText(Text):
    """A fiscal period YYYY-PP to the letter: a blank around it is no part of any period."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=7, required=False, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = _demand_text(data)
        if text != text.strip():
            raise serializers.ValidationError("This must be a fiscal period YYYY-PP without blanks.")
        return super().to_internal_value(text)


class Reason(Text):
    """Why: kept in the audit trail."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Why; kept in the audit trail with the actor's name.")
        super().__init__(max_length=4000, lines=True, **kwargs)


class CodeText(serializers.CharField):
    """A code: 1 to 64 ASCII letters, digits, dot, underscore, hyphen."""

    def to_internal_value(self, data: Any) -> str:
        text = _demand_text(data)
        return _cleaned(lambda: clean_code(text)) if text or not self.allow_blank else ""


class Whole(serializers.IntegerField):
    """A JSON integer within 64 bits; never text, never true or false."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", BIG)
        kwargs.setdefault("min_value", -BIG)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("This must be an integer.")
        return data


class Flag(serializers.BooleanField):
    """true or false; nothing that resembles them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("This must be true or false.")
        return data


class Choice(serializers.ChoiceField):
    """One of a fixed list of texts."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(_demand_text(data))


class FormFlag(Choice):
    """`true` or `false` as a form writes it, answered as a boolean."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=["true", "false"], **kwargs)

    def to_internal_value(self, data: Any) -> bool:  # type: ignore[override]
        return bool(super().to_internal_value(data) == "true")


class Day(serializers.DateField):
    """A date `YYYY-MM-DD` in ASCII digits."""

    def to_internal_value(self, data: Any) -> dt.date:
        if not isinstance(data, str) or not _DAY.fullmatch(data):
            raise serializers.ValidationError("This must be a date of the form YYYY-MM-DD.")
        try:
            return dt.date.fromisoformat(data)
        except ValueError:
            raise serializers.ValidationError("There is no such day.") from None


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"})
class DecimalText(serializers.Field):
    """An exact number as text, in both directions; JSON numbers are refused since clients round them."""

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return to_money(_demand_text(data))
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from None

    def to_representation(self, value: Decimal) -> str:
        return decimal_text(value)


class Texts(serializers.ListField):
    """A list of clean texts."""

    def __init__(self, *, max_length: int = 1000, item_length: int = 200, **kwargs: Any) -> None:
        super().__init__(child=Text(max_length=item_length), max_length=max_length, **kwargs)


class Rows(serializers.ListField):
    """A list of bodies, with a limit."""


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, (Decimal, float)):
        raise serializers.ValidationError("Write numbers with a fraction as text.")
    if isinstance(value, int) and abs(value) > BIG:
        raise serializers.ValidationError("An integer here has at most 64 bits.")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_fractions(item)


class Document(serializers.JSONField):
    """A JSON object kept as it is; fractions must be text, since canonical JSON holds no floats."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("This must be an object.")
        _refuse_fractions(data)
        return data

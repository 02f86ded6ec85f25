"""Which quarantined records have no amount that can be read: they count in records, never as money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Concat, Left

from portal.core.money import decimal_sum
from syncengine.codes import Code

NOT_READABLE = "not readable"
_AMOUNT = KeyTransform("amount", "last_run__flow_version__definition")
_BETWEEN = Value(", ", output_field=TextField())
_LONGEST = 200  # of a field's name, as a record keeps it

# the fields that hold a record's money, as the engine names them with a fault, for each shape of an amount
_FIELDS = (
    KeyTextTransform("column", _AMOUNT),
    KeyTextTransform("column", KeyTransform("side", _AMOUNT)),
    KeyTextTransform("signed", _AMOUNT),
    Left(Concat(KeyTextTransform("debit", _AMOUNT), _BETWEEN, KeyTextTransform("credit", _AMOUNT)), _LONGEST),
)


def with_readability(records: Any) -> Any:
    """Records with `unreadable`: zero stands on both their sides because amount or side cannot be read.

    It follows from code and faulty field: a missing value or an unknown side may be another field's fault.
    """
    unreadable = Case(
        When(code=Code.DQ_001, then=True),
        When(code__in=(Code.DQ_002, Code.DQ_005), field__in=_FIELDS, then=True),
        default=False,
        output_field=BooleanField(),
    )
    return records.annotate(unreadable=unreadable)


def sums() -> dict[str, Any]:
    """What is computed of the amounts of records `with_readability`."""
    return {
        "total_debit": decimal_sum("debit"),
        "total_credit": decimal_sum("credit"),
        "readable_records": Count("id", filter=Q(unreadable=False)),
        "unreadable_records": Count("id", filter=Q(unreadable=True)),
    }


def told_sums(row: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Debit and credit of a row of `sums`; None where none of its records has a readable amount."""
    return (row["total_debit"], row["total_credit"]) if row["readable_records"] else (None, None)


def without_amount(count: int) -> str:
    """What a sum leaves out."""
    some = "1 record" if count == 1 else f"{count:,} records"
    return f"{some} without a readable amount"

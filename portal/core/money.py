"""Exact money on both databases: numeric on PostgreSQL, canonical text on SQLite; never a float."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.signals import connection_created
from django.db.models import Aggregate, Expression, lookups

from portal.core.canonical import decimal_text
from portal.core.currencies import currency_name, minor_units

INTEGER_DIGITS = 24
DECIMAL_PLACES = 4
EXACT = Context(prec=60)
MINUS = "\u2212"
_TEXT = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,30})?")


def to_money(value: Any) -> Decimal:
    """A Decimal within numeric(28,4). Takes Decimal, int, or plain ASCII decimal text.

    Raises ValidationError on floats, exponents, NaN, full-width digits, separators, more than 4 decimals.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise ValidationError("Money is decimal text, never a float.", code="money")
    text = value if isinstance(value, str) else None
    if text is not None and not _TEXT.fullmatch(text):
        raise ValidationError(f"{text[:40]!r} is not a plain decimal number.", code="money")
    number = Decimal(value)
    if not number.is_finite():
        raise ValidationError("An amount must be finite.", code="money")
    within = not number or -INTEGER_DIGITS <= number.adjusted() < INTEGER_DIGITS
    plain = decimal_text(number) if within else ""
    fraction = plain.partition(".")[2]
    if not within or len(fraction) > DECIMAL_PLACES:
        raise ValidationError(
            f"An amount has at most {INTEGER_DIGITS} digits before and {DECIMAL_PLACES} after the point.",
            code="money",
        )
    return Decimal(plain)


class MoneyField(models.Field):  # type: ignore[type-arg]
    """An exact amount; the currency stands in a field beside it. Order rows by it in Python, not in SQL."""

    description = "Exact amount, numeric(28,4)"

    def db_type(self, connection: Any) -> str:
        return "numeric(28,4)" if connection.vendor == "postgresql" else "text"

    def get_internal_type(self) -> str:
        return "MoneyField"

    def from_db_value(self, value: Any, expression: Expression, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(decimal_text(Decimal(value)))

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None or value == "" else to_money(value)

    def get_prep_value(self, value: Any) -> Decimal | None:
        value = super().get_prep_value(value)
        return None if value is None else to_money(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        number = value if prepared else self.get_prep_value(value)
        if number is None or connection.vendor == "postgresql":
            return number
        return decimal_text(number)


class _Compared(lookups.BuiltinLookup):
    """Order of amounts: numbers on PostgreSQL; on SQLite the texts are compared as the numbers they are."""

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        operator = connection.operators[self.lookup_name] % "0"
        return f"decimal_cmp({left}, {right}) {operator}", [*params, *more]


for _base in (lookups.GreaterThan, lookups.GreaterThanOrEqual, lookups.LessThan, lookups.LessThanOrEqual):
    _name = str(_base.lookup_name)
    MoneyField.register_lookup(type(f"Money{_base.__name__}", (_Compared,), {"lookup_name": _name}))


class DecimalSum(Aggregate):
    """Exact sum of a MoneyField on both databases; zero over no rows."""

    function = "SUM"
    name = "DecimalSum"
    output_field = MoneyField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="decimal_sum", **context)

    def convert_value(self, value: Any, expression: Any, connection: Any) -> Decimal:
        return Decimal(0) if value is None else Decimal(decimal_text(Decimal(value)))


def decimal_sum(expression: str, **extra: Any) -> DecimalSum:
    return DecimalSum(expression, **extra)


class _SqliteDecimalSum:
    def __init__(self) -> None:
        self.total = Decimal(0)

    def step(self, value: str | None) -> None:
        if value is not None:
            self.total = EXACT.add(self.total, Decimal(value))

    def finalize(self) -> str:
        return decimal_text(self.total)


def _compare(left: str | None, right: str | None) -> int | None:
    return None if left is None or right is None else int(Decimal(left).compare(Decimal(right), EXACT))


def install_sqlite_functions(sender: Any, connection: Any, **_: Any) -> None:
    """Give each SQLite connection the exact aggregate `decimal_sum` and the comparison `decimal_cmp`."""
    if connection.vendor == "sqlite":
        connection.connection.create_aggregate("decimal_sum", 1, _SqliteDecimalSum)
        connection.connection.create_function("decimal_cmp", 2, _compare, deterministic=True)


connection_created.connect(install_sqlite_functions, dispatch_uid="core.money")


def round_half_away(amount: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero (the rounding of invoices and ledgers)."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def group_digits(value: Decimal | int, places: int | None = None) -> str:
    """Digits in groups of three with a real minus sign: −1,234.50. `places` pads, it never rounds."""
    text = decimal_text(value) if isinstance(value, Decimal) else str(value)
    negative, text = text.startswith("-"), text.lstrip("-")
    whole, _, fraction = text.partition(".")
    if places is not None:
        fraction = fraction.ljust(places, "0")
    return f"{MINUS if negative else ''}{int(whole):,}{'.' + fraction if fraction else ''}"


def amount_words(value: Decimal, currency: str = "") -> str:
    """An amount inside a sentence, as pages show it: 8,591,742.36 EUR; "" when no currency is known."""
    return f"{group_digits(value, minor_units(currency))} {currency_name(currency)}".rstrip()

"""Rate sets: versioned exchange rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from mappings.models.versions import Version, version_constraints
from mappings.permissions import P
from mappings.ratevalue import to_rate
from portal.core.canonical import decimal_text
from portal.core.querysets import Governed


class RateField(models.Field):
    """An exact positive rate: numeric(20,12) on PostgreSQL, canonical text on SQLite; never a float."""

    description = "Exchange rate, numeric(20,12)"

    def db_type(self, connection: Any) -> str:
        return "numeric(20,12)" if connection.vendor == "postgresql" else "text"

    def get_internal_type(self) -> str:
        return "RateField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(decimal_text(Decimal(value)))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            return to_rate(value)
        except ValueError as error:
            raise ValidationError(str(error), code="rate") from error

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        rate = self.to_python(value)
        return rate if rate is None or connection.vendor == "postgresql" else decimal_text(rate)


class RateType(models.TextChoices):
    AVERAGE = "average", "average"
    CLOSING = "closing", "closing"
    HISTORICAL = "historical", "historical"


class RateSet(Governed):
    """A named series of exchange rates, for instance the group's."""

    view_permission = P.RATE_SET_VIEW

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class RateSetVersion(Version):
    """A version of a rate set; it holds all its rates."""

    view_permission = P.RATE_SET_VIEW

    rate_set = models.ForeignKey(RateSet, on_delete=models.PROTECT, related_name="versions")

    history = HistoricalRecords()

    class Meta:
        ordering = ["rate_set", "-number"]
        constraints = version_constraints("rate_set", "rate_version")

    def __str__(self) -> str:
        return f"{self.rate_set} version {self.number}"

    @property
    def key(self) -> str:
        """Key of the approval subject."""
        return f"{self.rate_set.code}/{self.number}"


class Rate(models.Model):
    """Units of `to_currency` for one unit of `from_currency` in a fiscal period."""

    version = models.ForeignKey(RateSetVersion, on_delete=models.CASCADE, related_name="rates")
    rate_type = models.CharField(max_length=10, choices=RateType.choices)
    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    period = models.CharField(max_length=7)
    rate = RateField()

    class Meta:
        ordering = ["period", "rate_type", "from_currency", "to_currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "rate_type", "from_currency", "to_currency", "period"], name="rate_once"
            ),
            models.CheckConstraint(condition=~Q(from_currency=F("to_currency")), name="rate_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"{self.rate_type} {self.from_currency}/{self.to_currency} {self.period}"

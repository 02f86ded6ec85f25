"""Control totals of runs and the amounts in which target and independent figure differ."""

from __future__ import annotations

from django.db import models

from portal.core.money import MoneyField
from syncengine.models.run import Run


class ControlTotal(models.Model):
    """Records and amounts of one bucket in one source currency, at source line and source sign.

    For each currency: source = loaded + excluded + quarantined + accepted, exactly.
    """

    class Bucket(models.TextChoices):
        SOURCE = "source", "source"
        LOADED = "loaded", "loaded"
        EXCLUDED = "excluded", "excluded by rule"
        QUARANTINED = "quarantined", "quarantined"
        ACCEPTED = "accepted", "accepted unloaded"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="control_totals")
    bucket = models.CharField(max_length=11, choices=Bucket.choices)
    currency = models.CharField(max_length=3)
    records = models.PositiveBigIntegerField()
    debit = MoneyField()
    credit = MoneyField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "bucket", "currency"], name="control_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.bucket} {self.currency}"


class ReconciliationDifference(models.Model):
    """One amount that differs from the independent figure; at most 1,000 rows, the evidence holds all."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="differences")
    key = models.JSONField()
    measure = models.CharField(max_length=63)
    expected = MoneyField()
    actual = MoneyField()
    difference = MoneyField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.run} {self.measure} differs by {self.difference}"

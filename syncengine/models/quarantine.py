"""Source records that were not loaded."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from portal.core.currencies import currency_name
from portal.core.money import MoneyField
from portal.core.querysets import Governed
from portal.people.models import Person
from syncengine.codes import Code
from syncengine.models.flow import Flow
from syncengine.models.run import Run
from syncengine.permissions import P
from syncengine.states import RecordState


class QuarantinedRecord(Governed):
    """One record of one slice, found again by the key of its content, so that reruns do not double it.

    `row` is its number in the snapshot of `last_run`; all its columns are in that run's evidence.
    """

    view_permission = P.QUARANTINE_VIEW
    scope_lookups = {"flow": ("flow_id",), "system": ("flow__source_system_id",)}

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="quarantined")
    slice_key = models.CharField(max_length=200)
    period = models.CharField(max_length=7, blank=True)
    record_key = models.CharField(max_length=64)
    state = models.CharField(max_length=17, choices=RecordState.choices, default=RecordState.OPEN)
    code = models.CharField(max_length=16)
    field = models.CharField(max_length=200)
    value = models.CharField(max_length=500, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    debit = MoneyField()
    credit = MoneyField()
    row = models.PositiveBigIntegerField()
    first_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="quarantined")
    assigned_to = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    change_ref = models.CharField(max_length=16, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    unreadable: bool
    """Only of records `with_readability`: zero is stored because the amount cannot be read."""

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "code", "value"], name="quarantine_group"),
            models.Index(fields=["last_run", "code"], name="quarantine_of_run"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["flow", "slice_key", "record_key"], name="quarantine_once")
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.code} row {self.row}"

    @property
    def told_debit(self) -> Decimal | None:
        return None if self.unreadable else self.debit

    @property
    def told_credit(self) -> Decimal | None:
        return None if self.unreadable else self.credit

    @property
    def told_currency(self) -> str:
        """What the record holds where that is no currency; its amounts are counted under none then."""
        held = self.value if self.code == Code.DQ_006 else ""
        return held or currency_name(self.currency)

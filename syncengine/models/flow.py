"""Flows and their approved versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from catalog.models import FinanceObject, System
from portal.core.querysets import Governed
from syncengine.permissions import P
from syncengine.states import VersionState


class Flow(Governed):
    """A named movement of one finance object from its owner to a target. What it does is in its versions."""

    view_permission = P.FLOW_VIEW
    scope_kind = "flow"
    scope_lookups = {"flow": ("id",), "system": ("source_system_id",)}

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    finance_object = models.ForeignKey(FinanceObject, on_delete=models.PROTECT, related_name="flows")
    source_system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="flows_out")
    target_system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="flows_in")

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class FlowVersion(Governed):
    """One definition of a flow. `effective_from` is a fiscal period `YYYY-PP`; blank is from the beginning.

    An approved version never changes. Which one is in force for a period is derived, never stored.
    """

    view_permission = P.FLOW_VIEW
    scope_lookups = {"flow": ("flow_id",), "system": ("flow__source_system_id",)}

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    effective_from = models.CharField(max_length=7, blank=True)
    definition = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    change_ref = models.CharField(max_length=16, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["flow", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number"),
            models.UniqueConstraint(
                fields=["flow"], condition=Q(state__in=["draft", "locked"]), name="flow_version_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False), name="flow_version_approved_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} version {self.number}"

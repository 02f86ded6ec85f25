"""Dimensions of a system and their members."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from catalog.models import System
from mappings.permissions import P
from portal.core.querysets import Governed


class Dimension(Governed):
    """A coordinate of an amount in a system: account, cost center, entity, project ..."""

    view_permission = P.DIMENSION_VIEW
    scope_lookups = {"system": ("system_id",)}

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="dimensions")
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Member(Governed):
    """A value of a dimension. `parent` is a member's code; days are inclusive, no `valid_to` is open."""

    view_permission = P.DIMENSION_VIEW
    scope_lookups = {"system": ("dimension__system_id",)}

    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="members")
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=300, blank=True)
    parent = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["dimension", "parent"], name="member_parent")]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "code"], name="member_once"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="member_dates",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="member_has_code"),
            models.CheckConstraint(condition=~Q(code=F("parent")), name="member_not_own_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

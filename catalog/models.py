"""What exists and who owns it: systems, connections, finance objects, schemas, systems of record."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from catalog.permissions import P
from portal.core.querysets import Governed
from portal.people.models import Person


class System(Governed):
    """An application that holds finance data. Recovery objectives are minutes."""

    class Kind(models.TextChoices):
        ANALYTICS = "analytics", "analytics"
        ERP = "erp", "ERP"
        HR = "hr", "HR"
        LEGACY_GL = "legacy_gl", "legacy ledger"
        OTHER = "other", "other"
        PAYROLL = "payroll", "payroll"
        PLANNING = "planning", "planning"
        PROCUREMENT = "procurement", "procurement"
        TREASURY = "treasury", "treasury"

    class Hosting(models.TextChoices):
        CLOUD = "cloud", "cloud"
        ON_PREMISE = "on_premise", "on premise"
        SAAS = "saas", "SaaS"

    class Criticality(models.TextChoices):
        HIGH = "high", "high"
        LOW = "low", "low"
        MEDIUM = "medium", "medium"

    view_permission = P.SYSTEM_VIEW
    scope_kind = "system"
    scope_lookups = {"system": ("id",)}

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    hosting = models.CharField(max_length=12, choices=Hosting.choices, default=Hosting.SAAS)
    region = models.CharField(max_length=64, blank=True)
    owner_team = models.CharField(max_length=200, blank=True)
    criticality = models.CharField(max_length=8, choices=Criticality.choices, default=Criticality.MEDIUM)
    rpo_minutes = models.PositiveIntegerField(null=True, blank=True)
    rto_minutes = models.PositiveIntegerField(null=True, blank=True)
    description = models.TextField(blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Connection(Governed):
    """A logical connection bound to a real endpoint, per environment. Secrets are references only."""

    view_permission = P.SYSTEM_VIEW
    scope_lookups = {"system": ("system_id",)}

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="connections")
    code = models.CharField(max_length=64)
    connector = models.CharField(max_length=32)
    environment = models.CharField(max_length=16, default="production")
    config = models.JSONField(default=dict)
    content_sha256 = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=1)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code", "environment"]
        constraints = [models.UniqueConstraint(fields=["code", "environment"], name="connection_once")]

    def __str__(self) -> str:
        return self.code


class FinanceObject(Governed):
    """A canonical thing of finance: account, journal, actuals, exchange rate ..."""

    view_permission = P.FINANCE_OBJECT_VIEW

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class FinanceObjectSchema(Governed):
    """An approved version of the canonical schema; it never changes. `fields`: name, type, classification."""

    view_permission = P.FINANCE_OBJECT_VIEW

    finance_object = models.ForeignKey(FinanceObject, on_delete=models.PROTECT, related_name="schemas")
    number = models.PositiveIntegerField()
    fields = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    approved_at = models.DateTimeField()
    change_ref = models.CharField(max_length=16)

    class Meta:
        ordering = ["finance_object", "-number"]
        constraints = [models.UniqueConstraint(fields=["finance_object", "number"], name="schema_number")]

    def __str__(self) -> str:
        return f"{self.finance_object} schema {self.number}"


class Ownership(Governed):
    """The system of record of a finance object: optionally of an attribute, for an entity; days inclusive.

    Two ownerships of the same key never share a day: guarded by the database (catalog/guards.py).
    """

    view_permission = P.OWNERSHIP_VIEW
    scope_lookups = {"system": ("system_id",)}

    finance_object = models.ForeignKey(FinanceObject, on_delete=models.PROTECT, related_name="ownerships")
    attribute = models.CharField(max_length=64, blank=True)
    legal_entity = models.CharField(max_length=64, blank=True)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="ownerships")
    steward = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    change_ref = models.CharField(max_length=16)

    history = HistoricalRecords()

    class Meta:
        ordering = ["finance_object", "attribute", "legal_entity", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="ownership_dates"
            )
        ]

    def __str__(self) -> str:
        return f"{self.finance_object} in {self.system} from {self.valid_from}"

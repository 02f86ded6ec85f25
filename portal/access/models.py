"""Roles, grants by scope, and scoped API tokens."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from portal.access.permissions import P
from portal.access.scopes import scope_words
from portal.core.querysets import Governed
from portal.people.models import Person, User


class Role(Governed):
    """A named set of duties. `number` counts its approved versions."""

    view_permission = P.ROLE_VIEW

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    functions = models.JSONField(default=list)
    number = models.PositiveIntegerField(default=1)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ScopeKind(models.TextChoices):
    ALL = "", "everything"
    SYSTEM = "system", "system"
    MAPPING_SET = "mapping_set", "mapping set"
    FLOW = "flow", "flow"


class Grant(Governed):
    """A role given to a person in a scope, from a day to a day (inclusive; open when blank)."""

    view_permission = P.GRANT_VIEW

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    scope_kind = models.CharField(max_length=16, choices=ScopeKind.choices, blank=True, default="")
    scope_id = models.BigIntegerField(null=True, blank=True)
    scope_label = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    change_ref = models.CharField(max_length=16, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["person", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_dates"
            ),
            models.CheckConstraint(
                condition=Q(scope_kind="", scope_id__isnull=True)
                | (~Q(scope_kind="") & Q(scope_id__isnull=False)),
                name="grant_scope",
            ),
        ]

    def __str__(self) -> str:
        over = scope_words(self.scope_kind, self.scope_id, self.scope_label)
        return f"{self.role} for {self.person} over {over}"


class ApiToken(models.Model):
    """A secret for machines: prefix, key id and sha256 of the secret; scopes meet the owner's permissions."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200)
    key_id = models.CharField(max_length=16, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.key_id})"

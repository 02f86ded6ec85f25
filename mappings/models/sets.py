"""Mapping sets, their versions and rules."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from catalog.models import System
from mappings.models.dimensions import Dimension
from mappings.models.versions import Version, version_constraints
from mappings.permissions import P
from mappings.rules.rule import MAX_PRIORITY, RuleKind
from portal.core.querysets import Governed


class MappingSet(Governed):
    """How source members become target members for one pair of systems.

    `columns` are the source columns in order: a list of {name, dimension}, dimension a code or empty.
    """

    class Kind(models.TextChoices):
        LOAD = "load", "load"
        REPORT = "report", "report lines"

    view_permission = P.MAPPING_SET_VIEW
    scope_kind = "mapping_set"
    scope_lookups = {"mapping_set": ("id",), "system": ("source_system_id",)}

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    source_system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="mapping_sets_from")
    target_system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="mapping_sets_to")
    target_dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="mapping_sets")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.LOAD)
    columns = models.JSONField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column["name"] for column in self.columns)


class MappingVersion(Version):
    """A version of a mapping set. Its rules are rows that live from `since` until before `until`."""

    view_permission = P.MAPPING_SET_VIEW
    scope_lookups = {"mapping_set": ("mapping_set_id",), "system": ("mapping_set__source_system_id",)}

    mapping_set = models.ForeignKey(MappingSet, on_delete=models.PROTECT, related_name="versions")

    history = HistoricalRecords()

    class Meta:
        ordering = ["mapping_set", "-number"]
        constraints = version_constraints("mapping_set", "mapping_version")

    def __str__(self) -> str:
        return f"{self.mapping_set} version {self.number}"

    @property
    def key(self) -> str:
        """Key of the approval subject."""
        return f"{self.mapping_set.code}/{self.number}"


class MappingRule(models.Model):
    """A rule from version number `since` until before `until`; a changed rule is a new row.

    What only serves finding rules: `shape` (source columns of an exact rule, else its class),
    `conditions_sha256` and `match_text` (the conditions in words).
    """

    mapping_set = models.ForeignKey(MappingSet, on_delete=models.PROTECT, related_name="rules")
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True, blank=True)
    priority = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=[(str(kind), kind.name.lower()) for kind in RuleKind])
    conditions = models.JSONField()
    target = models.CharField(max_length=200, blank=True)
    sign = models.SmallIntegerField(default=1)
    reason = models.CharField(max_length=1000, blank=True)
    label = models.CharField(max_length=300, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    shape = models.CharField(max_length=300)
    conditions_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    match_text = models.TextField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["mapping_set", "conditions_sha256"], name="rule_conditions"),
            models.Index(fields=["mapping_set", "shape", "priority"], name="rule_shape"),
            models.Index(fields=["mapping_set", "since"], name="rule_since"),
            models.Index(
                fields=["mapping_set", "until"], name="rule_until", condition=Q(until__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sign__in=[1, -1]), name="rule_sign"),
            models.CheckConstraint(condition=Q(priority__lte=MAX_PRIORITY), name="rule_priority"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="rule_life"
            ),
            models.CheckConstraint(
                condition=(Q(kind="ignore", target="") & ~Q(reason="")) | (~Q(kind="ignore") & ~Q(target="")),
                name="rule_target_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"rule {self.pk}: {self.match_text[:120]}"

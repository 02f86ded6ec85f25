"""What mapping versions and rate set versions have in common."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import BaseConstraint

from mappings.states import OPEN, VersionState
from portal.core.querysets import Governed


class Version(Governed):
    """A numbered content, effective from fiscal period to fiscal period (both inclusive; none is open).

    Which approved version is in force is derived from period and `approved_at`, never stored.
    `revision` counts edits, so that two editors cannot overwrite each other unseen.
    """

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    effective_from = models.CharField(max_length=7)
    effective_to = models.CharField(max_length=7, null=True, blank=True)
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    content_sha256 = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    change_ref = models.CharField(max_length=16, blank=True)

    class Meta:
        abstract = True

    @property
    def is_editable(self) -> bool:
        """Drafts are; so are versions under review, where an edit voids all decisions."""
        return self.state in OPEN

    @property
    def periods_label(self) -> str:
        return (
            f"{self.effective_from} to {self.effective_to}"
            if self.effective_to
            else f"from {self.effective_from}"
        )


def version_constraints(parent: str, name: str) -> list[BaseConstraint]:
    """One number once, one open version at a time, periods in order, approval complete."""
    opened = [str(state) for state in OPEN]
    approved = Q(state=str(VersionState.APPROVED))
    return [
        models.UniqueConstraint(fields=[parent, "number"], name=f"{name}_number"),
        models.UniqueConstraint(fields=[parent], condition=Q(state__in=opened), name=f"{name}_one_open"),
        models.CheckConstraint(
            condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            name=f"{name}_periods",
        ),
        models.CheckConstraint(
            condition=(approved & Q(approved_at__isnull=False) & ~Q(content_sha256=""))
            | (~approved & Q(approved_at__isnull=True)),
            name=f"{name}_approval",
        ),
    ]

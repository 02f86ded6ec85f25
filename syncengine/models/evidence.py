"""Which stored files prove a run."""

from __future__ import annotations

from django.db import models

from portal.core.querysets import Governed
from syncengine.models.run import Run
from syncengine.permissions import P


class EvidenceFile(Governed):
    """A content-addressed file of a run; `name` tells files of one kind apart (for instance mapping sets)."""

    view_permission = P.RUN_VIEW
    scope_lookups = {"flow": ("run__flow_id",), "system": ("run__flow__source_system_id",)}

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "kind", "name"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.run} {self.kind} {self.name}"

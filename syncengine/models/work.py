"""Leases of target slices and events waiting to be published."""

from __future__ import annotations

from django.db import models

from syncengine.models.run import Run


class TargetLease(models.Model):
    """Who may replace a slice now. `fence` grows with every claim and the target refuses a lower one."""

    target_key = models.CharField(max_length=64)
    slice_key = models.CharField(max_length=200)
    fence = models.PositiveBigIntegerField(default=0)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    owner = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target_key", "slice_key"], name="target_lease_once")]

    def __str__(self) -> str:
        return f"{self.target_key} {self.slice_key} fence {self.fence}"


class OutboxEvent(models.Model):
    """A CloudEvent written in the transaction of its cause; published afterwards, at least once."""

    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"

"""The append-only audit: entries chained by hash inside each stream (one stream per aggregate).

Entries hold ids, no foreign keys: what they describe may go, they stay (controls.md 3.3).
"""

from __future__ import annotations

from django.db import models

from portal.audit.permissions import P
from portal.core.querysets import Governed


class AuditEntry(Governed):
    """One act, or one refused act, by one actor on one object."""

    class Outcome(models.TextChoices):
        OK = "ok", "done"
        DENIED = "denied", "refused"

    view_permission = P.ENTRY_VIEW

    stream_type = models.CharField(max_length=64)
    stream_id = models.CharField(max_length=64)
    stream_seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=80, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OK)
    code = models.CharField(max_length=16, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_label = models.CharField(max_length=300)
    actor_person = models.BigIntegerField(null=True, db_index=True)
    actor_account = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10)
    subject_label = models.CharField(max_length=300, blank=True)
    object_version = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    run_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    payload = models.TextField(default="{}")
    prev = models.CharField(max_length=64)
    leaf = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stream_type", "stream_id", "stream_seq"], name="audit_stream_seq"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stream_type}/{self.stream_id}#{self.stream_seq}"


class AuditStreamHead(models.Model):
    """Number and leaf of the newest entry of a stream; locked while the next one is appended."""

    stream_type = models.CharField(max_length=64)
    stream_id = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField(default=0)
    leaf = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_type", "stream_id"], name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.stream_type}/{self.stream_id}@{self.seq}"

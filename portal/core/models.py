"""Rows of the platform itself: flags of this database and remembered answers of repeated requests."""

from __future__ import annotations

from django.db import models


class SiteFlag(models.Model):
    """A property of the whole database, for instance that it is a demo."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    @classmethod
    def is_demo(cls) -> bool:
        return cls.objects.filter(key="demo").exists()


class IdempotencyRecord(models.Model):
    """The answer to one POST, kept so that a repeated request has one effect (controls.md 5.1)."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key

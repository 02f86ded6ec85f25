"""States of mapping and rate set versions, as data; the change request owns the review states."""

from __future__ import annotations

from django.db import models

from portal.core.states import machine, transition


class VersionState(models.TextChoices):
    APPROVED = "approved", "approved"
    DRAFT = "draft", "draft"
    LOCKED = "locked", "under review"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"


S = VersionState
OPEN = (S.DRAFT, S.LOCKED)

VERSION = machine(
    transition("lock", S.DRAFT, S.LOCKED),
    transition("reopen", S.LOCKED, S.DRAFT),
    transition("approve", S.LOCKED, S.APPROVED),
    transition("reject", (S.DRAFT, S.LOCKED), S.REJECTED),
    transition("withdraw", (S.DRAFT, S.LOCKED), S.WITHDRAWN),
)

FOLLOWS = {"submitted": "lock", "pushed_back": "reopen", "rejected": "reject", "withdrawn": "withdraw"}
"""What a version does when its change request reaches a state."""

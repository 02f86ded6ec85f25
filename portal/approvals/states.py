"""States of a change request, as data (controls.md)."""

from __future__ import annotations

from django.db import models

from portal.core.states import machine, transition


class ChangeState(models.TextChoices):
    SUBMITTED = "submitted", "submitted"
    IN_REVIEW = "in_review", "in review"
    APPROVED = "approved", "approved"
    ACTIVE = "active", "active"
    PUSHED_BACK = "pushed_back", "pushed back"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"


S = ChangeState
DECIDABLE = (S.SUBMITTED, S.IN_REVIEW)
OPEN = (S.SUBMITTED, S.IN_REVIEW, S.PUSHED_BACK, S.APPROVED)

CHANGE = machine(
    transition("seat", DECIDABLE, S.IN_REVIEW),
    transition("approve", DECIDABLE, S.APPROVED),
    transition("reject", OPEN, S.REJECTED, needs_reason=True),
    transition("push_back", (*DECIDABLE, S.APPROVED), S.PUSHED_BACK, needs_reason=True),
    transition("withdraw", OPEN, S.WITHDRAWN, needs_reason=True),
    transition("resubmit", S.PUSHED_BACK, S.SUBMITTED),
    transition("void", (*DECIDABLE, S.APPROVED), S.SUBMITTED),
    transition("reopen", S.APPROVED, S.IN_REVIEW),
    transition("activate", S.APPROVED, S.ACTIVE),
)

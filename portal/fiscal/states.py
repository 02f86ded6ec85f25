"""States of a fiscal period, as data. A locked period stays locked."""

from __future__ import annotations

from django.db import models

from portal.core.states import machine, transition


class PeriodState(models.TextChoices):
    OPEN = "open", "open"
    CLOSED = "closed", "closed"
    LOCKED = "locked", "locked"


S = PeriodState

PERIOD = machine(
    transition("open", (S.CLOSED,), S.OPEN),
    transition("closed", (S.OPEN,), S.CLOSED),
    transition("locked", (S.OPEN, S.CLOSED), S.LOCKED),
)

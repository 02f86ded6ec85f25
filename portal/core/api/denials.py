"""Port for refusals at the door of the API, filled by the audit, so that every denied attempt is kept."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model

from portal.core.actor import Actor
from portal.core.errors import DomainError

Recorder = Callable[[Actor, str, DomainError, Model | None], None]
_recorders: list[Recorder] = []


def install(recorder: Recorder) -> None:
    """Called once by the audit app; a second call replaces the first."""
    _recorders[:] = [recorder]


def denied(actor: Actor, permission: str, error: DomainError, obj: Model | None) -> None:
    """Keep a refused write of `permission` over `obj`, if any."""
    for recorder in _recorders:
        recorder(actor, permission, error, obj)

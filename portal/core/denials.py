"""Port for writes that are refused outside any service, filled by the audit: every denied attempt is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from portal.core.actor import Actor
from portal.core.errors import DomainError

Recorder = Callable[[Actor, str, DomainError, Mapping[str, Any]], None]
_recorders: list[Recorder] = []


def install(recorder: Recorder) -> None:
    """Called once by the audit app; a second call replaces the first."""
    _recorders[:] = [recorder]


@contextmanager
def kept(actor: Actor, permission: str, *, writing: bool, named: Mapping[str, Any]) -> Iterator[None]:
    """A write denied inside is kept once, under `permission` or the one that was missing, with what it named.

    Looking without permission is refused alike and leaves no entry.
    """
    try:
        yield
    except DomainError as error:
        if writing and error.denied and not error.recorded:
            error.recorded = True
            for recorder in _recorders:
                recorder(actor, str(permission), error, named)
        raise

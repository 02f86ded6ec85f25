"""Grants read once per reading request, instead of once per button, row and list.

Only requests that can change nothing (GET, HEAD) remember: a grant given or taken in between counts from
the next request on, and every act asks the database. Outside a request nothing is ever remembered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Holding(NamedTuple):
    """What one active grant gives: permissions over one scope object, or everywhere (blank kind)."""

    permissions: frozenset[str]
    scope_kind: str
    scope_id: int


_remembered: ContextVar[dict[int, tuple[Holding, ...]] | None] = ContextVar("holdings", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, holdings of a person are read at most once."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def recall(person_id: int) -> tuple[Holding, ...] | None:
    memory = _remembered.get()
    return None if memory is None else memory.get(person_id)


def remember(person_id: int, holdings: tuple[Holding, ...]) -> None:
    """Keep holdings to the end of the reading request; nothing outside of one."""
    memory = _remembered.get()
    if memory is not None:
        memory[person_id] = holdings

"""Long lists of keys in queries of a bounded number of variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500
"""Values in one `IN (...)`: below the limit of variables of every SQLite."""


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in order, CHUNK at a time."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))

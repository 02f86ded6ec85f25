"""Port of the audit: how people call the objects of a stream, whose entries hold ids only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from portal.core.ports import Registry


@dataclass(frozen=True, slots=True)
class Naming:
    """`names`: names by id, in one query; `id_of`: the id behind a reference, "" for any other word.

    `argument` is what services call the id: a refusal recorded under its verb alone still has it.
    """

    names: Callable[[Collection[str]], dict[str, str]]
    id_of: Callable[[str], str]
    argument: str


namings: Registry[Naming] = Registry("naming of a stream")
"""By type of stream."""

"""Keys of a mapping that people write: declared once, for the parser and for `apply --sections`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key with its documentation. A name in capitals stands for names of one's own.

    `default` None means required, an empty one that the key may be left out. `example` is a value as YAML
    writes it. `keys` are those of the mapping, or of each entry of the list; `variants` are further ones by
    what they depend on, for instance by connector.
    """

    name: str
    kind: str
    meaning: str
    default: str | None = None
    example: str = ""
    keys: tuple[Key, ...] = ()
    variants: tuple[tuple[str, tuple[Key, ...]], ...] = ()

    @property
    def need(self) -> str:
        """Whether the key must be there, or what holds without it."""
        if self.default is None:
            return "required"
        return f"default {self.default}" if self.default else "optional"


def walk(keys: Iterable[Key], depth: int = 0) -> Iterator[tuple[int, Key | str]]:
    """Every key with its depth, parents first; the title of a variant comes before its keys."""
    for key in keys:
        yield depth, key
        yield from walk(key.keys, depth + 1)
        for title, variant in key.variants:
            yield depth + 1, title
            yield from walk(variant, depth + 2)


def names(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(key.name for key in keys)

"""Keys of a mapping that people write: declared once, for the parser and for `apply --sections`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any


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


def arranged(value: Any, keys: tuple[Key, ...]) -> Any:
    """The value with the keys of its mappings in declared order, and names of one's own sorted where they
    are declared: databases do not keep the order of a mapping alike."""
    if isinstance(value, list):
        return [arranged(item, keys) for item in value]
    if not isinstance(value, dict):
        return value
    places = {key.name: at for at, key in enumerate(keys)}
    own = next((at for at, key in enumerate(keys) if key.name.isupper()), len(keys))
    found = {}
    for name in sorted(value, key=lambda name: (places.get(name, own), name)):
        at = places.get(name, own)
        below = _keys_below(keys[at], value[name]) if at < len(keys) else ()
        found[name] = arranged(value[name], below)
    return found


def _keys_below(key: Key, value: Any) -> tuple[Key, ...]:
    """Those of the variant that knows all names of the value, of all variants when none does."""
    variants = [variant for _, variant in key.variants]
    fitting = (
        variant for variant in variants if isinstance(value, dict) and set(value) <= set(names(variant))
    )
    return key.keys + next(fitting, tuple(chain.from_iterable(variants)))

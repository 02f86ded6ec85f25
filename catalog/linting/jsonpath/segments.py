"""Parts of a parsed path. `deep` parts apply to a value and everything below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Expression = tuple[Any, ...]  # an operator and its operands, see `expressions`


class PathError(ValueError):
    """A path that is not understood; the text says where."""


@dataclass(frozen=True, slots=True)
class Names:
    """Children by key or index: `.a`, `['a','b']`, `[0,1]`; a negative index counts from the end."""

    names: tuple[str | int, ...]
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Wild:
    """All children."""

    deep: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """Elements from, to, by step, as Python slices them."""

    start: int | None
    stop: int | None
    step: int | None
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Children for which the expression is true: `[?(...)]`."""

    expression: Expression
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """The child whose key the expression gives: `[(@.length-1)]`."""

    expression: Expression
    deep: bool = False


@dataclass(frozen=True, slots=True)
class OfType:
    """The value itself when it is of the kind: `@string()`, `@object()`."""

    kind: str
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Parent:
    """The value around: `^`."""

    deep: bool = False


@dataclass(frozen=True, slots=True)
class KeyName:
    """The name of the key instead of the value: `~`."""

    deep: bool = False


Segment = Names | Wild | Slice | Filter | Script | OfType | Parent | KeyName

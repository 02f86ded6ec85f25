"""Regular expressions that take exponential time are found by their shape; no pattern is ever run here."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

_MANY = 16  # a repetition up to 16 times is harmless even inside another one
_ANY = frozenset(range(128))
_MAX_PATTERN = 2_000
_Chars = frozenset[int]
_CLASSES = {
    "CATEGORY_DIGIT": frozenset(range(48, 58)),
    "CATEGORY_SPACE": frozenset({9, 10, 11, 12, 13, 32}),
    "CATEGORY_WORD": frozenset({*range(48, 58), *range(65, 91), 95, *range(97, 123)}),
}
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT"})


@lru_cache(maxsize=4096)
def may_never_end(pattern: str) -> bool:
    """True when a repeated part holds a repetition that can swallow the beginning of the next round.

    `^(a+)+$` and `^(a|a)*$` are such patterns, `^(a+,)+$` is not. A pattern that cannot be parsed is not
    run by anything here, so it is False; one of more than 2,000 characters is True.
    """
    if len(pattern) > _MAX_PATTERN:
        return True
    if not any(mark in pattern for mark in ("*", "+", "{")):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = sre.parse(pattern)
        return any(_ambiguous(body) for body in _repeated(tree))
    except (re.error, OverflowError, RecursionError, ValueError):
        return False


def _parts(argument: Any) -> list[Any]:
    """The sub-patterns inside the argument of one parsed operation."""
    if isinstance(argument, sre.SubPattern):
        return [argument]
    if isinstance(argument, (tuple, list)):
        return [part for item in argument for part in _parts(item)]
    return []


def _repeated(tree: Any) -> list[Any]:
    """Bodies of all repetitions without a small bound, at any depth."""
    found, stack = [], [tree]
    while stack:
        for operation, argument in stack.pop():
            if str(operation) in _REPEATS and argument[1] > _MANY:
                found.append(argument[2])
            stack.extend(_parts(argument))
    return found


def _ambiguous(body: Any) -> bool:
    """Whether a body, repeated, can match one text in many ways: what may stop may also go on."""
    first, _ = _first(body, _ANY)
    return _overlaps(body, first)


def _overlaps(items: Any, following: _Chars) -> bool:
    """Whether a repetition or choice in the sequence can also match what may follow it."""
    for index, (operation, argument) in enumerate(items):
        after, empty = _first(items[index + 1 :], _ANY)
        after = after | following if empty else after
        name = str(operation)
        if name in _REPEATS:
            inside, _ = _first(argument[2], _ANY)
            if argument[1] > _MANY and inside & after:
                return True
        bodies = [argument[3]] if name == "SUBPATTERN" else [argument[2]] if name in _REPEATS else []
        if any(_overlaps(body, after) for body in bodies):
            return True
        if name == "BRANCH" and _branches_overlap(argument[1], after):
            return True
    return False


def _branches_overlap(branches: Any, after: _Chars) -> bool:
    seen: _Chars = frozenset()
    for branch in branches:
        first, _ = _first(branch, _ANY)
        if first & seen and len(branch) == 1:
            return True
        seen = seen | first if len(branch) == 1 else seen
        if _overlaps(branch, after):
            return True
    return False


def _first(items: Any, unknown: _Chars) -> tuple[_Chars, bool]:
    """ASCII characters a sequence can begin with, and whether it can be empty."""
    chars: _Chars = frozenset()
    for operation, argument in items:
        found, empty = _first_of(str(operation), argument, unknown)
        chars = chars | found
        if not empty:
            return chars, False
    return chars, True


def _first_of(name: str, argument: Any, unknown: _Chars) -> tuple[_Chars, bool]:
    if name == "LITERAL":
        return frozenset({min(argument, 127)}), False
    if name == "NOT_LITERAL":
        return unknown - {argument}, False
    if name == "IN":
        return _class_chars(argument), False
    if name in _REPEATS or name == "POSSESSIVE_REPEAT":
        chars, empty = _first(argument[2], unknown)
        return chars, empty or argument[0] == 0
    if name == "SUBPATTERN":
        return _first(argument[3], unknown)
    if name == "BRANCH":
        found = [_first(branch, unknown) for branch in argument[1]]
        return frozenset().union(*(chars for chars, _ in found)), any(empty for _, empty in found)
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return frozenset(), True
    return unknown, False


def _class_chars(items: Any) -> _Chars:
    chars: set[int] = set()
    negate = False
    for operation, argument in items:
        name = str(operation)
        if name == "NEGATE":
            negate = True
        elif name == "LITERAL":
            chars.add(min(argument, 127))
        elif name == "RANGE":
            chars.update(range(argument[0], min(argument[1], 127) + 1))
        elif name == "CATEGORY":
            positive = str(argument).replace("_NOT_", "_")
            known = _CLASSES.get(positive, _ANY)
            chars.update(_ANY - known if "_NOT_" in str(argument) else known)
    return _ANY - chars if negate else frozenset(chars)

"""Regular expressions of JavaScript, matched in linear time whoever wrote them.

A pattern without repetition runs in Python's own engine. One with repetition runs as an automaton that is
built while it runs. Only what no automaton can do (look-around, back references) runs in Python's engine on
short texts, and not at all when its shape may take exponential time.
"""

from __future__ import annotations

import re
import warnings
from functools import cached_property, lru_cache
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

from catalog.compatibility.documents.patterns import may_never_end
from catalog.linting.automata import MAX_SIZE, Automaton, Unfit, size_of
from catalog.linting.budget import Budget
from catalog.linting.codes import LintCode, LintError

_MAX_PATTERN = 2_000
_MAX_CHOICES = 3_000_000  # ways in which a pattern with look-around may be tried on one text
_KNOWN_ESCAPES = frozenset("dDwWsSbBnrtfv0123456789")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "g": 0, "u": 0, "y": 0, "d": 0}
_LITERAL = re.compile(r"/(.+)/([a-z]*)\Z", re.DOTALL)


def translate(pattern: str, multiline: bool = False) -> str:
    """The pattern as Python writes it. Raises LintError (LNT-108) on what Python has no word for."""
    if len(pattern) > _MAX_PATTERN:
        raise _refused(pattern, f"has more than {_MAX_PATTERN} characters")
    out, index, in_class = [], 0, False
    while index < len(pattern):
        text, index = _token(pattern, index, in_class, multiline)
        if text == "[" or text == "[^":
            in_class = True
        elif text == "]" and in_class:
            in_class = False
        out.append(text)
    return "".join(out)


def _token(pattern: str, index: int, in_class: bool, multiline: bool) -> tuple[str, int]:
    rest = pattern[index:]
    if rest[0] == "\\":
        return _escape(pattern, index)
    if in_class:
        return ("\\[" if rest[0] == "[" else rest[0]), index + 1
    for start, text in (("[^]", r"[\s\S]"), ("[]", "(?!)"), ("[^", "[^"), ("{,", r"\{,")):
        if rest.startswith(start):
            return text, index + len(start)
    if rest.startswith("(?"):
        if rest.startswith("(?<") and rest[3:4] not in ("=", "!"):
            return "(?P<", index + 3
        if rest[2:3] not in (":", "=", "!", "<"):
            raise _refused(pattern, "has a group that JavaScript does not know")
    if rest[0] == "$" and not multiline:
        return r"\Z", index + 1
    return rest[0], index + 1


def _escape(pattern: str, index: int) -> tuple[str, int]:
    mark = pattern[index + 1 : index + 2]
    found = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}").match(pattern, index)
    if found:
        return (re.escape(chr(int(found[1], 16))) if found[1] else found[0]), found.end()
    if mark == "k" and pattern[index + 2 : index + 3] == "<":
        end = pattern.find(">", index)
        return f"(?P={pattern[index + 3 : end]})", end + 1
    if mark in ("p", "P") and pattern[index + 2 : index + 3] == "{":
        raise _refused(pattern, "uses a Unicode property, which is not supported")
    if not mark:
        raise _refused(pattern, "ends in a backslash")
    if mark.isascii() and mark.isalnum() and mark not in _KNOWN_ESCAPES:
        return mark, index + 2
    return "\\" + mark, index + 2


def _refused(pattern: str, why: str) -> LintError:
    return LintError(LintCode.PATTERN, f"The pattern {pattern[:60]!r} {why}.")


class Regex:
    """One pattern. Raises LintError (LNT-108) when it cannot be run safely."""

    def __init__(self, pattern: str, flags: str = "") -> None:
        if set(flags) - set(_FLAGS):
            raise _refused(pattern, f"has unknown flags {flags[:10]!r}")
        self.pattern = pattern
        source = translate(pattern, "m" in flags)
        bits = re.ASCII
        for flag in flags:
            bits |= _FLAGS[flag]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._tree = sre.parse(source, bits)
                self.repeats = _repeats(self._tree)
                self.is_automaton = bool(self.repeats) and _is_automaton(self._tree, pattern)
                if self.repeats and not self.is_automaton and may_never_end(source):
                    raise _refused(pattern, "may never end")
                self._compiled = None if self.is_automaton else re.compile(source, bits)
        except (re.error, OverflowError, RecursionError, ValueError) as error:
            raise _refused(pattern, f"is not valid ({error})") from None
        self._bits = bits

    @cached_property
    def _automaton(self) -> Automaton:
        return Automaton(self._tree, self._bits)

    def search(self, text: str, budget: Budget) -> bool:
        """Whether the pattern is found in the text.

        Raises LintError: LNT-121 when the budget is spent, LNT-122 when look-around meets a long text.
        """
        budget.spend(1 + len(text) // 8)
        if self.is_automaton:
            return self._automaton.search(text, budget)
        if self.repeats and (len(text) + 1) ** min(self.repeats + 1, 20) > _MAX_CHOICES:
            raise LintError(
                LintCode.LONG_TEXT,
                f"A text of {len(text)} characters is too long for the pattern {self.pattern[:60]!r}.",
            )
        return self._compiled is not None and self._compiled.search(text) is not None


def _is_automaton(tree: Any, pattern: str) -> bool:
    try:
        size = size_of(tree)
    except Unfit:
        return False
    if size > MAX_SIZE:
        raise _refused(pattern, "repeats more than can be run")
    return True


def _repeats(tree: Any) -> int:
    """Repetitions of more than a few rounds, at any depth."""
    count, stack = 0, [tree]
    while stack:
        part = stack.pop()
        if isinstance(part, sre.SubPattern):
            part = list(part)
        if isinstance(part, (tuple, list)):
            if len(part) == 2 and str(part[0]).endswith("_REPEAT") and part[1][1] > 1:
                count += 1
            stack.extend(part)
    return count


@lru_cache(maxsize=2048)
def regex_of(pattern: str, flags: str = "") -> Regex:
    """The pattern compiled once. Raises LintError (LNT-108)."""
    return Regex(pattern, flags)


def regex_of_literal(text: str) -> Regex:
    """A pattern as rules write it, plain or as `/pattern/flags`. Raises LintError (LNT-108)."""
    found = _LITERAL.match(text)
    return regex_of(found[1], found[2]) if found and text.startswith("/") else regex_of(text)

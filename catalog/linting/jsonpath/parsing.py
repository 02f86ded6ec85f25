"""From the text of a path to its segments."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from catalog.linting.jsonpath.expressions import parse_expression
from catalog.linting.jsonpath.segments import (
    Filter,
    KeyName,
    Names,
    OfType,
    Parent,
    PathError,
    Script,
    Segment,
    Slice,
    Wild,
)

_MAX_PATH = 4_000
_MAX_SEGMENTS = 100
_NAME = re.compile(r"(?:(?!@[a-zA-Z]+\(\))[^.\[\]^~\s()])+")  # up to a kind such as @string()
_TYPE = re.compile(r"@([a-zA-Z]+)\(\)")
_KINDS = frozenset(
    {"array", "boolean", "integer", "nonFinite", "null", "number", "object", "scalar", "string", "undefined"}
)
_SLICE = re.compile(r"(-?\d*):(-?\d*)(?::(-?\d*))?\Z")
_INDEX = re.compile(r"-?\d{1,9}\Z")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)


@lru_cache(maxsize=4096)
def parse_path(text: str) -> tuple[Segment, ...]:
    """Segments of a path that starts with `$`. Raises PathError."""
    if len(text) > _MAX_PATH:
        raise PathError(f"a path has at most {_MAX_PATH} characters")
    if not text.startswith("$"):
        raise PathError("a path starts with $")
    return _Parser(text).segments()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1

    def segments(self) -> tuple[Segment, ...]:
        found: list[Segment] = []
        while self.at < len(self.text):
            found.append(self._segment())
            if len(found) > _MAX_SEGMENTS:
                raise PathError(f"a path has at most {_MAX_SEGMENTS} segments")
        return tuple(found)

    def _fail(self, why: str) -> PathError:
        return PathError(f"{why} at character {self.at + 1} of {self.text[:200]}")

    def _segment(self) -> Segment:
        mark = self.text[self.at]
        if mark in "^~":
            self.at += 1
            return Parent() if mark == "^" else KeyName()
        if mark == "[":
            return self._bracket()
        if mark == "@":
            return self._name()
        if mark != ".":
            raise self._fail(f"unexpected {mark!r}")
        deep = self.text.startswith("..", self.at)
        self.at += 2 if deep else 1
        if deep and self.text.startswith("[", self.at):
            return replace(self._bracket(), deep=True)
        if self.text[self.at : self.at + 1] in ("^", "~"):  # `$..^`: of everything
            segment: Segment = Parent(deep) if self.text[self.at] == "^" else KeyName(deep)
            self.at += 1
            return segment
        return replace(self._name(), deep=deep)

    def _name(self) -> Segment:
        if self.text.startswith("[", self.at):  # `$.[0]` is written by some
            return self._bracket()
        kind = _TYPE.match(self.text, self.at)
        if kind:
            if kind[1] not in _KINDS:
                raise self._fail(f"{kind[0]} is not a kind of value")
            self.at = kind.end()
            return OfType(kind[1])
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self._fail("a name is missing")
        self.at = found.end()
        name = found[0]
        if name == "*":
            return Wild()
        return Names((name[1:] if name.startswith("`") else name,))

    def _bracket(self) -> Segment:
        self.at += 1
        body = self._body()
        if body.startswith("?"):
            return Filter(self._expression(body[1:]))
        if body.startswith("("):
            return Script(self._expression(body))
        if body == "*":
            return Wild()
        sliced = _SLICE.match(body)
        if sliced:
            start, stop, step = (int(part) if part and part != "-" else None for part in sliced.groups())
            if step is not None and step <= 0:
                raise self._fail("a step is a positive number")
            return Slice(start, stop, step)
        return Names(tuple(self._names(body)))

    def _expression(self, text: str) -> tuple[object, ...]:
        try:
            return parse_expression(text)
        except PathError as error:
            raise PathError(f"{error} in {self.text[:200]}") from None

    def _body(self) -> str:
        """The text up to the closing bracket, quotes and regular expressions aside."""
        start, depth, at = self.at, 1, self.at
        expression = self.text.startswith(("?", "("), start)
        while at < len(self.text):
            char = self.text[at]
            if char in "'\"" or (char == "/" and expression and self._opens_regex(start, at)):
                at = self._after(at, char)
                continue
            depth += (char == "[") - (char == "]")
            if depth == 0:
                self.at = at + 1
                return self.text[start:at].strip()
            at += 1
        raise self._fail("a closing bracket is missing")

    def _opens_regex(self, start: int, at: int) -> bool:
        before = self.text[start:at].rstrip()[-1:]
        return before in ("(", ",", "&", "|", "=", "!", "?", "~")

    def _after(self, at: int, quote: str) -> int:
        at += 1
        while at < len(self.text) and self.text[at] != quote:
            at += 2 if self.text[at] == "\\" else 1
        return at + 1

    def _names(self, body: str) -> list[str | int]:
        names: list[str | int] = []
        at = 0
        while at <= len(body):
            quoted = _QUOTED.match(body, at)
            if quoted:
                raw = quoted[1] if quoted[1] is not None else quoted[2]
                names.append(re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL))
                at = quoted.end()
            else:
                end = body.find(",", at)
                word = body[at : end if end >= 0 else len(body)].strip()
                if not word or any(char in word for char in "'\"()"):
                    raise self._fail("a name is missing or not understood")
                names.append(int(word) if _INDEX.match(word) else word)
                at = end if end >= 0 else len(body)
            rest = body[at:].lstrip()
            if not rest:
                return names
            if not rest.startswith(","):
                raise self._fail("a comma is missing")
            at = len(body) - len(rest) + 1
            at += len(body[at:]) - len(body[at:].lstrip())
        raise self._fail("a name is missing")

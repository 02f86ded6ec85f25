"""A regular expression as an automaton: the time is linear in the text, whatever the pattern is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from catalog.linting.budget import Budget, Step, Steps

_MAX_KNOWN = 5_000
_Test = Callable[[str], bool]
# One state: a test of the next character, an assertion about the place, or nothing, and where it leads.
_State = tuple["_Test | str | None", tuple[int, ...]]
_START, _WORD, _OTHER = "start", "word", "other"


_SINGLE = frozenset({"AT", "ANY", "LITERAL", "NOT_LITERAL", "IN"})
MAX_SIZE = 4_000


class Unfit(Exception):
    """The pattern is no automaton: it has look-around or back references."""


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


_CATEGORIES: dict[str, _Test] = {
    "CATEGORY_DIGIT": lambda char: "0" <= char <= "9",
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": _is_word,
}


def _category(name: str) -> _Test:
    test = _CATEGORIES[name.replace("_NOT_", "_")]
    return (lambda char: not test(char)) if "_NOT_" in name else test


def _test_of(name: str, argument: Any, bits: int) -> _Test:
    if name == "ANY":
        return (lambda char: True) if bits & re.DOTALL else (lambda char: char not in "\n\r")
    if name == "LITERAL":
        wanted = chr(argument)
        return lambda char: char == wanted
    if name == "NOT_LITERAL":
        unwanted = chr(argument)
        return lambda char: char != unwanted
    if name == "RANGE":
        low, high = chr(argument[0]), chr(argument[1])
        return lambda char: low <= char <= high
    if name == "CATEGORY":
        return _category(str(argument))
    if name == "IN":
        negate = bool(argument) and str(argument[0][0]) == "NEGATE"
        tests = [_test_of(str(op), value, bits) for op, value in argument[negate:]]
        return lambda char: any(test(char) for test in tests) is not negate
    raise Unfit


def _any_case(test: _Test) -> _Test:
    return lambda char: test(char) or test(char.lower()) or test(char.upper())


def size_of(tree: Any) -> int:
    """About how many states the parsed pattern needs; a counted repetition needs its body that often."""
    size = 0
    for operation, argument in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            rounds = argument[1] if argument[1] <= MAX_SIZE else argument[0] + 1
            size += rounds * (1 + size_of(argument[2]))
        elif name == "SUBPATTERN":
            size += size_of(argument[3])
        elif name == "BRANCH":
            size += 1 + sum(size_of(branch) for branch in argument[1])
        elif name in _SINGLE:
            size += 1
        else:
            raise Unfit
    return size


class Automaton:
    """Built backwards from the parsed pattern: each part is given the state that follows it.

    The pattern passed `size_of` with at most MAX_SIZE.
    """

    def __init__(self, tree: Any, bits: int) -> None:
        self.bits = bits
        self.states: list[_State] = [(None, ())]  # state 0 accepts
        self.first = frozenset({self._sequence(list(tree), 0)})

    def _add(self, test: _Test | str | None, *following: int) -> int:
        self.states.append((test, following))
        return len(self.states) - 1

    def _sequence(self, items: list[Any], after: int) -> int:
        for operation, argument in reversed(items):
            after = self._part(str(operation), argument, after)
        return after

    def _part(self, name: str, argument: Any, after: int) -> int:
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self._repeat(argument, after)
        if name == "SUBPATTERN":
            return self._sequence(list(argument[3]), after)
        if name == "BRANCH":
            return self._add(None, *(self._sequence(list(branch), after) for branch in argument[1]))
        if name == "AT":
            return self._add(str(argument), after)
        test = _test_of(name, argument, self.bits)
        return self._add(_any_case(test) if self.bits & re.IGNORECASE else test, after)

    def _repeat(self, argument: Any, after: int) -> int:
        low, high, body = argument[0], argument[1], list(argument[2])
        if high > MAX_SIZE:  # without end
            loop = self._add(None, after)
            self.states[loop] = (None, (self._sequence(body, loop), after))
            after = loop
        else:
            end = after
            for _ in range(high - low):
                after = self._add(None, self._sequence(body, after), end)
        for _ in range(low):
            after = self._sequence(body, after)
        return after

    def search(self, text: str, budget: Budget) -> bool:
        """Whether the pattern is found anywhere in the text; None of the known steps means it was."""
        current: frozenset[int] = frozenset()
        before, known = _START, budget.steps_of(self, len(self.states))
        for char in text:
            step = (current, before, char)
            found = known[step] if step in known else self._learn(step, known, budget)
            if found is None:
                return True
            current, before = found, (_WORD if _is_word(char) else "\n" if char == "\n" else _OTHER)
        return self._learn((current, before, ""), known, budget) is None

    def _learn(self, step: Step, known: Steps, budget: Budget) -> frozenset[int] | None:
        """States after one character, the search starting anew at each; None when it was found."""
        current, before, char = step
        seen: set[int] = set()
        following: set[int] = set()
        stack = [*current, *self.first]
        while stack:
            state = stack.pop()
            if state in seen:
                continue
            seen.add(state)
            test, leads = self.states[state]
            if test is None or (isinstance(test, str) and self._holds(test, before, char)):
                stack.extend(leads)
            elif char and not isinstance(test, str) and test(char):
                following.update(leads)
        budget.spend(2 + 2 * len(seen))
        found = None if 0 in seen else frozenset(following)
        if len(known) > _MAX_KNOWN:
            known.clear()
        known[step] = found
        return found

    def _holds(self, assertion: str, before: str, char: str) -> bool:
        if assertion in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            lines = assertion == "AT_BEGINNING" and bool(self.bits & re.MULTILINE)
            return before == _START or (lines and before == "\n")
        if assertion in ("AT_END", "AT_END_STRING"):
            lines = assertion == "AT_END" and bool(self.bits & re.MULTILINE)
            return not char or (lines and char == "\n")
        at_boundary = (before == _WORD) is not (bool(char) and _is_word(char))
        return at_boundary is (assertion == "AT_BOUNDARY")

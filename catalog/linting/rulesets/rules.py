"""One entry of `rules`: a level, a change to a rule that is there, or a new rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catalog.compatibility.documents import child
from catalog.linting.codes import LintCode, LintError
from catalog.linting.functions import FUNCTIONS
from catalog.linting.jsonpath import PathError, parse_path
from catalog.linting.rulesets.aliases import expand
from catalog.linting.rulesets.formats import known_format
from catalog.linting.rulesets.model import Given, Level, Rule, Then

_LEVELS: dict[Any, Level | None] = {
    "error": Level.ERROR,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "info": Level.INFO,
    "information": Level.INFO,
    "hint": Level.HINT,
    "off": None,
    0: Level.ERROR,
    1: Level.WARNING,
    2: Level.INFO,
    3: Level.HINT,
    -1: None,
}
_KEYS = frozenset(
    {"description", "message", "severity", "given", "then", "formats", "resolved", "recommended", "enabled"}
    | {"documentationUrl", "extensions", "type", "tags", "summary"}
)


class Fault(Exception):
    """A part of the ruleset that is not right, with its pointer."""

    def __init__(self, code: LintCode, message: str, pointer: str) -> None:
        super().__init__(message)
        self.code, self.message, self.pointer = code, message, pointer


def level_of(value: Any, pointer: str) -> Level | None:
    """The level of a severity as word or number. Raises Fault."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value not in _LEVELS:
        raise Fault(LintCode.RULE, f"{str(value)[:40]!r} is not a severity.", pointer)
    return _LEVELS[value]


def rule_of(
    name: str, entry: Any, old: Rule | None, pointer: str, aliases: Mapping[str, Any], formats: frozenset[str]
) -> Rule:
    """The rule that an entry makes of an old one, or a new one. Raises Fault."""
    if isinstance(entry, dict):
        return _rule(name, entry, old, pointer, aliases, formats)
    if old is None:
        raise Fault(LintCode.RULE, f"There is no rule {name[:80]!r} to change.", pointer)
    if isinstance(entry, bool):
        return replace(old, level=old.own_level if entry else None)
    level = level_of(entry, pointer)
    return replace(old, level=level, own_level=level or old.own_level)


def _rule(
    name: str,
    entry: dict[str, Any],
    old: Rule | None,
    pointer: str,
    aliases: Mapping[str, Any],
    formats: frozenset[str],
) -> Rule:
    unknown = sorted(key for key in entry if key not in _KEYS and not key.startswith("x-"))
    if unknown:
        raise Fault(LintCode.RULE, f"A rule has no key {unknown[0][:40]!r}.", child(pointer, unknown[0]))
    for key in ("given", "then"):
        if old is None and key not in entry:
            raise Fault(LintCode.RULE, f"The rule {name[:80]!r} has no {key}.", pointer)
    rule = old or Rule(name, (), (), formats=formats)
    changes: dict[str, Any] = {"place": pointer}
    for key, target in (("description", "description"), ("message", "message")):
        if key in entry:
            changes[target] = _text(entry, key, pointer)
    if "documentationUrl" in entry:
        changes["documentation_url"] = _text(entry, "documentationUrl", pointer)
    for key in ("resolved", "recommended"):
        if key in entry:
            changes[key] = _flag(entry, key, pointer)
    level = level_of(entry["severity"], child(pointer, "severity")) if "severity" in entry else rule.own_level
    changes["level"], changes["own_level"] = level, level or rule.own_level
    if entry.get("enabled") is False:
        changes["level"] = None
    if "formats" in entry:
        changes["formats"] = formats_in(entry["formats"], child(pointer, "formats"))
    if "given" in entry:
        changes["builtin"] = False
        changes["given"] = _given(entry["given"], child(pointer, "given"), aliases)
    if "then" in entry:
        changes["builtin"] = False
        changes["then"] = _thens(entry["then"], child(pointer, "then"))
    return replace(rule, **changes)


def _text(entry: dict[str, Any], key: str, pointer: str) -> str:
    if not isinstance(entry[key], str):
        raise Fault(LintCode.RULE, f"{key} is a text.", child(pointer, key))
    return str(entry[key])


def _flag(entry: dict[str, Any], key: str, pointer: str) -> bool:
    if not isinstance(entry[key], bool):
        raise Fault(LintCode.RULE, f"{key} is true or false.", child(pointer, key))
    return bool(entry[key])


def formats_in(value: Any, pointer: str) -> frozenset[str]:
    """Known formats of a list of names. Raises Fault."""
    if not isinstance(value, list):
        raise Fault(LintCode.FORMAT, "formats is a list of names.", pointer)
    for index, name in enumerate(value):
        if not isinstance(name, str) or not known_format(name):
            raise Fault(
                LintCode.FORMAT, f"The format {str(name)[:40]!r} is not known.", child(pointer, index)
            )
    return frozenset(known_format(name) for name in value)


def _given(value: Any, pointer: str, aliases: Mapping[str, Any]) -> tuple[Given, ...]:
    paths = value if isinstance(value, list) else [value]
    found: list[Given] = []
    if not paths:
        raise Fault(LintCode.GIVEN, "given names no path.", pointer)
    for path in paths:
        if not isinstance(path, str):
            raise Fault(LintCode.GIVEN, "given is a path or a list of paths.", pointer)
        try:
            found.extend(expand(path, aliases))
        except PathError as error:
            raise Fault(LintCode.GIVEN, f"The path is not understood: {error}.", pointer) from None
    return tuple(found)


def _thens(value: Any, pointer: str) -> tuple[Then, ...]:
    if value == []:
        raise Fault(LintCode.RULE, "then names a function.", pointer)
    if isinstance(value, list):
        return tuple(_then(item, child(pointer, index)) for index, item in enumerate(value))
    return (_then(value, pointer),)


def _then(value: Any, pointer: str) -> Then:
    if not isinstance(value, dict) or not isinstance(value.get("function"), str):
        raise Fault(LintCode.RULE, "then names a function.", pointer)
    name, options = value["function"], value.get("functionOptions")
    if name not in FUNCTIONS:
        raise Fault(
            LintCode.FUNCTION,
            f"The function {name[:60]!r} is not a core function; functions in JavaScript do not run.",
            child(pointer, "function"),
        )
    options = {} if options is None else options
    try:
        problem = FUNCTIONS[name].problem(options) if isinstance(options, dict) else "they are not a mapping"
    except LintError as error:
        raise Fault(error.code, error.message, child(pointer, "functionOptions")) from None  # type: ignore[arg-type]
    if problem:
        raise Fault(
            LintCode.OPTIONS,
            f"The options of {name} are wrong: {problem}.",
            child(pointer, "functionOptions"),
        )
    field = value.get("field", "")
    if not isinstance(field, str):
        raise Fault(LintCode.RULE, "field is a text.", child(pointer, "field"))
    if field.startswith(("$.", "$[")):
        try:
            parse_path(field)
        except PathError as error:
            raise Fault(
                LintCode.GIVEN, f"The path is not understood: {error}.", child(pointer, "field")
            ) from None
    return Then(name, options, field)

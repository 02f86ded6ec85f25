"""Spectral's core functions (https://docs.stoplight.io/docs/spectral, "Core Functions")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from catalog.compatibility.documents import from_value, same
from catalog.linting.functions.options import checked
from catalog.linting.jsonpath.values import is_number, number_text, to_number, truthy
from catalog.linting.jsonschema import Schema, Validator, dialect_named, schema_problem
from catalog.linting.regexes import regex_of, regex_of_literal
from catalog.linting.targets import UNDEFINED, Function, Result, Target

_CASES = {
    "flat": "[a-z][a-z{d}]*",
    "camel": "[a-z][a-z{d}]*(?:[A-Z{d}](?:[a-z{d}]+|$))*",
    "pascal": "[A-Z][a-z{d}]*(?:[A-Z{d}](?:[a-z{d}]+|$))*",
    "kebab": "[a-z][a-z{d}]*(?:-[a-z{d}]+)*",
    "cobol": "[A-Z][A-Z{d}]*(?:-[A-Z{d}]+)*",
    "snake": "[a-z][a-z{d}]*(?:_[a-z{d}]+)*",
    "macro": "[A-Z][A-Z{d}]*(?:_[A-Z{d}]+)*",
}
_MAX_VALUES = 1_000


def _named(target: Target) -> str:
    key = target.missing[-1] if target.missing else target.node.key
    return f'"{key}" property' if key != "" else "The document"


def _truthy(target: Target) -> Iterator[Result]:
    if not truthy(target.value):
        yield Result(f"{_named(target)} must be truthy")


def _falsy(target: Target) -> Iterator[Result]:
    if truthy(target.value):
        yield Result(f"{_named(target)} must be falsy")


def _defined(target: Target) -> Iterator[Result]:
    if target.value is UNDEFINED:
        yield Result(f"{_named(target)} must be defined")


def _undefined(target: Target) -> Iterator[Result]:
    if target.value is not UNDEFINED:
        yield Result(f"{_named(target)} must be undefined")


def _alphabetical(target: Target) -> Iterator[Result]:
    if not isinstance(target.value, (list, dict)):
        return
    keyed = target.options.get("keyedBy")
    places = [child.key for child in target.node.children()]
    values: list[Any] = list(places)
    if isinstance(target.value, list):
        items = [target.lint.tree.resolve(child).value for child in target.node.children()]
        values = (
            items
            if keyed is None
            else [item.get(keyed) if isinstance(item, dict) else None for item in items]
        )
    target.lint.budget.spend(len(values))
    if not all(isinstance(value, str) or is_number(value) for value in values):
        yield Result(f"{_named(target)} must hold texts or numbers{f' by {keyed}' if keyed else ''}")
        return
    for at, (one, two) in enumerate(pairwise(values)):
        if _is_before(two, one):
            place = (places[at],) if keyed is None else ()
            yield Result(f'"{_shown(one)}" must be placed after "{_shown(two)}"', place)
            return


def _is_before(one: Any, two: Any) -> bool:
    """Whether `one` belongs before `two`: texts as people sort them, case last, and numbers by size.

    A text that is a number may follow one that is none.
    """
    if not isinstance(one, str) or not isinstance(two, str):
        first, second = to_number(one), to_number(two)
        return not _nan(first) and not _nan(second) and bool(first < second)
    if not _nan(to_number(one)) and _nan(to_number(two)):
        return False
    return (one.casefold(), one.swapcase()) < (two.casefold(), two.swapcase())


def _nan(value: int | Decimal) -> bool:
    return isinstance(value, Decimal) and value.is_nan()


def _enumeration(target: Target) -> Iterator[Result]:
    value, allowed = target.value, target.options["values"]
    if isinstance(value, (list, dict)) or value is UNDEFINED:
        return
    if not any(same(value, item) for item in allowed):
        shown = ", ".join(f'"{_shown(item)}"' for item in allowed)
        yield Result(f"{_named(target)} must be equal to one of the allowed values: {shown}")


def _length(target: Target) -> Iterator[Result]:
    value = target.value
    if isinstance(value, (str, list, dict)):
        # A text has as many characters as JavaScript counts.
        size: Any = (
            len(value.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(value, str) else len(value)
        )
    elif is_number(value):
        size = value
    else:
        return
    low, high = target.options.get("min"), target.options.get("max")
    if low is not None and size < low:
        yield Result(f"{_named(target)} must be longer than {number_text(low)}")
    if high is not None and size > high:
        yield Result(f"{_named(target)} must be shorter than {number_text(high)}")


def _pattern(target: Target) -> Iterator[Result]:
    value = target.value
    if not isinstance(value, str):
        return
    for key, wanted in (("match", True), ("notMatch", False)):
        pattern = target.options.get(key)
        if pattern is not None and regex_of_literal(pattern).search(value, target.lint.budget) is not wanted:
            word = "match the pattern" if wanted else "not match the pattern"
            yield Result(f'"{_shown(value)}" must {word} "{pattern}"')


def _pattern_problem(options: dict[str, Any]) -> str:
    if not {"match", "notMatch"} & options.keys():
        return "match or notMatch is missing"
    for value in options.values():
        regex_of_literal(value)
    return ""


def _casing(target: Target) -> Iterator[Result]:
    value = target.value
    if not isinstance(value, str) or not value:
        return
    separator = target.options.get("separator") or {}
    mark = separator.get("char", "")
    if len(value) == 1 and separator.get("allowLeading") and value == mark:
        return
    if not regex_of(casing_pattern(target.options)).search(value, target.lint.budget):
        yield Result(f"{_named(target)} must be {target.options['type']} case")


def casing_pattern(options: dict[str, Any]) -> str:
    """The regular expression of a case with its digits and separator."""
    base = _CASES[options["type"]].replace("{d}", "" if options.get("disallowDigits") else "0-9")
    separator = options.get("separator")
    if not separator:
        return f"^{base}$"
    mark = f"[{separator['char']}]" if separator["char"] not in "\\^]-" else f"[\\{separator['char']}]"
    leading = f"{mark}?" if separator.get("allowLeading") else ""
    return f"^{leading}{base}(?:{mark}{base})*$"


def _present(target: Target) -> tuple[list[str], int] | None:
    if not isinstance(target.value, dict):
        return None
    names = target.options["properties"]
    return names, sum(1 for name in names if name in target.value)


def _or(target: Target) -> Iterator[Result]:
    found = _present(target)
    if found and not found[1]:
        yield Result(f"At least one of {_quoted(found[0])} must be defined")


def _xor(target: Target) -> Iterator[Result]:
    found = _present(target)
    if found and found[1] != 1:
        yield Result(f"Exactly one of {_quoted(found[0])} must be defined")


def _quoted(names: list[str]) -> str:
    return " or ".join(f'"{_shown(name)}"' for name in names)


def _properties_problem(options: dict[str, Any]) -> str:
    names = options["properties"]
    return "" if names and all(isinstance(name, str) for name in names) else "properties is a list of names"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else number_text(value) if is_number(value) else str(value)
    return text if len(text) <= 80 else text[:80] + "..."


def typed_enum(target: Target) -> Iterator[Result]:
    """Values of an enum must be of the declared type; null is one when the schema is nullable."""
    schema = target.value
    if not isinstance(schema, dict) or not isinstance(schema.get("enum"), list):
        return
    kinds = schema.get("type")
    if not isinstance(kinds, (str, list)):
        return
    nullable = schema.get("nullable") is True or schema.get("x-nullable") is True
    wanted = Schema({"type": kinds, "nullable": nullable}, {}, dialect_named("oas3"))
    validator = Validator(target.lint.tree, target.lint.budget, resolved=False)
    nodes = target.at("enum")
    for node in nodes.children() if nodes is not None else ():
        if not validator.is_valid(wanted, node):
            text = " or ".join(kinds) if isinstance(kinds, list) else kinds
            yield Result(f'Enum value "{_shown(node.value)}" must be of type "{text}"', ("enum", node.key))


def _schema(target: Target) -> Iterator[Result]:
    if target.value is UNDEFINED:
        yield Result(f"{_named(target)} must exist")
        return
    options = target.options
    dialect = dialect_named(options.get("dialect", "auto"), options["schema"])
    schema = Schema(options["schema"], options["schema"], dialect)
    validator = Validator(target.lint.tree, target.lint.budget, resolved=target.resolved)
    errors = validator.errors(schema, target.node)
    for error in errors if options.get("allErrors") else errors[:1]:
        yield Result(error.sentence(), node=error.node)


def _schema_problem(options: dict[str, Any]) -> str:
    if not isinstance(options["schema"], (dict, bool)):
        return "schema is a mapping"
    from_value(options["schema"])
    try:
        dialect_named(options.get("dialect", "auto"), options["schema"])
    except ValueError as error:
        return str(error)
    return schema_problem(options["schema"])


def _unreferenced(target: Target) -> Iterator[Result]:
    holder = target.value
    if not isinstance(holder, dict):
        return
    location = target.options["reusableObjectsLocation"].rstrip("/")
    tree = target.lint.tree
    used: set[int] = set()
    for node in tree.references:
        found = tree.target(node.value["$ref"])
        while found is not None:
            used.add(id(found))
            found = found.parent
    place = tree.target(location) if location not in ("", "#") else tree.root
    for node in place.children() if place is not None else ():
        if id(node) not in used:
            yield Result("Potentially orphaned reusable object has been detected", node=node)


def _unreferenced_problem(options: dict[str, Any]) -> str:
    return (
        "" if options["reusableObjectsLocation"].startswith("#") else "reusableObjectsLocation starts with #"
    )


def _function(
    run: Callable[[Target], Iterator[Result]],
    kinds: dict[str, tuple[type, ...]] | None = None,
    required: tuple[str, ...] = (),
    more: Callable[[dict[str, Any]], str] | None = None,
) -> Function:
    def problem(options: dict[str, Any]) -> str:
        return checked(options, kinds or {}, required) or (more(options) if more else "")

    return Function(run, problem)


def _casing_problem(options: dict[str, Any]) -> str:
    if options["type"] not in _CASES:
        return f"type is one of {', '.join(_CASES)}"
    separator = options.get("separator", {"char": "x"})
    mark = separator.get("char")
    if not isinstance(mark, str) or len(mark) != 1 or set(separator) - {"char", "allowLeading"}:
        return "separator has a char of one character"
    return ""


def _values_problem(options: dict[str, Any]) -> str:
    return "" if len(options["values"]) <= _MAX_VALUES else f"values has more than {_MAX_VALUES}"


_NUMBER = (int, Decimal)
CORE: dict[str, Function] = {
    "alphabetical": _function(_alphabetical, {"keyedBy": (str,)}),
    "casing": _function(
        _casing, {"type": (str,), "disallowDigits": (bool,), "separator": (dict,)}, ("type",), _casing_problem
    ),
    "defined": _function(_defined),
    "enumeration": _function(_enumeration, {"values": (list,)}, ("values",), _values_problem),
    "falsy": _function(_falsy),
    "length": _function(_length, {"min": _NUMBER, "max": _NUMBER}),
    "or": _function(_or, {"properties": (list,)}, ("properties",), _properties_problem),
    "pattern": _function(_pattern, {"match": (str,), "notMatch": (str,)}, (), _pattern_problem),
    "schema": _function(
        _schema,
        {"schema": (dict, bool), "dialect": (str,), "allErrors": (bool,)},
        ("schema",),
        _schema_problem,
    ),
    "truthy": _function(_truthy),
    "typedEnum": _function(typed_enum),
    "undefined": _function(_undefined),
    "unreferencedReusableObject": _function(
        _unreferenced,
        {"reusableObjectsLocation": (str,)},
        ("reusableObjectsLocation",),
        _unreferenced_problem,
    ),
    "xor": _function(_xor, {"properties": (list,)}, ("properties",), _properties_problem),
}

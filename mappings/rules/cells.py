"""How a condition is written in one cell of a table, and read back exactly.

`is:4000`, `in:4000;4010`, `text:4000..4999`, `number:4000..4999`, `like:40*`; `<empty>` is the empty
text, `<absent>` no value at all; a backslash takes `\\`, `;`, `.`, `<` or a space literally.
"""

from __future__ import annotations

from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like
from mappings.rules.faults import FaultCode, RuleError
from mappings.rules.rule import RuleKind
from portal.core.export import starts_formula

_ESCAPED = "\\;.< "
_PREFIXES = ("is:", "in:", "text:", "number:", "like:")
_BARE = {RuleKind.EXPLICIT: "is:", RuleKind.LIST: "in:", RuleKind.WILDCARD: "like:"}


def parse_cell(cell: str, kind: RuleKind) -> Condition:
    """The condition in a cell. Raises RuleError MAP-022 or what the condition itself refuses.

    A cell without prefix is read by the rule's kind: one value, a list, or a pattern. In multi and
    ignore rules it is one value, and a star or question mark in it is refused as doubtful.
    """
    if cell.startswith(" ") or (cell.endswith(" ") and not cell.endswith("\\ ")):
        raise RuleError(
            FaultCode.CELL, "the cell begins or ends with a space; write a meant space as backslash space"
        )
    prefix = next((p for p in _PREFIXES if cell.startswith(p)), "")
    body = cell[len(prefix) :]
    if not prefix:
        if kind == RuleKind.RANGE:
            raise RuleError(
                FaultCode.RANGE, "a range declares its comparison: text:4000..4999 or number:4000..4999"
            )
        prefix = _BARE.get(kind, "is:")
        if kind in (RuleKind.MULTI, RuleKind.IGNORE) and ("*" in cell or "?" in cell):
            raise RuleError(FaultCode.CELL, f"say what is meant: like:{cell} or is:{cell}")
    if prefix == "is:":
        return Exact(_value(body))
    if prefix == "in:":
        return In([_value(part) for part in _split(body, ";")])
    if prefix == "like:":
        return Like(_plain(body))
    return _range(body, prefix)


def _range(body: str, prefix: str) -> Between:
    bounds = _split(body, "..")
    if len(bounds) != 2:
        raise RuleError(FaultCode.RANGE, f"a range is written {prefix}LOW..HIGH")
    low, high = (_value(bound) for bound in bounds)
    if low is None or high is None:
        raise RuleError(FaultCode.RANGE, "a bound of a range cannot be absent")
    return Between(low, high, Compare(prefix[:-1]))


def _split(body: str, separator: str) -> list[str]:
    """Parts between separators that no backslash precedes, still escaped."""
    parts, start, at = [], 0, 0
    while at < len(body):
        if body[at] == "\\":
            at += 2
        elif body.startswith(separator, at):
            parts.append(body[start:at])
            at += len(separator)
            start = at
        else:
            at += 1
    parts.append(body[start:])
    return parts


def _value(text: str) -> str | None:
    """One value; a missing one must be said, so that a stray separator is not taken for it."""
    if text == "<empty>":
        return ""
    if text == "<absent>":
        return None
    if not text:
        raise RuleError(FaultCode.CELL, "a value is missing; write <empty> for the empty text")
    return _plain(text)


def _plain(text: str) -> str:
    """The text without its backslashes."""
    if "\\" not in text:
        return text
    chars, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
            if at == len(text) or text[at] not in _ESCAPED:
                raise RuleError(FaultCode.CELL, "write a backslash as two backslashes")
        chars.append(text[at])
        at += 1
    return "".join(chars)


def format_cell(condition: Condition, kind: RuleKind) -> str:
    """The cell that `parse_cell` reads back to the same condition, and no spreadsheet as a formula."""
    if isinstance(condition, Exact):
        return _shortest("is:", _format_value(condition.value), kind)
    if isinstance(condition, In):
        return _shortest("in:", ";".join(_format_value(v) for v in condition.ordered()), kind)
    if isinstance(condition, Like):
        return _shortest("like:", _escape(condition.pattern), kind)
    low, high = _format_value(condition.low), _format_value(condition.high)
    return f"{condition.compare}:{low}..{high}"


def _shortest(prefix: str, body: str, kind: RuleKind) -> str:
    """Without the prefix where the kind says it and the text cannot be taken for anything else."""
    doubtful = not body or body.startswith(_PREFIXES) or body[0].isspace() or starts_formula(body)
    return body if _BARE.get(kind) == prefix and not doubtful else prefix + body


def _format_value(value: str | None) -> str:
    if value is None:
        return "<absent>"
    return _escape(value) if value else "<empty>"


def _escape(text: str) -> str:
    """Backslashes where a reader would see a separator, a word in angles or a stray space."""
    last = len(text) - 1
    chars = []
    for at, char in enumerate(text):
        edge = at in (0, last)
        doubled = char == "." and "." in (text[at - 1 : at], text[at + 1 : at + 2])
        if char in "\\;<" or (char in ". " and edge) or doubled:
            chars.append("\\")
        chars.append(char)
    return "".join(chars)

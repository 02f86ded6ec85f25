"""A mapping rule as a value: what it matches, what becomes of it, and its canonical content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from mappings.rules.conditions import Between, Condition, Exact, In, Like, condition_from_json
from mappings.rules.faults import FaultCode, RuleError

MAX_PRIORITY = 99_999
DEFAULT_PRIORITY = 100


class RuleKind(StrEnum):
    """What the author calls the rule; IGNORE may have conditions of any shape."""

    EXPLICIT = "explicit"
    IGNORE = "ignore"
    LIST = "list"
    MULTI = "multi"
    RANGE = "range"
    WILDCARD = "wildcard"


_SINGLE: dict[RuleKind, type[Condition]] = {
    RuleKind.LIST: In,
    RuleKind.RANGE: Between,
    RuleKind.WILDCARD: Like,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Raises RuleError when kind, conditions, target, sign and reason do not fit."""

    id: str
    priority: int
    kind: RuleKind
    conditions: Mapping[str, Condition]
    target: str | None
    sign: int = 1
    reason: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if type(self.priority) is not int or not 0 <= self.priority <= MAX_PRIORITY:
            raise RuleError(FaultCode.SHAPE, f"a priority is a whole number from 0 to {MAX_PRIORITY}")
        if self.sign not in (1, -1) or type(self.sign) is not int:
            raise RuleError(FaultCode.SHAPE, "a sign is 1 (keep) or -1 (change)")
        _check_shape(self.kind, self.conditions)
        if self.kind == RuleKind.IGNORE:
            if self.target is not None:
                raise RuleError(FaultCode.TARGET, "an ignore rule has no target")
            if not self.reason.strip():
                raise RuleError(FaultCode.REASON, "an ignore rule needs a reason")
        elif not self.target:
            raise RuleError(FaultCode.TARGET, "a rule needs a target")


def _check_shape(kind: RuleKind, conditions: Mapping[str, Condition]) -> None:
    """MULTI and IGNORE take any conditions; the others are named after theirs."""
    if not conditions:
        raise RuleError(FaultCode.SHAPE, "a rule needs a condition on at least one column")
    if kind == RuleKind.EXPLICIT:
        if not all(type(condition) is Exact for condition in conditions.values()):
            raise RuleError(FaultCode.SHAPE, "an explicit rule fixes each of its columns to one value")
    elif kind in _SINGLE:
        wanted = _SINGLE[kind]
        if len(conditions) != 1 or type(next(iter(conditions.values()))) is not wanted:
            raise RuleError(
                FaultCode.SHAPE,
                f"a {kind} rule has one {kind} condition on one column; use kind multi for more",
            )
    elif kind not in (RuleKind.MULTI, RuleKind.IGNORE):
        raise RuleError(FaultCode.SHAPE, f"'{kind}' is no kind of rule")


def conditions_as_json(conditions: Mapping[str, Condition]) -> dict[str, Any]:
    """Conditions by column, columns in alphabetical order, so that equal conditions are equal text."""
    return {column: conditions[column].as_json() for column in sorted(conditions)}


def conditions_from_json(data: object) -> dict[str, Condition]:
    """Conditions from stored JSON. Raises RuleError with the column at fault."""
    if not isinstance(data, dict):
        raise RuleError(FaultCode.SHAPE, "conditions are an object: column to condition")
    conditions: dict[str, Condition] = {}
    for column, value in data.items():
        try:
            conditions[column] = condition_from_json(value)
        except RuleError as error:
            raise RuleError(error.code, error.message, column) from error
    return conditions


def rule_content(rule: Rule) -> dict[str, Any]:
    """The exact content that is approved: everything but the row's own id."""
    return {
        "conditions": conditions_as_json(rule.conditions),
        "kind": str(rule.kind),
        "label": rule.label,
        "priority": rule.priority,
        "reason": rule.reason,
        "sign": rule.sign,
        "target": rule.target,
    }


def rule_from_content(rule_id: str, content: Mapping[str, Any]) -> Rule:
    """The inverse of `rule_content`. Raises RuleError."""
    try:
        kind = RuleKind(content["kind"])
    except ValueError as error:
        raise RuleError(FaultCode.SHAPE, f"'{content['kind']}' is no kind of rule") from error
    return Rule(
        id=rule_id,
        priority=content["priority"],
        kind=kind,
        conditions=conditions_from_json(content["conditions"]),
        target=content["target"],
        sign=content.get("sign", 1),
        reason=content.get("reason", ""),
        label=content.get("label", ""),
    )


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_text(content: object) -> str:
    """Canonical JSON: sorted keys, no spaces, no floats in what this package writes."""
    return _canonical.encode(content)


def rule_hash(rule: Rule) -> str:
    """sha256 of the canonical content, hexadecimal."""
    return sha256(canonical_text(rule_content(rule)).encode()).hexdigest()


def conditions_hash(conditions: Mapping[str, Condition]) -> str:
    """sha256 of the conditions alone: two rules with the same one match exactly the same records."""
    return sha256(canonical_text(conditions_as_json(conditions)).encode()).hexdigest()


def exact_hash(values: Mapping[str, str | None]) -> str:
    """The `conditions_hash` of a rule that fixes these columns to these values, without building one."""
    conditions = {column: {"is": value} for column, value in values.items()}
    return sha256(canonical_text(conditions).encode()).hexdigest()


def version_hash(
    *, base: str, removed: list[str], added: list[str], effective: tuple[str, str | None], set_content: object
) -> str:
    """sha256 of a version, at the cost of its changes only.

    `base` is the hash of the version it starts from (empty for none); `removed` and `added` are
    rule hashes; `effective` is from and to fiscal period; `set_content` is what else decides the
    meaning of the rules (columns with their dimensions, target dimension, kind of the set).
    """
    content = {
        "added": sorted(added),
        "base": base,
        "effective": list(effective),
        "removed": sorted(removed),
        "set": set_content,
    }
    return sha256(canonical_text(content).encode()).hexdigest()

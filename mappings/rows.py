"""Between rules as rows and rules as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from mappings.models import MappingRule, MappingSet
from mappings.rules.merge import Incoming
from mappings.rules.precedence import class_of, is_exact
from mappings.rules.rule import (
    Rule,
    RuleKind,
    conditions_as_json,
    conditions_from_json,
    conditions_hash,
    rule_hash,
)
from mappings.rules.wording import conditions_text

_FIELDS = ("id", "priority", "kind", "conditions", "target", "sign", "reason", "label")


def shape_of(rule: Rule) -> str:
    """Columns of an exact rule, else its class below priority: rules of other shapes never tie with it."""
    if is_exact(rule.conditions):
        return ",".join(sorted(rule.conditions))
    rank = class_of(rule.priority, rule.conditions)
    return f"~{-rank.not_exact}.{-rank.not_constrained}.{rank.kind}"


def row_values(rule: Rule, hashes: tuple[str, str] | None = None) -> dict[str, Any]:
    """The fields of a row that say what the rule is; `hashes` of conditions and content, where known."""
    conditions_sha256, content_sha256 = hashes or (conditions_hash(rule.conditions), rule_hash(rule))
    return {
        "priority": rule.priority,
        "kind": str(rule.kind),
        "conditions": conditions_as_json(rule.conditions),
        "target": rule.target or "",
        "sign": rule.sign,
        "reason": rule.reason,
        "label": rule.label,
        "shape": shape_of(rule),
        "conditions_sha256": conditions_sha256,
        "content_sha256": content_sha256,
        "match_text": conditions_text(rule.conditions),
    }


def new_row(mapping_set: MappingSet, since: int, rule: Rule, replaces_id: int | None = None) -> MappingRule:
    """An unsaved row of a rule that lives from version `since`."""
    return MappingRule(mapping_set=mapping_set, since=since, replaces_id=replaces_id, **row_values(rule))


def imported_row(mapping_set: MappingSet, since: int, new: Incoming, replaces_id: int | None) -> MappingRule:
    """As `new_row`, of a rule that an import has hashed already."""
    values = row_values(new.rule, (new.conditions_sha256, new.content_sha256))
    return MappingRule(mapping_set=mapping_set, since=since, replaces_id=replaces_id, **values)


def incoming_of(row: MappingRule) -> Incoming:
    """A stored rule like one that a file brings; it has no line."""
    return Incoming(0, rule_of(row), row.conditions_sha256, row.content_sha256)


def rule_of(row: MappingRule) -> Rule:
    """The rule a row holds; its id is the row's."""
    return _rule(tuple(getattr(row, field) for field in _FIELDS))


def rules_in(rows: QuerySet[MappingRule]) -> Iterator[Rule]:
    """The rules of many rows, without building model instances."""
    return map(_rule, rows.order_by().values_list(*_FIELDS).iterator(chunk_size=10_000))


def _rule(values: Iterable[Any]) -> Rule:
    key, priority, kind, conditions, target, sign, reason, label = values
    return Rule(
        str(key),
        priority,
        RuleKind(kind),
        conditions_from_json(conditions),
        target or None,
        sign,
        reason,
        label,
    )

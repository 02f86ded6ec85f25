"""Adding, changing and removing single rules of an open version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mappings.codes import Code
from mappings.models import MappingRule, MappingVersion
from mappings.rows import new_row, row_values, rule_of
from mappings.rules.faults import FaultCode, RuleError
from mappings.rules.rule import (
    DEFAULT_PRIORITY,
    Rule,
    RuleKind,
    conditions_from_json,
    rule_content,
)
from mappings.selectors.versions import live_rules, live_with_conditions
from mappings.services.editing import edited, lock_version
from mappings.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import clean_text


def cleaned(rule: Rule) -> Rule:
    """The rule with clean target, reason and label. Raises BadInput API-011 with the field."""
    target = None if rule.target is None else clean_text(rule.target, 200, place="target")
    reason = clean_text(rule.reason, 1000, multiline=True, place="reason")
    label = clean_text(rule.label, 300, place="label")
    if (target, reason, label) == (rule.target, rule.reason, rule.label):
        return rule
    return replace(rule, target=target, reason=reason, label=label)


def _rule(version: MappingVersion, fields: dict[str, Any]) -> Rule:
    """A rule from the caller's fields. Raises Invalid with the rule's code and column, BadInput."""
    try:
        conditions = conditions_from_json(fields["conditions"])
        for column in conditions:
            if column not in version.mapping_set.column_names:
                raise RuleError(FaultCode.COLUMN, f"the mapping set has no column '{column}'", column)
        return cleaned(
            Rule(
                "",
                fields["priority"],
                RuleKind(fields["kind"]),
                conditions,
                fields["target"] or None,
                fields["sign"],
                fields["rule_reason"],
                fields["label"],
            )
        )
    except RuleError as error:
        message = f"{error.message[:1].upper()}{error.message[1:]}."
        raise Invalid(str(error.code), message, place=error.column) from error
    except ValueError as error:
        raise Invalid(Code.MAP_010, f"{fields['kind']!r} is no kind of rule.", place="kind") from error


def _refuse_twin(version: MappingVersion, row: MappingRule) -> None:
    """Raises Conflict MAP-032 when the version has a rule of the same conditions and priority."""
    found = live_with_conditions(version.mapping_set_id, version.number, [row.conditions_sha256])
    twins = (twin for rows in found for twin in rows.filter(priority=row.priority).exclude(pk=row.pk))
    twin = next(twins, None)
    if twin is not None:
        message = f"Rule {twin.pk} has the same conditions and the same priority."
        raise Conflict(Code.MAP_032, message, details={"rule": twin.pk})


def _live(version: MappingVersion, rule_id: int) -> MappingRule:
    row = live_rules(version.mapping_set_id, version.number).filter(pk=rule_id).first()
    if row is None:
        raise NotFound(f"{version} has no rule {rule_id}.", code=Code.MAP_040)
    return row


@audited(Tag.RULE_ADD)
def rule_add(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    kind: str,
    conditions: Mapping[str, Any],
    target: str | None = None,
    sign: int = 1,
    priority: int = DEFAULT_PRIORITY,
    rule_reason: str = "",
    label: str = "",
    revision: int | None = None,
) -> MappingRule:
    """Add a rule; `conditions` by column as JSON ({"is"}, {"in"}, {"like"}, {"between", "as"}).

    Raises Invalid MAP-010 to -015 with the column, Conflict MAP-032, and what `lock_version` raises.
    """
    version = lock_version(actor, version_id, revision)
    fields = {
        "kind": kind, "conditions": dict(conditions), "target": target, "sign": sign,
        "priority": priority, "rule_reason": rule_reason, "label": label,
    }  # fmt: skip
    rule = _rule(version, fields)
    row = new_row(version.mapping_set, version.number, rule)
    _refuse_twin(version, row)
    row.save(force_insert=True)
    edited(actor, version)
    after = {"rule": row.pk, **rule_content(rule)}
    record(Tag.RULE_ADD, actor=actor, subject=version, reason=reason, after=after)
    return row


@audited(Tag.RULE_EDIT)
def rule_edit(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    rule_id: int,
    kind: str,
    conditions: Mapping[str, Any],
    target: str | None = None,
    sign: int = 1,
    priority: int = DEFAULT_PRIORITY,
    rule_reason: str = "",
    label: str = "",
    revision: int | None = None,
) -> MappingRule:
    """Set all fields of a rule. A rule of the base gets a new row, so that the base keeps its own.

    Raises NotFound MAP-040 and what `rule_add` raises.
    """
    version = lock_version(actor, version_id, revision)
    old = _live(version, rule_id)
    fields = {
        "kind": kind, "conditions": dict(conditions), "target": target, "sign": sign,
        "priority": priority, "rule_reason": rule_reason, "label": label,
    }  # fmt: skip
    rule = _rule(version, fields)
    before = {"rule": old.pk, **rule_content(rule_of(old))}
    row = _replaced(version, old, rule)
    if row is old and before == {"rule": old.pk, **rule_content(rule)}:
        return old
    _refuse_twin(version, row)
    row.save()
    edited(actor, version)
    after = {"rule": row.pk, **rule_content(rule)}
    record(Tag.RULE_EDIT, actor=actor, subject=version, reason=reason, before=before, after=after)
    return row


def _replaced(version: MappingVersion, old: MappingRule, rule: Rule) -> MappingRule:
    """The row to save: the draft's own row changed, or a new one after ending the base's."""
    values = row_values(rule)
    if old.since == version.number or old.content_sha256 == values["content_sha256"]:
        for name, value in values.items():
            setattr(old, name, value)
        return old
    old.until = version.number
    old.save(update_fields=["until"])
    return new_row(version.mapping_set, version.number, rule, old.pk)


@audited(Tag.RULE_REMOVE)
def rule_remove(
    *, actor: Actor, reason: str, version_id: int, rule_id: int, revision: int | None = None
) -> MappingVersion:
    """Remove a rule from an open version; older versions keep it. Raises as `rule_edit`."""
    version = lock_version(actor, version_id, revision)
    row = _live(version, rule_id)
    before = {"rule": row.pk, **rule_content(rule_of(row))}
    if row.since == version.number:
        row.delete()
    else:
        row.until = version.number
        row.save(update_fields=["until"])
    edited(actor, version)
    record(Tag.RULE_REMOVE, actor=actor, subject=version, reason=reason, before=before)
    return version

"""What others did to an open version since a form on it was opened."""

from __future__ import annotations

import json
from typing import Any

from mappings.models import MappingVersion, RateSetVersion
from mappings.rules.rule import conditions_from_json
from mappings.rules.wording import conditions_text
from mappings.tags import Tag
from portal.audit.models import AuditEntry
from portal.audit.selectors import acts_on

MAX_TOLD = 20
_DID = {
    Tag.RULE_ADD: "added the rule",
    Tag.RULE_EDIT: "changed the rule",
    Tag.RULE_REMOVE: "removed the rule",
    Tag.RULES_IMPORT: "imported rules",
    Tag.VERSION_EDIT: "changed the periods to",
    Tag.RATES_LOAD: "imported rates",
}


def edits_since(version: MappingVersion | RateSetVersion, revision: int) -> list[str]:
    """The edits after this revision in words, the newest first; each counts the revision up by one."""
    count = min(max(version.revision - revision, 0), MAX_TOLD)
    return [_told(entry) for entry in acts_on(version, _DID).order_by("-stream_seq")[:count]]


def _told(entry: AuditEntry) -> str:
    payload = json.loads(entry.payload)
    what = _what(payload.get("after") or payload.get("before") or {})
    at = entry.at.strftime("%Y-%m-%d %H:%M")
    return f"{at} UTC, {entry.actor_label} {_DID[Tag(entry.action)]}{what}."


def _what(content: dict[str, Any]) -> str:
    if "conditions" in content:
        where = conditions_text(conditions_from_json(content["conditions"]))
        return f" {where} to {content['target'] or 'nothing'}"
    return f" {content['periods']}" if "periods" in content else ""

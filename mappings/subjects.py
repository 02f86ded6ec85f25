"""Approval subjects of mappings: versions of mapping sets and of rate sets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse

from mappings.codes import Code
from mappings.models import MappingRule, MappingSet, MappingVersion, RateSet, RateSetVersion
from mappings.permissions import P
from mappings.ports import impact_preview
from mappings.selectors import (
    rate_table,
    rate_version_by_key,
    rate_version_hash,
    version_by_key,
    version_content_hash,
    version_difference,
)
from mappings.selectors.difference import same_periods
from mappings.states import FOLLOWS, VERSION
from mappings.tags import Tag
from mappings.validation import rate_findings, version_findings
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, Finding, Subject, unchanged
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.canonical import canonical_json, decimal_text
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.locking import locked
from portal.core.states import apply_transition

MAX_DIFF = 2_000
"""Differences shown; the rest is counted and can be exported."""


def rule_text(row: MappingRule) -> str:
    """What a rule does, as a reviewer reads it."""
    does = f"ignore ({row.reason})" if row.kind == "ignore" else f"to {row.target}"
    words = [f"{row.match_text}:", does, f"priority {row.priority}", row.kind]
    if row.sign == -1:
        words.append("sign changed")
    if row.reason and row.kind != "ignore":
        words.append(f"reason: {row.reason}")
    if row.label:
        words.append(f"label: {row.label}")
    return f"{words[0]} {', '.join(words[1:])}"


def _told_apart(before: MappingRule, after: MappingRule) -> tuple[str, str]:
    """Both in words, and as they are written where two contents read the same (no value, `(absent)`)."""
    old, new = rule_text(before), rule_text(after)
    if old != new:
        return old, new
    return f"{old} {canonical_json(before.conditions)}", f"{new} {canonical_json(after.conditions)}"


def _period_rows(version: MappingVersion | RateSetVersion) -> list[DiffRow]:
    before = version.base.periods_label if version.base else ""
    after = version.periods_label
    return [DiffRow("periods", before, after, "changed" if before else "added")] if before != after else []


def _capped(rows: list[DiffRow]) -> list[DiffRow]:
    if len(rows) <= MAX_DIFF:
        return rows
    rest = DiffRow("more", "", f"{len(rows) - MAX_DIFF} more differences; export the version to see all")
    return [*rows[:MAX_DIFF], rest]


class VersionSubject(Subject):
    """What both kinds of version do alike: follow the request's state and become approved."""

    approve_tag: Tag
    find: Callable[[str], Any]
    hash_of: Callable[[Any], str]

    def version(self, change: ChangeRequest) -> Any:
        found = type(self).find(change.subject_key)
        if found is None:
            raise NotFound(f"There is no version {change.subject_key}.", code=Code.MAP_040)
        return found

    def title(self, change: ChangeRequest) -> str:
        version = self.version(change)
        return f"{version}, {version.periods_label}"

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        version = self.version(change)
        before = apply_transition(version, VERSION, "approve")
        version.content_sha256 = type(self).hash_of(version)
        version.approved_at = now()
        version.change_ref = change.ref
        version.full_clean()
        version.save()
        record(
            self.approve_tag,
            actor=actor,
            subject=version,
            before={"state": before},
            after={"state": version.state, "change": change.ref, "periods": version.periods_label},
            content_sha256=version.content_sha256,
            object_version=str(version.number),
        )

    def state_changed(self, change: ChangeRequest, state: str) -> None:
        verb = FOLLOWS.get(str(state))
        if verb is not None:
            version = self.version(change)
            apply_transition(version, VERSION, verb)
            version.change_ref = change.ref
            version.save()


class MappingVersionSubject(VersionSubject):
    kind = "mappings.version"
    label = "mapping version"
    approve_permission = P.VERSION_APPROVE
    unpreviewed = (
        "This page does not compute which balances the version moves. Once it is in force, "
        "a dry run of the flow shows them and writes nothing to the target. "
        "Amounts that are held back today for want of a rule stand under Exceptions."
    )
    approve_tag = Tag.VERSION_APPROVE
    find = staticmethod(version_by_key)
    hash_of = staticmethod(version_content_hash)

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        """Names the version and its content hash, which covers every rule through its base and changes."""
        version = self.version(change)
        return {
            "base": version.base.number if version.base else None,
            "effective": [version.effective_from, version.effective_to],
            "number": version.number,
            "set": version.mapping_set.code,
            "sha256": version_content_hash(version),
        }

    def lock(self, change: ChangeRequest) -> None:
        locked(MappingSet.objects.all()).get(pk=self.version(change).mapping_set_id)

    def url(self, change: ChangeRequest) -> str:
        return reverse("mappings:version-detail", args=[self.version(change).pk])

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [self.version(change).mapping_set]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        version = self.version(change)
        difference = version_difference(version)
        rows = _period_rows(version)
        rows += [
            DiffRow("rule", *_told_apart(before, after), "changed", f"rule {before.pk}")
            for before, after in difference.changed
        ]
        rows += [DiffRow("rule", "", rule_text(row), "added", f"rule {row.pk}") for row in difference.added]
        rows += [
            DiffRow("rule", rule_text(row), "", "removed", f"rule {row.pk}") for row in difference.removed
        ]
        return _capped(rows)

    def validate(self, change: ChangeRequest) -> list[Finding]:
        version = self.version(change)
        difference = version_difference(version)
        findings = version_findings(version, difference)
        if version.base and difference.is_empty:
            findings.append(unchanged("rule", version.base, same_periods=same_periods(version)))
        return findings

    def preview(self, change: ChangeRequest) -> dict[str, Any] | None:
        version = self.version(change)
        previews = {name: provide(version) for name, provide in impact_preview.all().items()}
        return {name: found for name, found in previews.items() if found is not None} or None


class RateSetVersionSubject(VersionSubject):
    kind = "mappings.rate_set_version"
    label = "rate set version"
    approve_permission = P.RATE_SET_APPROVE
    approve_tag = Tag.RATE_SET_VERSION_APPROVE
    find = staticmethod(rate_version_by_key)
    hash_of = staticmethod(rate_version_hash)

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        version = self.version(change)
        return {"number": version.number, "set": version.rate_set.code, "sha256": rate_version_hash(version)}

    def lock(self, change: ChangeRequest) -> None:
        locked(RateSet.objects.all()).get(pk=self.version(change).rate_set_id)

    def url(self, change: ChangeRequest) -> str:
        return reverse("mappings:rate-set-version-detail", args=[self.version(change).pk])

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [self.version(change).rate_set]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        version = self.version(change)
        before = rate_table(version.base) if version.base else {}
        after = rate_table(version)
        rows = _period_rows(version)
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            if old != new:
                kind, source, to, period = key
                name = f"{kind} {source}/{to} {period}"
                state = "added" if old is None else "removed" if new is None else "changed"
                rows.append(DiffRow(name, _rate_text(old), _rate_text(new), state))
        return _capped(rows)

    def validate(self, change: ChangeRequest) -> list[Finding]:
        version = self.version(change)
        rates = rate_table(version)
        if not rates:
            return [Finding("error", Code.FX_012, "The version has no rates.")]
        findings = rate_findings(rates)
        if version.base and rate_table(version.base) == rates:
            findings.append(unchanged("rate", version.base, same_periods=same_periods(version)))
        return findings


def _rate_text(rate: Decimal | None) -> str:
    return "" if rate is None else decimal_text(rate)

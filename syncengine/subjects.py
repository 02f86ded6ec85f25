"""Approval subjects of the sync engine: flow versions, records accepted unloaded, held runs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from portal.approvals.differing import deep_diff
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import DiffRow, Finding, Subject, unchanged
from portal.approvals.states import ChangeState
from portal.audit.services import record
from portal.core.actor import Actor
from portal.core.canonical import decimal_text
from portal.core.clock import now
from portal.core.currencies import currency_name
from portal.core.locking import locked
from portal.core.money import amount_words
from portal.core.states import apply_transition
from syncengine.codes import Code
from syncengine.definitions import findings_of, read_definition
from syncengine.differing import difference_words
from syncengine.models import FlowVersion, QuarantinedRecord, Run
from syncengine.permissions import P
from syncengine.selectors import acceptances
from syncengine.selectors.flows import last_approved, version_by_key
from syncengine.selectors.readable import NOT_READABLE, sums, told_sums, with_readability, without_amount
from syncengine.selectors.releases import last_confirmed, source_records, why_not_release
from syncengine.states import HELD_BACK, RECORD, VERSION
from syncengine.tags import Tag

_FOLLOW = {
    ChangeState.SUBMITTED: "lock",
    ChangeState.IN_REVIEW: "lock",
    ChangeState.PUSHED_BACK: "unlock",
    ChangeState.REJECTED: "reject",
    ChangeState.WITHDRAWN: "withdraw",
}


_LISTED = 500  # records of a proposal; the rest is counted
_SHOWN = 20  # differences of a held run; its page has them all


def page(name: str, key: int) -> str:
    """The page of an object; empty where the pages are not installed."""
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def version_diff(base: FlowVersion | None, version: FlowVersion) -> list[DiffRow]:
    before = {**base.definition, "effective_from": base.effective_from} if base else {}
    return deep_diff(before, {**version.definition, "effective_from": version.effective_from})


class FlowVersionSubject(Subject):
    kind = "syncengine.flow_version"
    label = "flow version"
    approve_permission = P.FLOW_APPROVE

    def _version(self, change: ChangeRequest) -> FlowVersion:
        return version_by_key(change.subject_key)

    def content(self, change: ChangeRequest) -> dict[str, Any]:
        version = self._version(change)
        base = last_approved(version.flow)
        return {
            "flow": version.flow.code,
            "number": version.number,
            "effective_from": version.effective_from,
            "definition": version.definition,
            "base": base.content_sha256 if base else "",
        }

    def lock(self, change: ChangeRequest) -> None:
        locked(FlowVersion.objects.all()).get(pk=self._version(change).pk)

    def title(self, change: ChangeRequest) -> str:
        return f"Flow {self._version(change)}"

    def url(self, change: ChangeRequest) -> str:
        return page("syncengine:version-detail", self._version(change).pk)

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [self._version(change).flow]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        version = self._version(change)
        return version_diff(last_approved(version.flow), version)

    def validate(self, change: ChangeRequest) -> list[Finding]:
        version = self._version(change)
        findings, base = findings_of(version), last_approved(version.flow)
        if base is not None and base.definition == version.definition:
            same = base.effective_from == version.effective_from
            findings.append(unchanged("part of the definition", base, same_periods=same))
        return findings

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        version = self._version(change)
        apply_transition(version, VERSION, "approve", code=Code.RUN_011)
        version.approved_at = now()
        version.change_ref = change.ref
        version.full_clean()
        version.save()
        record(
            Tag.FLOW_VERSION_ACTIVATE,
            actor=actor,
            subject=version,
            after={"state": version.state, "change": change.ref},
            content_sha256=version.content_sha256,
            object_version=str(version.number),
        )

    def state_changed(self, change: ChangeRequest, state: str) -> None:
        verb = _FOLLOW.get(ChangeState(state))
        if verb:
            version = self._version(change)
            apply_transition(version, VERSION, verb, code=Code.RUN_011)
            version.save()


def _sides(debit: Decimal, credit: Decimal, currency: str) -> tuple[str, str]:
    return f"debit {amount_words(debit, currency)}", f"credit {amount_words(credit, currency)}"


def _sides_of(item: QuarantinedRecord) -> tuple[str, ...]:
    if item.unreadable:
        return (f"amount {NOT_READABLE}",)
    return _sides(item.debit, item.credit, item.currency)


def _preview_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sums of readable amounts, and how many records they leave out; each only where there are such."""
    names = ("debit", "credit")
    found = zip(names, told_sums(row), strict=True)
    told: dict[str, Any] = {name: decimal_text(total) for name, total in found if total is not None}
    left_out = row["unreadable_records"]
    return told | ({"unreadable": left_out} if left_out else {})


def _preview_words(total: Mapping[str, Any], currency: str) -> str:
    told: list[str] = []
    if "debit" in total:
        told += _sides(Decimal(total["debit"]), Decimal(total["credit"]), currency)
    if "unreadable" in total:
        told.append(without_amount(total["unreadable"]))
    return ", ".join(told)


class AcceptUnloadedSubject(Subject):
    """Records of one slice that shall stay unloaded. The payload names each by its key and amounts."""

    kind = acceptances.KIND
    label = "records accepted unloaded"
    approve_permission = P.QUARANTINE_RELEASE
    propose_permission = P.QUARANTINE_ACCEPT
    fixed = True

    def _records(self, change: ChangeRequest) -> list[QuarantinedRecord]:
        payload = dict(change.payload or {})
        return list(
            with_readability(QuarantinedRecord.objects.select_related("flow"))
            .filter(flow__code=payload["flow"], slice_key=payload["slice"])
            .filter(record_key__in=payload["records"])
        )

    def title(self, change: ChangeRequest) -> str:
        payload = dict(change.payload or {})
        count = len(payload["records"])
        return f"Accept {count} record{'s' if count != 1 else ''} of {payload['slice']} unloaded"

    def url(self, change: ChangeRequest) -> str:
        records = self._records(change)
        return page("syncengine:run-detail", records[0].last_run_id) if records else ""

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [record_.flow for record_ in self._records(change)[:1]]

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        records = self._records(change)
        rows = [
            DiffRow(
                f"row {item.row} {item.code} {item.field}",
                ", ".join(filter(None, (item.value, *_sides_of(item)))),
                "stays unloaded",
                "changed",
            )
            for item in records[:_LISTED]
        ]
        rest = len(records) - len(rows)
        return [*rows, DiffRow("more", "", f"{rest:,} more records stay unloaded")] if rest else rows

    def validate(self, change: ChangeRequest) -> list[Finding]:
        wanted = set(dict(change.payload or {})["records"])
        open_ = {item.record_key for item in self._records(change) if item.state in HELD_BACK}
        gone = len(wanted - open_)
        if not gone:
            return []
        return [
            Finding("error", Code.RUN_010, f"{gone} of the records are no longer quarantined.", "records")
        ]

    def preview(self, change: ChangeRequest) -> dict[str, Any] | None:
        keys = [item.pk for item in self._records(change)]
        rows = (
            with_readability(QuarantinedRecord.objects.filter(pk__in=keys))
            .order_by("currency")
            .values("currency")
            .annotate(**sums())
        )
        return {row["currency"]: _preview_of(row) for row in rows}

    def shown_preview(self, change: ChangeRequest) -> dict[str, str]:
        return {
            currency_name(currency): _preview_words(total, currency)
            for currency, total in (change.preview or {}).items()
        }

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        for item in self._records(change):
            apply_transition(item, RECORD, "accept", code=Code.RUN_010)
            item.change_ref = change.ref
            item.closed_at = now()
            item.save(update_fields=["state", "change_ref", "closed_at"])
        first = self._records(change)[0]
        record(
            Tag.QUARANTINE_ACCEPTED,
            actor=actor,
            subject=first.flow,
            after={"change": change.ref, **dict(change.payload or {})},
            content_sha256=change.content_sha256,
        )


def _sum(total: str | None, currency: str) -> str:
    return "" if total is None else amount_words(Decimal(total), currency)


def _output(run: Run | None) -> dict[str, str]:
    """What a run made of its slice, as a reviewer compares it."""
    if run is None:
        return {}
    to = str((run.flow_version.definition.get("translate") or {}).get("to", ""))
    currency = to or (run.bridge[0]["currency"] if len(run.bridge) == 1 else "")
    return {
        "source records": f"{source_records(run):,}",
        "target rows": f"{run.output_rows or 0:,}",
        **{f"sum of {name}": _sum(total, currency) for name, total in run.measure_totals.items()},
        "content of the slice": f"sha256 {run.output_hash[:12]}",
    }


class HeldRunSubject(Subject):
    """The exact content that a held run computed, loaded all the same. The payload names it by its hash."""

    kind = "syncengine.held_run"
    label = "held run"
    approve_permission = P.RUN_RELEASE
    propose_permission = P.FLOW_RUN
    fixed = True

    def _run(self, change: ChangeRequest) -> Run:
        return Run.objects.select_related("flow", "flow_version").get(
            pk=int(change.subject_key.removeprefix("R-"))
        )

    def title(self, change: ChangeRequest) -> str:
        run = self._run(change)
        return f"Load {run.slice_key} as {run.ref} computed it"

    def url(self, change: ChangeRequest) -> str:
        return page("syncengine:run-detail", self._run(change).pk)

    def scopes(self, change: ChangeRequest) -> list[Model]:
        return [self._run(change).flow]

    def lock(self, change: ChangeRequest) -> None:
        locked(Run.objects.filter(pk=self._run(change).pk)).get()

    def diff(self, change: ChangeRequest) -> list[DiffRow]:
        """Where what the target holds differs from what would replace it."""
        run = self._run(change)
        before, after = _output(last_confirmed(run)), _output(run)
        return [
            DiffRow(name, before.get(name, ""), text, "changed" if name in before else "added")
            for name, text in after.items()
            if before.get(name) != text
        ]

    def validate(self, change: ChangeRequest) -> list[Finding]:
        """That nothing proves the load is what the approver answers for: he reads it under the checks."""
        run = self._run(change)
        if why := why_not_release(run):
            return [Finding("error", Code.RUN_016, f"{run.ref}: {why}", "run")]
        definition = read_definition(run.flow_version.definition)
        unproven = Finding("warning", run.error_code, f"The load is not proven: {run.error_message}")
        shown = [
            Finding("warning", Code.REC_007, difference_words(definition, row))
            for row in run.differences.order_by("id")[:_SHOWN]
        ]
        rest = (run.reconciliation_differences or 0) - len(shown)
        more = Finding("warning", Code.REC_007, f"Further differences: {rest:,}, on the page of {run.ref}.")
        return [unproven, *shown, *([more] if rest else [])]

    def apply(self, change: ChangeRequest, actor: Actor) -> None:
        run = self._run(change)
        run.release_ref = change.ref
        run.save(update_fields=["release_ref"])
        record(
            Tag.RUN_RELEASED,
            actor=actor,
            subject=run,
            after={"change": change.ref, **dict(change.payload or {})},
            content_sha256=run.output_hash,
            run_id=run.pk,
        )

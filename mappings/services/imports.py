"""Importing rules from a CSV or XLSX file: a dry run shows exactly what the import then does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mappings.codes import Code
from mappings.models import MappingRule, MappingVersion
from mappings.rows import imported_row, incoming_of
from mappings.rules.csvformat import line_place, parse_rules
from mappings.rules.merge import Existing, Incoming, MergePlan, plan_merge
from mappings.rules.rule import Rule, rule_hash
from mappings.rules.wording import conditions_text
from mappings.selectors.chunks import CHUNK, chunked
from mappings.selectors.difference import cancelled, new_and_gone, same_periods
from mappings.selectors.versions import live_rules, live_with_conditions
from mappings.services.editing import edited, lock_version
from mappings.services.rules import cleaned
from mappings.tags import Tag
from mappings.ties import Coming
from mappings.validation import findings_with
from portal.approvals.ports import Finding
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.canonical import sha256_hex
from portal.core.errors import BadInput, Fault, Faults

MAX_SHOWN = 500
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One thing the import does: `kind` is added, changed or removed; `line` is 0 for what is removed."""

    kind: str
    line: int
    rule: str
    target: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do. With faults nothing was done. `lines` are the first MAX_SHOWN."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    lines: list[ImportLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether submitting the version would be refused after this import."""
        return any(finding.level == "error" for finding in self.findings)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


@audited(Tag.RULES_IMPORT)
def rules_import(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    data: bytes,
    replace: bool = False,
    dry_run: bool = False,
    revision: int | None = None,
) -> ImportResult:
    """Merge the rules of a file into an open version, or replace all its rules by them.

    Rules are matched by their conditions. A dry run returns the file's faults and whatever submitting the
    version would refuse then, and writes nothing; otherwise faults are raised as Faults, and nothing is
    done. See `mappings.rules.csvformat`.
    """
    version = lock_version(actor, version_id, revision)
    incoming, faults = read_rules(data, version.mapping_set.column_names)
    if faults and not dry_run:
        raise Faults(faults)
    plan = plan_merge(_existing(version, incoming, replace), incoming, replace)
    if dry_run:
        findings = _rehearse(version, plan, whole=not faults)
        findings = [_with_lines(finding, incoming) for finding in findings]
        return ImportResult(faults=faults, findings=findings) if faults else _result(plan, findings)
    result = _result(plan)
    if result.is_empty:
        return result
    _write(version, plan)
    edited(actor, version)
    after = {"file_sha256": sha256_hex(data), "replace": replace, **_audit_text(result)}
    record(Tag.RULES_IMPORT, actor=actor, subject=version, reason=reason, after=after)
    return result


def _rehearse(version: MappingVersion, plan: MergePlan, *, whole: bool) -> list[Finding]:
    """What would stand against submitting after the import; of a file with faults, as far as it is read."""
    leaving = [*plan.removed, *(old for old, _ in plan.changed)]
    gone = frozenset(row.id for row in leaving)
    new, ended = new_and_gone(version)
    kept = [incoming_of(row) for row in new if row.pk not in gone]
    coming = [*plan.added, *(incoming for _, incoming in plan.changed)]
    outgoing: list[MappingRule | Existing] = [
        *ended,
        *(row for row in leaving if row.since != version.number),
    ]
    incoming, outgoing = cancelled([*kept, *coming], outgoing)
    live = live_rules(version.mapping_set_id, version.number).order_by()
    empty = not coming and live.count() == len(gone)
    new_lines = {new.line for new in incoming}
    back = [rule for rule in coming if rule.line not in new_lines]
    findings = findings_with(version, Coming(incoming, back, gone, empty))
    if not whole:
        return [finding for finding in findings if finding.code != Code.MAP_033]
    if same_periods(version) and not incoming and not outgoing:
        words = f"The version would have the same rules and periods as {version.base}."
        findings.append(Finding("error", "APR-008", words))
    return findings


def _with_lines(finding: Finding, incoming: list[Incoming]) -> Finding:
    """An unknown target with the lines of the file that lead to it."""
    kind, _, target = finding.place.partition(" ")
    if kind != "target":
        return finding
    lines = [str(new.line) for new in incoming if new.rule.target == target]
    if not lines:
        return finding
    shown = ", ".join(lines[:10]) + (" ..." if len(lines) > 10 else "")
    return replace(finding, place=f"{finding.place}, line{'s' if len(lines) > 1 else ''} {shown}")


def read_rules(
    data: bytes, columns: tuple[str, ...], place_of: Callable[[int], str] = line_place
) -> tuple[list[Incoming], list[Fault]]:
    """The clean rules of a file with their hashes, and its faults."""
    parsed = parse_rules(data, columns, place_of)
    faults = [Fault(str(f.code), f"{f.message[:1].upper()}{f.message[1:]}.", f.place) for f in parsed.faults]
    incoming: list[Incoming] = []
    for (line, rule), matched in zip(parsed.rules, parsed.hashes, strict=True):
        try:
            clean: Rule = cleaned(rule)
        except BadInput as error:
            faults.append(Fault(error.code, error.message, f"line {line}, column {error.place}"))
            continue
        incoming.append(Incoming(line, clean, matched, rule_hash(clean)))
    return incoming, faults


def _existing(version: MappingVersion, incoming: list[Incoming], replace: bool) -> Iterable[Existing]:
    """The rows that matter: all when they are replaced, else those of the file's conditions."""
    live = live_rules(version.mapping_set_id, version.number).order_by()
    fields = Existing._fields
    if replace or len(incoming) > 20 * CHUNK:
        return (Existing(*row) for row in live.values_list(*fields).iterator(chunk_size=10_000))
    hashes = {new.conditions_sha256 for new in incoming}
    found = live_with_conditions(version.mapping_set_id, version.number, hashes)
    return (Existing(*row) for rows in found for row in rows.values_list(*fields))


def _write(version: MappingVersion, plan: MergePlan) -> None:
    """End or delete what goes, insert what comes."""
    gone = [*plan.removed, *(old for old, _ in plan.changed)]
    own = [row.id for row in gone if row.since == version.number]
    rows = MappingRule.objects.filter(mapping_set_id=version.mapping_set_id)
    replaced = dict(_in_chunks(own, rows, "replaces_id"))
    for ids in chunked(own):
        rows.filter(pk__in=ids).delete()
    ended = [row.id for row in gone if row.since != version.number]
    for ids in chunked(ended):
        rows.filter(pk__in=ids).update(until=version.number)
    mapping_set, number = version.mapping_set, version.number
    new = [
        imported_row(mapping_set, number, coming, replaced.get(old.id, old.id))
        for old, coming in plan.changed
    ]
    new += [imported_row(mapping_set, number, coming, None) for coming in plan.added]
    MappingRule.objects.bulk_create(new, batch_size=_BATCH)


def _in_chunks(ids: list[int], rows: Any, value: str) -> Iterable[tuple[int, Any]]:
    for chunk in chunked(ids):
        yield from rows.filter(pk__in=chunk).values_list("pk", value)


def _result(plan: MergePlan, findings: list[Finding] | None = None) -> ImportResult:
    lines = [_line("changed", new) for _, new in plan.changed[:MAX_SHOWN]]
    lines += [_line("added", new) for new in plan.added[: MAX_SHOWN - len(lines)]]
    gone = MappingRule.objects.filter(pk__in=[old.id for old in plan.removed[: MAX_SHOWN - len(lines)]])
    lines += [ImportLine("removed", 0, row.match_text, row.target) for row in gone]
    return ImportResult(
        len(plan.added), len(plan.changed), len(plan.removed), plan.unchanged, lines, [], findings or []
    )


def _line(kind: str, new: Incoming) -> ImportLine:
    return ImportLine(kind, new.line, conditions_text(new.rule.conditions), new.rule.target or "ignore")


def _audit_text(result: ImportResult) -> dict[str, Any]:
    """Counts, and the first rules by name; the version's content hash covers all of them."""
    counts = ("added", "changed", "removed", "unchanged")
    return {
        **{name: getattr(result, name) for name in counts},
        "lines": [asdict(line) for line in result.lines[:100]],
    }

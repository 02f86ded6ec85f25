"""What stands against a version: ties and unknown targets are errors, unknown sources warnings.

Of rates: periods that no calendar has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from mappings.codes import Code
from mappings.models import Dimension, MappingSet, MappingVersion
from mappings.rows import incoming_of
from mappings.rules.ambiguity import Ambiguity
from mappings.rules.conditions import Exact, In
from mappings.rules.merge import Incoming
from mappings.rules.rule import Rule
from mappings.rules.wording import witness_text
from mappings.selectors.difference import VersionDifference, version_difference
from mappings.selectors.dimensions import unknown_members
from mappings.selectors.rates import RateKey, calendar_periods
from mappings.selectors.versions import live_rules
from mappings.ties import Coming, version_ties
from portal.approvals.ports import Finding

MAX_EACH = 50
"""Findings of one kind that are named; the rest is counted."""


def version_findings(version: MappingVersion, difference: VersionDifference | None = None) -> list[Finding]:
    """All findings. The cost depends on what the version changes, not on how many rules it has."""
    incoming = [incoming_of(row) for row in (difference or version_difference(version)).incoming]
    empty = not live_rules(version.mapping_set_id, version.number).exists()
    return findings_with(version, Coming(incoming, empty=empty))


def findings_with(version: MappingVersion, coming: Coming) -> list[Finding]:
    """All findings of a version as it is, or as an import would make it."""
    findings: list[Finding] = []
    if coming.empty:
        findings.append(Finding("error", Code.MAP_033, "The version has no rules."))
    findings.extend(_tie_findings(version, coming))
    findings.extend(_target_findings(version, coming.incoming))
    findings.extend(_source_findings(version.mapping_set, coming.incoming))
    return findings


def rate_findings(rates: Iterable[RateKey]) -> list[Finding]:
    """Rates for periods of no calendar: an error when a calendar has the year, else a warning.

    Where there is no calendar at all nothing can be said.
    """
    counts = Counter(period for _, _, _, period in rates)
    known = calendar_periods()
    years = {period[:4] for period in known}
    findings = []
    for period in sorted(counts.keys() - known) if known else ():
        level = "error" if period[:4] in years else "warning"
        s, stand = ("", "stands") if counts[period] == 1 else ("s", "stand")
        message = f"{counts[period]:,} rate{s} {stand} for {period}, a period that no calendar has."
        findings.append(Finding(level, Code.FX_013, message, f"period {period}"))
    return findings


def _tie_findings(version: MappingVersion, coming: Coming) -> Iterator[Finding]:
    report = version.mapping_set.kind == MappingSet.Kind.REPORT
    ties = version_ties(version, coming, None if report else MAX_EACH + 1)
    if report:  # a record may count in several lines, but in each only once
        ties = [tie for tie in ties if tie.rule_a.target == tie.rule_b.target]
    for tie in ties[:MAX_EACH]:
        yield Finding("error", Code.MAP_002, _tie_text(tie, version.mapping_set), _named(tie.rule_a))
    if len(ties) > MAX_EACH:
        yield Finding("error", Code.MAP_002, f"There are more than {MAX_EACH} ties.")


def _tie_text(tie: Ambiguity, mapping_set: MappingSet) -> str:
    used = {*tie.rule_a.conditions, *tie.rule_b.conditions}
    value = witness_text(mapping_set.column_names, tie.witness, used)
    names = [f"{rule.target or 'ignore'} ({_named(rule)})" for rule in (tie.rule_a, tie.rule_b)]
    return f"{value} matches two rules of equal rank: {names[0]} and {names[1]}."


def _named(rule: Rule) -> str:
    """A stored rule by its number, one of a file by its line."""
    return f"rule {rule.id}" if rule.id.isdigit() else rule.id


def _target_findings(version: MappingVersion, incoming: list[Incoming]) -> Iterator[Finding]:
    dimension = version.mapping_set.target_dimension
    targets = Counter(new.rule.target for new in incoming if new.rule.target)
    unknown = sorted(unknown_members(dimension, targets))
    for target in unknown[:MAX_EACH]:
        count = targets[target]
        s, lead = ("", "leads") if count == 1 else ("s", "lead")
        message = f"The target dimension has no member '{target}'; {count} rule{s} {lead} to it."
        yield Finding("error", Code.MAP_030, message, f"target {target}")
    if len(unknown) > MAX_EACH:
        message = f"{len(unknown) - MAX_EACH} more targets are unknown."
        yield Finding("error", Code.MAP_030, message)


def _source_findings(mapping_set: MappingSet, incoming: list[Incoming]) -> Iterator[Finding]:
    dimensions = {d.code: d for d in Dimension.objects.filter(code__in=_dimension_codes(mapping_set))}
    named: dict[str, set[str]] = defaultdict(set)
    for new in incoming:
        for column, condition in new.rule.conditions.items():
            if isinstance(condition, Exact) and condition.value:
                named[column].add(condition.value)
            elif isinstance(condition, In):
                named[column].update(value for value in condition.values if value)
    for column in mapping_set.columns:
        dimension = dimensions.get(column["dimension"])
        if dimension is not None:
            unknown = sorted(unknown_members(dimension, named[column["name"]]))
            if unknown:
                shown = ", ".join(unknown[:10]) + (" ..." if len(unknown) > 10 else "")
                are = "value is not a member" if len(unknown) == 1 else "values are not members"
                message = f"{len(unknown)} {are} of the column's dimension: {shown}"
                yield Finding("warning", Code.MAP_031, message, f"column {column['name']}")


def _dimension_codes(mapping_set: MappingSet) -> set[str]:
    return {column["dimension"] for column in mapping_set.columns if column["dimension"]}

"""Accepted violations: scoped to a rule and a place, with a reason, until a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from catalog.linting.codes import LintCode
from catalog.linting.findings import RULESET, Finding, fingerprint
from catalog.linting.rulesets import Exemption, Level

_ID = "lint-exception"


def excepted(
    findings: Sequence[Finding], exemptions: Sequence[Exemption], today: dt.date
) -> tuple[list[Finding], list[tuple[Finding, Exemption]]]:
    """Findings that count, and those that an exception covers, which stay visible.

    An exception that has expired, or that covers nothing, is a finding itself. Parts of a ruleset that
    could not be applied are never excepted.
    """
    kept: list[Finding] = []
    exempt: list[tuple[Finding, Exemption]] = []
    used: set[int] = set()
    for finding in findings:
        fitting = [exemption for exemption in exemptions if _covers(exemption, finding)]
        used.update(id(exemption) for exemption in fitting)
        valid = next((exemption for exemption in fitting if today <= exemption.expires), None)
        if valid is None:
            kept.append(finding)
        else:
            exempt.append((finding, valid))
    for exemption in exemptions:
        if today > exemption.expires:
            message = f"The exception of {exemption.rule} expired on {exemption.expires}: {exemption.reason}"
            kept.append(_told(exemption, Level.WARNING, message, LintCode.EXPIRED))
        elif id(exemption) not in used:
            message = f"The exception of {exemption.rule} covers no finding: {exemption.reason}"
            kept.append(_told(exemption, Level.INFO, message, LintCode.UNUSED))
    return kept, exempt


def _covers(exemption: Exemption, finding: Finding) -> bool:
    if finding.document == RULESET or exemption.rule not in ("*", finding.id):
        return False
    return finding.pointer == exemption.pointer or finding.pointer.startswith(exemption.pointer + "/")


def _told(exemption: Exemption, level: Level, message: str, code: LintCode) -> Finding:
    mark = fingerprint(_ID, exemption.pointer, message)
    return Finding(_ID, level, exemption.pointer, 0, message, mark, RULESET, code)

"""Findings of a lint as they are told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from catalog.compatibility.documents import canonical_text
from catalog.linting.rulesets import RANK, Exemption, Level

DOCUMENT, RULESET = "document", "ruleset"


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation. `pointer` and `line` (0: unknown) are places in `document`: the document or the ruleset.

    `code` is that of a part of the ruleset, an exception or a tolerated imperfection, else empty.
    `fingerprint` is 16 hex digits of a sha256 over rule, place (list positions replaced by names) and
    message: it stays when lines move or other things change.
    """

    id: str
    level: Level
    pointer: str
    line: int
    message: str
    fingerprint: str
    document: str = DOCUMENT
    code: str = ""
    documentation_url: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON values; `code` and `documentation_url` only where there is one."""
        found: dict[str, Any] = {
            "document": self.document,
            "fingerprint": self.fingerprint,
            "id": self.id,
            "level": self.level.value,
            "line": self.line,
            "message": self.message,
            "pointer": self.pointer,
        }
        if self.code:
            found["code"] = self.code
        if self.documentation_url:
            found["documentation_url"] = self.documentation_url
        return found


def fingerprint(rule: str, place: str, message: str) -> str:
    """What stays the same about a finding, in 16 hex digits."""
    seed = canonical_text([rule, place, message])
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:16]


def order_of(finding: Finding) -> tuple[Any, ...]:
    """Worst first, then by place: the same order on every run."""
    return (RANK[finding.level], finding.document, finding.pointer, finding.id, finding.message, finding.line)


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, worst first, and those that an exception covers, with it.

    `breaking` is True with an error: the gate lets warnings pass.
    """

    findings: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, Exemption], ...] = ()

    @property
    def breaking(self) -> bool:
        return any(finding.level is Level.ERROR for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "breaking": self.breaking,
            "findings": [finding.as_json() for finding in self.findings],
        }
        if self.excepted:
            found["excepted"] = [
                {**finding.as_json(), "expires": exemption.expires.isoformat(), "reason": exemption.reason}
                for finding, exemption in self.excepted
            ]
        return found

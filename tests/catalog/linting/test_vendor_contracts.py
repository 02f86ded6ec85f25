"""Contracts of real accounting systems, read in place from the shared data beside the project."""

from __future__ import annotations

import subprocess
import sys

from catalog.compatibility.documents import read_document
from catalog.linting import lint_document
from catalog.linting.sources import ruleset_of
from tests.catalog.compatibility.openapi.test_vendor_contracts import consecutive_releases, needs_contracts
from tests.catalog.linting.linting_cases import TODAY, by_id

_EVERYTHING = [["spectral:oas", "all"], "tieout:finance"]


@needs_contracts
def test_the_newest_release_is_linted_without_refusal_and_its_findings_lie_in_the_document() -> None:
    newest = next(
        two for one, two in reversed(consecutive_releases()) if two.parent.name == "xero_accounting"
    )
    document = read_document(newest.read_bytes())
    report = lint_document(document, ruleset_of(_EVERYTHING), today=TODAY)
    for finding in report.findings:
        assert 1 <= finding.line <= 40_000
        assert document.line(finding.pointer) == finding.line
    siblings = by_id(report.findings, "no-$ref-siblings")
    assert siblings[0].pointer == "/components/schemas/Account/properties/CurrencyCode/type"
    assert {finding.code for finding in report.findings} == {""}
    assert len({(finding.id, finding.pointer, finding.message) for finding in report.findings}) == len(
        report.findings
    )


def test_the_linter_needs_no_django() -> None:
    code = "import sys, catalog.linting.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

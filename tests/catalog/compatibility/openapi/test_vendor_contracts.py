"""Contracts of real accounting systems, read in place from the shared data beside the project."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from catalog.compatibility.documents import Document, check_references, read_document
from catalog.compatibility.openapi import RULES, compare_documents

_FOLDER = Path(__file__).parents[5] / "shared" / "data" / "openapi"
_FILES = sorted(path for path in _FOLDER.rglob("*") if path.suffix in (".json", ".yaml"))
needs_contracts = pytest.mark.skipif(not _FILES, reason="the shared data folder is absent")


def _order(path: Path) -> tuple[str, list[int]]:
    numbers = path.stem.rpartition("_")[2].split(".")
    return path.parent.name, [int(number) for number in numbers if number.isdigit()]


def consecutive_releases() -> list[tuple[Path, Path]]:
    ordered = sorted(_FILES, key=_order)
    return [(one, two) for one, two in zip(ordered, ordered[1:], strict=False) if one.parent == two.parent]


@cache
def _read(path: Path) -> Document:
    return read_document(path.read_bytes())


@needs_contracts
def test_real_contracts_are_read_without_refusal_and_equal_themselves() -> None:
    for path in _FILES:
        document = _read(path)
        check_references(document)
        assert read_document(document.canonical).sha256 == document.sha256
        assert compare_documents(document, document).findings == (), path.name


@needs_contracts
def test_consecutive_releases_are_compared_and_their_findings_lie_in_the_documents() -> None:
    for one, two in consecutive_releases():
        base, revision = _read(one), _read(two)
        for finding in compare_documents(base, revision).findings:
            document = base if finding.document == "base" else revision
            assert finding.id in RULES
            assert 1 <= finding.line <= 40_000
            assert document.line(finding.pointer) == finding.line
            assert "  " not in finding.message


def test_the_engine_needs_no_django() -> None:
    code = "import sys, catalog.compatibility.openapi.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

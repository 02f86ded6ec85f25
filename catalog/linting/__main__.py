"""`python -m catalog.linting DOCUMENT [--ruleset FILE] [--json]` or `--batch FILE`, alone and offline.

Exit status: 0 no error found, 1 at least one, 2 a document, a ruleset or the call cannot be read. A batch
answers every line and ends with 0.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from catalog.compatibility.documents import DocumentError, canonical_text
from catalog.compatibility.documents.batch import answer_batch, answer_line, read_path
from catalog.linting.batch import MAX_NODES, lint_line
from catalog.linting.codes import LintError
from catalog.linting.engine import lint_document
from catalog.linting.findings import Finding, Report
from catalog.linting.sources import DEFAULT, ruleset_of


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalog.linting", description=__doc__)
    parser.add_argument("document", nargs="?", help="the API document")
    parser.add_argument(
        "--ruleset",
        metavar="FILE",
        default=DEFAULT,
        help="a ruleset of Spectral's form, or spectral:oas (the default) or tieout:finance",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--batch", metavar="FILE", help="JSON lines {id, document, ruleset}; - is stdin")
    parser.add_argument("--today", metavar="DATE", help="the day of the lint, for exceptions that expire")
    return parser


def _line(finding: Finding) -> str:
    where = f"{finding.document} line {finding.line}" if finding.line else finding.document
    code = f"{finding.code} " if finding.code else ""
    return f"{finding.level:8}{finding.id}: {code}{finding.message}  ({where}, {finding.pointer or '/'})"


def _print_text(report: Report, out: TextIO) -> None:
    for finding in report.findings:
        print(_line(finding), file=out)
    for finding, exemption in report.excepted:
        print(f"excepted until {exemption.expires}: {_line(finding)}; {exemption.reason}", file=out)
    print(f"{len(report.findings)} findings, {len(report.excepted)} excepted", file=out)


def _lint(arguments: argparse.Namespace, today: dt.date, out: TextIO) -> int:
    document = read_path(arguments.document)
    report = lint_document(document, ruleset_of(arguments.ruleset, source=arguments.document), today=today)
    if arguments.json:
        print(canonical_text(report.as_json()), file=out)
    else:
        _print_text(report, out)
    return 1 if report.breaking else 0


def _batch(name: str, today: dt.date, out: TextIO) -> int:
    def engine(request: dict[str, Any]) -> Report:
        return lint_line(request, today, read_path)

    def answer(line: bytes) -> dict[str, Any]:
        return answer_line(line, engine, max_nodes=MAX_NODES)

    return answer_batch(name, answer, out)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if not arguments.batch and not arguments.document:
        parser.error("DOCUMENT, or --batch FILE")
    try:
        today = dt.date.fromisoformat(arguments.today) if arguments.today else dt.datetime.now(dt.UTC).date()
        if arguments.batch:
            return _batch(arguments.batch, today, sys.stdout)
        return _lint(arguments, today, sys.stdout)
    except (DocumentError, LintError) as error:
        if arguments.json:
            print(canonical_text({"code": error.code, "error": str(error)}))
        print(str(error), file=sys.stderr)
    except (OSError, ValueError) as error:
        print(str(error), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

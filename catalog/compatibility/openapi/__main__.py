"""`python -m catalog.compatibility.openapi BASE REVISION [--json]` or `--batch FILE`, alone and offline.

Exit status: 0 nothing breaks, 1 something does, 2 a document or the call cannot be read. A batch answers
every line and ends with 0.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from catalog.compatibility.documents import (
    DocumentError,
    canonical_text,
)
from catalog.compatibility.documents.batch import answer_batch, answer_line, read_path
from catalog.compatibility.openapi.batch import MAX_NODES, compare_line
from catalog.compatibility.openapi.engine import Report, compare_documents
from catalog.compatibility.openapi.findings import Finding
from catalog.compatibility.openapi.options import Options, levels_of, options_of


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m catalog.compatibility.openapi", description=__doc__)
    parser.add_argument("base", nargs="?", help="the document that clients use")
    parser.add_argument("revision", nargs="?", help="the document that would replace it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument(
        "--batch", metavar="FILE", help="JSON lines {id, base, revision, options}; - is stdin"
    )
    parser.add_argument(
        "--severities", metavar="FILE", help="oasdiff's severity file: a line `id level` each"
    )
    parser.add_argument("--deprecation-days-stable", type=int, default=0, metavar="N")
    parser.add_argument("--deprecation-days-beta", type=int, default=0, metavar="N")
    parser.add_argument("--today", metavar="DATE", help="the day of the check, for sunset dates")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    values: dict[str, Any] = {
        "deprecation_days_beta": arguments.deprecation_days_beta,
        "deprecation_days_stable": arguments.deprecation_days_stable,
        "today": arguments.today,
    }
    if arguments.severities:
        found = levels_of(Path(arguments.severities).read_text(encoding="utf-8"))
        values["levels"] = {rule: level.value if level else "none" for rule, level in found.items()}
    return options_of(values, today=_today())


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _line(finding: Finding) -> str:
    where = f"{finding.document} line {finding.line}" if finding.line else finding.document
    used = f"  [{', '.join(finding.operations[:3])}" if finding.operations else ""
    more = f" and {len(finding.operations) - 3} more" if len(finding.operations) > 3 else ""
    end = f"{used}{more}]" if used else ""
    return f"{finding.level:8}{finding.id}: {finding.message}  ({where}, {finding.pointer or '/'}){end}"


def _print_text(report: Report, out: TextIO) -> None:
    for finding in report.findings:
        print(_line(finding), file=out)
    print("breaking" if report.breaking else "not breaking", f"({len(report.findings)} findings)", file=out)


def _compare(arguments: argparse.Namespace, options: Options, out: TextIO) -> int:
    report = compare_documents(read_path(arguments.base), read_path(arguments.revision), options)
    if arguments.json:
        print(canonical_text(report.as_json()), file=out)
    else:
        _print_text(report, out)
    return 1 if report.breaking else 0


def _batch(name: str, options: Options, out: TextIO) -> int:
    def engine(request: dict[str, Any]) -> Report:
        return compare_line(request, options, read_path)

    def answer(line: bytes) -> dict[str, Any]:
        return answer_line(line, engine, max_nodes=MAX_NODES)

    return answer_batch(name, answer, out)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit status."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if not arguments.batch and not arguments.revision:
        parser.error("BASE and REVISION, or --batch FILE")
    try:
        options = _options(arguments)
        if arguments.batch:
            return _batch(arguments.batch, options, sys.stdout)
        return _compare(arguments, options, sys.stdout)
    except DocumentError as error:
        if arguments.json:
            print(canonical_text({"code": error.code, "error": str(error)}))
        print(str(error), file=sys.stderr)
    except (OSError, ValueError) as error:
        print(str(error), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

"""Prove that no audit entry was changed or lost inside the database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.audit.guards import guards
from portal.audit.verification import Verification, verify


def _verdict(result: Verification, *, intact: bool) -> str:
    entries = "1 entry" if result.entries == 1 else f"{result.entries} entries"
    streams = "1 stream" if result.streams == 1 else f"{result.streams} streams"
    return f"{entries} in {streams}: {'every chain holds' if intact else 'NOT PROVEN'}."


class Command(BaseCommand):
    help = "Recomputes every audit stream. Exit 0: intact; 1: tampered; 4: the guards are not installed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stream", help="one stream only, as TYPE/ID")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        stream = options["stream"]
        kind, _, key = (stream or "").rpartition("/")
        result = verify((kind, key) if stream else None)
        gone = guards.missing()
        if options["as_json"]:
            breaks = [{"stream": b.stream, "seq": b.seq, "problem": b.problem} for b in result.breaks]
            report = {
                "entries": result.entries,
                "streams": result.streams,
                "breaks": breaks,
                "guards_missing": sorted(gone),
            }
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(_verdict(result, intact=result.ok and not gone))
            for found in result.breaks:
                self.stdout.write(f"TAMPERED {found.stream}#{found.seq}: {found.problem}")
            if gone:
                self.stdout.write(f"GUARDS MISSING: {', '.join(sorted(gone))}")
        if not result.ok:
            raise SystemExit(1)
        if gone:
            raise SystemExit(4)

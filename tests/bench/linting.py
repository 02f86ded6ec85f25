"""CPU milliseconds to read and to lint contracts of real accounting systems, and the peak memory.

Run by hand: `python -m tests.bench.linting`. Goals (issue 3): reading under 3 s, lint with the full set of
OpenAPI rules under 3 s.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time

from catalog.compatibility.documents import read_document
from catalog.linting import lint_document
from catalog.linting.sources import ruleset_of
from tests.catalog.compatibility.openapi.test_vendor_contracts import consecutive_releases

_TODAY = dt.date(2026, 1, 1)


def main() -> None:
    rulesets = {"oas": ruleset_of([["spectral:oas", "all"]]), "finance": ruleset_of("tieout:finance")}
    paths = sorted({path for pair in consecutive_releases() for path in pair})
    for path in paths:
        started = time.process_time()
        document = read_document(path.read_bytes())
        read = time.process_time()
        text = f"{path.name}: read {1000 * (read - started):.0f} ms"
        for name, ruleset in rulesets.items():
            before = time.process_time()
            count = len(lint_document(document, ruleset, today=_TODAY).findings)
            text += f", {name} {1000 * (time.process_time() - before):.0f} ms ({count} findings)"
        sys.stdout.write(text + "\n")
    sys.stdout.write(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")


if __name__ == "__main__":
    main()

"""Milliseconds to read and to compare consecutive contracts of real accounting systems.

Run by hand: `python -m tests.bench.contracts`. Goals (issue 3): reading under 3 s, comparing under 0.5 s.
"""

from __future__ import annotations

import sys
import time

from catalog.compatibility.documents import read_document
from catalog.compatibility.openapi import compare_documents
from tests.catalog.compatibility.openapi.test_vendor_contracts import consecutive_releases


def main() -> None:
    for one, two in consecutive_releases():
        started = time.perf_counter()
        base, revision = read_document(one.read_bytes()), read_document(two.read_bytes())
        read = time.perf_counter()
        count = len(compare_documents(base, revision).findings)
        done = time.perf_counter()
        sys.stdout.write(
            f"{one.name} {two.name}: read {1000 * (read - started):.0f} ms, "
            f"compared {1000 * (done - read):.0f} ms, {count} findings\n"
        )


if __name__ == "__main__":
    main()

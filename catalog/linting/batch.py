"""One line of a batch: a document and its ruleset, linted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from catalog.compatibility.documents import Document
from catalog.compatibility.documents.batch import document_of, is_path
from catalog.linting.engine import lint_document
from catalog.linting.findings import Report
from catalog.linting.sources import ruleset_of

MAX_NODES = 350_000  # a line carries a document and a ruleset


def lint_line(request: dict[str, Any], today: dt.date, read_path: Callable[[str], Document]) -> Report:
    """Lint `{document, ruleset}`. Raises DocumentError, LintError and ValueError.

    Values are paths, texts or mappings; a ruleset may be a built-in name, a list of what it extends, or
    missing (`spectral:oas`).
    """
    if "document" not in request:
        raise ValueError("a line is a mapping with id, document and ruleset")
    source = request["document"]
    document = document_of(source, read_path)
    ruleset = ruleset_of(request.get("ruleset"), source=source if is_path(source) else "")
    return lint_document(document, ruleset, today=today)

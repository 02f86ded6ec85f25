"""One line of a batch: read the document and its ruleset, lint, answer. Nothing is raised."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from catalog.compatibility.documents import Document, DocumentCode, DocumentError, Limits
from catalog.compatibility.documents.json_reader import check_size
from catalog.compatibility.openapi.batch import document_of
from catalog.linting.codes import LintError
from catalog.linting.engine import lint_document
from catalog.linting.sources import ruleset_of

# A line carries a document and a ruleset.
_LIMITS = Limits(max_bytes=25_000_000, max_depth=110, max_nodes=350_000)
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,200}"|[0-9]{1,18})')


def answer_line(line: bytes, today: dt.date, read_path: Callable[[str], Document]) -> dict[str, Any]:
    """`{id, breaking, findings, ms}`, or `{id, error}` with the code of a refusal beside it.

    A line is `{id, document, ruleset}`: values are paths, texts or mappings; a ruleset may be a built-in
    name, a list of what it extends, or missing (`spectral:oas`).
    """
    started = time.perf_counter()
    head = _ID.match(line)
    found: dict[str, Any] = {"id": json.loads(head.group(1)) if head else None}
    try:
        request = json.loads(_checked(line), parse_float=Decimal)
        if not isinstance(request, dict) or "document" not in request:
            raise ValueError("a line is a mapping with id, document and ruleset")
        found["id"] = request.get("id", found["id"])
        source = request["document"]
        document = document_of(source, read_path)
        is_path = isinstance(source, str) and "\n" not in source and source.lstrip()[:1] not in ("{", "[")
        ruleset = ruleset_of(request.get("ruleset"), source=source if is_path else "")
        report = lint_document(document, ruleset, today=today)
    except (DocumentError, LintError) as error:
        return {**found, "code": error.code, "error": str(error)}
    except (ValueError, RecursionError) as error:
        return {**found, "error": str(error) or "the line cannot be read"}
    elapsed = Decimal(time.perf_counter() - started) * 1000
    return {**found, **report.as_json(), "ms": elapsed.quantize(Decimal("0.1"))}


def _checked(line: bytes) -> str:
    if len(line) > _LIMITS.max_bytes:
        raise DocumentError(DocumentCode.TOO_LARGE, f"A line has at most {_LIMITS.max_bytes} bytes.")
    text = line.decode("utf-8", errors="replace")
    check_size(text, _LIMITS)
    return text

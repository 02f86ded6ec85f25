"""One line of a batch: read it, compare, answer. A line that cannot be read is answered, not raised."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, BinaryIO

from catalog.compatibility.documents import (
    Document,
    DocumentCode,
    DocumentError,
    Limits,
    from_value,
    read_document,
)
from catalog.compatibility.documents.json_reader import check_size
from catalog.compatibility.openapi.engine import compare_documents
from catalog.compatibility.openapi.options import Options, options_of

_Reader = Callable[[str], Document]
# A line may carry two documents.
_LIMITS = Limits(max_bytes=25_000_000, max_depth=110, max_nodes=600_000)
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,200}"|[0-9]{1,18})')


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a batch; one beyond the limit is cut at it, its rest is passed over."""
    while line := stream.readline(_LIMITS.max_bytes + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(1_000_000)):
            pass
        if line.strip():
            yield line


def document_of(value: Any, read_path: _Reader) -> Document:
    """A document from a mapping, from text (several lines, or JSON), or from a path.

    Raises DocumentError when it cannot be read and ValueError when it is neither.
    """
    if isinstance(value, (dict, list)):
        return from_value(value)
    if not isinstance(value, str):
        raise ValueError("a document is a path, a text or a mapping")
    if "\n" in value or value.lstrip()[:1] in ("{", "["):
        return read_document(value)
    return read_path(value)


def answer_line(line: bytes, options: Options, read_path: _Reader) -> dict[str, Any]:
    """`{id, breaking, findings, ms}`, or `{id, error}` with the code of a refusal first in the text."""
    started = time.perf_counter()
    head = _ID.match(line)
    found: dict[str, Any] = {"id": json.loads(head.group(1)) if head else None}
    try:
        request = json.loads(_checked(line), parse_float=Decimal)
        if not isinstance(request, dict):
            raise ValueError("a line is a mapping with id, base and revision")
        found["id"] = request.get("id", found["id"])
        mine = _line_options(request.get("options"), options)
        sides = []
        for side in ("base", "revision"):
            if side not in request:
                raise ValueError(f"{side} is missing")
            sides.append(_side(side, request[side], read_path))
        report = compare_documents(sides[0], sides[1], mine)
    except DocumentError as error:
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


def _side(side: str, value: Any, read_path: _Reader) -> Document:
    try:
        return document_of(value, read_path)
    except DocumentError as error:
        error.message = f"{side}: {error.message}"
        raise


def _line_options(values: Any, options: Options) -> Options:
    if values is None:
        return options
    if not isinstance(values, dict):
        raise ValueError("options is a mapping")
    mine = options_of(values, today=options.today)
    return replace(
        mine,
        deprecation_days_beta=values.get("deprecation_days_beta", options.deprecation_days_beta),
        deprecation_days_stable=values.get("deprecation_days_stable", options.deprecation_days_stable),
        levels=mine.levels or options.levels,
    )

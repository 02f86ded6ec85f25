"""Batches of documents for the engines: a JSON line in, a JSON line out. No line raises, each is answered."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

from catalog.compatibility.documents.codes import DocumentCode, DocumentError
from catalog.compatibility.documents.document import Document
from catalog.compatibility.documents.json_reader import check_size
from catalog.compatibility.documents.limits import Limits
from catalog.compatibility.documents.reading import from_value, read_document
from catalog.compatibility.documents.values import canonical_text
from portal.core.errors import Invalid

MAX_LINE = 25_000_000  # bytes
_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,200}"|[0-9]{1,18})')


class Answer(Protocol):
    """What an engine found."""

    def as_json(self) -> dict[str, Any]: ...


def read_path(path: str) -> Document:
    """Read a document from a file. Raises DocumentError when it cannot be opened or read."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(Limits().max_bytes + 1)
    except (OSError, ValueError):
        raise DocumentError(DocumentCode.NOT_FOUND, f"The file {path[:200]} cannot be opened.") from None
    return read_document(data)


def document_of(value: Any, read: Callable[[str], Document]) -> Document:
    """A document from a mapping, from text (several lines, or JSON), or from a path.

    Raises DocumentError when it cannot be read and ValueError when it is neither.
    """
    if isinstance(value, (dict, list)):
        return from_value(value)
    if not isinstance(value, str):
        raise ValueError("a document is a path, a text or a mapping")
    return read(value) if is_path(value) else read_document(value)


def is_path(value: Any) -> bool:
    """Whether a document is given by its path."""
    return isinstance(value, str) and "\n" not in value and value.lstrip()[:1] not in ("{", "[")


def answer_line(line: bytes, engine: Callable[[dict[str, Any]], Answer], *, max_nodes: int) -> dict[str, Any]:
    """`{id, ..., ms}` with what the engine found, or `{id, error}` with the code of a refusal beside it."""
    started = time.perf_counter()
    head = _ID.match(line)
    found: dict[str, Any] = {"id": json.loads(head.group(1)) if head else None}
    try:
        request = json.loads(_checked(line, max_nodes), parse_float=Decimal)
        if not isinstance(request, dict):
            raise ValueError("a line is a mapping")
        found["id"] = request.get("id", found["id"])
        report = engine(request)
    except Invalid as error:
        return {**found, "code": error.code, "error": str(error)}
    except (ValueError, RecursionError) as error:
        return {**found, "error": str(error) or "the line cannot be read"}
    elapsed = Decimal(time.perf_counter() - started) * 1000
    return {**found, **report.as_json(), "ms": elapsed.quantize(Decimal("0.1"))}


def _checked(line: bytes, max_nodes: int) -> str:
    if len(line) > MAX_LINE:
        raise DocumentError(DocumentCode.TOO_LARGE, f"A line has at most {MAX_LINE} bytes.")
    text = line.decode("utf-8", errors="replace")
    check_size(text, Limits(max_bytes=MAX_LINE, max_depth=110, max_nodes=max_nodes))
    return text


def answer_batch(name: str, answer: Callable[[bytes], dict[str, Any]], out: TextIO) -> int:
    """Answer every line of a file, or of standard input for `-`. Raises OSError."""
    if name == "-":
        return _answer_lines(sys.stdin.buffer, answer, out)
    with Path(name).open("rb") as source:
        return _answer_lines(source, answer, out)


def _answer_lines(source: BinaryIO, answer: Callable[[bytes], dict[str, Any]], out: TextIO) -> int:
    for line in _lines_of(source):
        print(canonical_text(answer(line)), file=out, flush=True)
    return 0


def _lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a batch; one beyond the limit is cut at it, its rest is passed over."""
    while line := stream.readline(MAX_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(1_000_000)):
            pass
        if line.strip():
            yield line

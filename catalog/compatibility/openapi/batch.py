"""One line of a batch: two documents and options, compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from catalog.compatibility.documents import Document, DocumentError
from catalog.compatibility.documents.batch import document_of
from catalog.compatibility.openapi.engine import Report, compare_documents
from catalog.compatibility.openapi.options import Options, options_of

_Reader = Callable[[str], Document]
MAX_NODES = 600_000  # a line may carry two documents


def compare_line(request: dict[str, Any], options: Options, read_path: _Reader) -> Report:
    """Compare `{base, revision, options}`. Raises DocumentError and ValueError."""
    mine = _line_options(request.get("options"), options)
    sides = []
    for side in ("base", "revision"):
        if side not in request:
            raise ValueError(f"{side} is missing")
        sides.append(_side(side, request[side], read_path))
    return compare_documents(sides[0], sides[1], mine)


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

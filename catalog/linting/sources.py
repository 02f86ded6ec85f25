"""Rulesets from what a caller names: a built-in name, a file, a text, a mapping, or a list to extend."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.compatibility.documents import (
    Document,
    DocumentCode,
    DocumentError,
    Limits,
    from_value,
    read_document,
)
from catalog.linting.rulesets import Ruleset, read_ruleset
from catalog.linting.rulesets.builtin import BUILTIN

DEFAULT = "spectral:oas"
LIMITS = Limits(max_bytes=1_000_000, max_depth=60, max_nodes=20_000, max_aliases=500)


@lru_cache(maxsize=8)
def _builtin(name: str) -> Ruleset:
    return read_ruleset(from_value({"extends": [name]}))


def ruleset_of(value: Any, *, source: str = "") -> Ruleset:
    """The ruleset for a document called `source`; nothing at all names the default, `spectral:oas`.

    Files that a file extends are read from its own folder and below. Raises DocumentError, LintError, and
    ValueError when the value is of another kind.
    """
    if value is None or value == "":
        value = DEFAULT
    if isinstance(value, str) and value in BUILTIN:
        return _builtin(value)
    if isinstance(value, list):
        value = {"extends": value}
    if isinstance(value, dict):
        return read_ruleset(from_value(value, limits=LIMITS), source=source)
    if not isinstance(value, str):
        raise ValueError("a ruleset is a name, a path, a text or a mapping")
    if "\n" in value or value.lstrip()[:1] in ("{", "["):
        return read_ruleset(read_document(value, limits=LIMITS), source=source)
    return ruleset_in(Path(value), source=source)


def ruleset_in(path: Path, *, source: str = "") -> Ruleset:
    """The ruleset in a file. Raises DocumentError, LintError."""
    return read_ruleset(_read(path), source=source, read_extended=_beside(path.parent))


def _beside(folder: Path) -> Callable[[str], Document]:
    def read(name: str) -> Document:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise DocumentError(DocumentCode.NOT_FOUND, "The file does not lie beside the ruleset.")
        return _read(path)

    return read


def _read(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            return read_document(file.read(LIMITS.max_bytes + 1), limits=LIMITS)
    except (OSError, ValueError):
        message = f"The file {str(path)[-200:]} cannot be opened."
        raise DocumentError(DocumentCode.NOT_FOUND, message) from None

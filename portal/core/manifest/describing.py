"""A section of the manifest as a page of text: every key with its type, default, meaning and an example."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from portal.core.keys import Key, walk
from portal.core.manifest.ports import Section

_WIDTH = 110
_COLUMN = 17


def describe_section(section: Section[Any]) -> Iterator[str]:
    yield f"{section.name}: a list of"
    for depth, item in walk(section.documented()):
        indent = "  " * (depth + 1)
        if isinstance(item, str):
            yield f"{indent}with {item}"
        else:
            yield from _lines(item, indent)


def _lines(key: Key, indent: str) -> Iterator[str]:
    hanging = indent + " " * _COLUMN
    words = f"{key.kind} ({key.need}): {key.meaning}"
    head = f"{indent}{key.name:<{_COLUMN - 1}} "
    yield from textwrap.wrap(words, _WIDTH, initial_indent=head, subsequent_indent=hanging)
    if key.example:
        yield f"{hanging}e.g. {key.name}: {key.example}"

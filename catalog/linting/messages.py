"""Messages of rules: `{{error}}`, `{{description}}`, `{{path}}`, `{{property}}` and `{{value}}` filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from catalog.linting.jsonpath.values import to_text

_SLOT = re.compile(r"\{\{([^{}\s]{1,40})\}\}")
_MAX_VALUE = 200
_MAX_MESSAGE = 2_000


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The text with its slots filled; a slot that nothing fills becomes empty."""
    return _SLOT.sub(lambda found: shown(values.get(found[1], "")), text)[:_MAX_MESSAGE].strip()


def shown(value: Any) -> str:
    """A value as messages show it; containers only by their kind."""
    if isinstance(value, dict):
        return "Object{}"
    if isinstance(value, list):
        return "Array[]"
    text = to_text(value)
    return text if len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "..."

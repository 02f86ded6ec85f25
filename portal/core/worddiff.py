"""Differences between two texts by word: dates, codes and amounts change as a whole, not by digit."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(r"[\w.-]+|\s+|[^\w\s]")
_LIMIT = 2000  # tokens; beyond it the texts are shown whole, since matching is quadratic

Piece = tuple[str, bool]  # text, whether it changed


def word_diff(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Pieces of both texts in order, each marked changed or not."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > _LIMIT:
        return [(before, True)], [(after, True)]
    left: list[Piece] = []
    right: list[Piece] = []
    for op, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        changed = op != "equal"
        if a2 > a1:
            left.append(("".join(old[a1:a2]), changed))
        if b2 > b1:
            right.append(("".join(new[b1:b2]), changed))
    return left, right

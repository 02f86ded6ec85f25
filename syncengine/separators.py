"""What gives away that a file has another separator than the declared one."""

from __future__ import annotations

from collections.abc import Sequence

_USUAL = {";": "';'", "\t": '"\\t"', "|": "'|'", ",": "','"}
_SHOWN = 20


def separator_hint(fields: Sequence[str]) -> str:
    """What to declare where the only field holds another usual separator; empty otherwise."""
    found = max(_USUAL, key=fields[0].count) if len(fields) == 1 else ""
    if not found or found not in fields[0]:
        return ""
    return f"; that looks like another separator: in the dataset, declare separator: {_USUAL[found]}"


def quoted(names: Sequence[str]) -> str:
    """Names as they are, blanks and all."""
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return shown + (", ..." if len(names) > _SHOWN else "")

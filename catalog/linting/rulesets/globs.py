"""File patterns of overrides: `*`, `**`, `?`, `{a,b}` and `[abc]`, matched in linear time."""

from __future__ import annotations

import re

from catalog.linting.budget import Budget
from catalog.linting.regexes import regex_of

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}]*\}|\[[^\[\]/]+\]|.", re.DOTALL)
_FIXED = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_STEPS = 100_000


def matches(glob: str, path: str) -> bool:
    """Whether a path, with `/` between folders, matches. A glob without `/` matches the file's name.

    Raises LintError (LNT-108) when the glob cannot be read.
    """
    glob = glob.removeprefix("./")
    if "/" not in glob:
        path = path.rpartition("/")[2]
    pattern = "".join(_part(token) for token in _TOKEN.findall(glob))
    return regex_of(f"^(?:{pattern})$", "s").search(path.removeprefix("./"), Budget(_STEPS))


def _part(token: str) -> str:
    if token in _FIXED:
        return _FIXED[token]
    if len(token) > 1 and token[0] == "{":
        return "(?:" + "|".join(_escaped(word) for word in token[1:-1].split(",")) + ")"
    return token if len(token) > 1 else _escaped(token)


def _escaped(text: str) -> str:
    return re.sub(r"([^\w\s/-])", r"\\\1", text, flags=re.ASCII)

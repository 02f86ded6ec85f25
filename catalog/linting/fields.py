"""What a rule's function looks at: the matched value, its keys, or what `field` names below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from catalog.linting.jsonpath import Finder
from catalog.linting.targets import UNDEFINED, Lint, Target
from catalog.linting.tree import Key, KeyNode, Node

_PART = re.compile(r"""\[(?:"([^"]*)"|'([^']*)'|([^\]]*))\]|([^.\[\]]+)""")


def path_of(field: str) -> list[Key]:
    """Keys of a field such as `info.contact` or `tags[0].name`."""
    return [next(part for part in found.groups() if part is not None) for found in _PART.finditer(field)]


def targets_of(
    lint: Lint, finder: Finder, node: Node, field: str, options: dict[str, Any]
) -> Iterator[Target]:
    """Targets below one matched node; one with an UNDEFINED value where the field leads nowhere."""
    resolved = finder.resolved
    if isinstance(node, KeyNode):
        yield Target(lint, node.value, node, options, resolved)
        return
    holder = lint.tree.resolve(node) if resolved else node
    if not field or holder.below is None:
        yield Target(lint, holder.value, holder, options, resolved)
    elif field == "@key":
        for child in holder.children():
            yield Target(lint, child.key, KeyNode(child), options, resolved)
    elif field.startswith(("$.", "$[")):
        found = finder.find(field, holder)
        for one in found:
            yield from targets_of(lint, finder, one, "", options)
        if not found:
            yield Target(lint, UNDEFINED, holder, options, resolved)
    else:
        last, missing = lint.tree.step(holder, path_of(field), resolved=resolved)
        value = UNDEFINED if missing else last.value
        yield Target(lint, value, last, options, resolved, tuple(missing))

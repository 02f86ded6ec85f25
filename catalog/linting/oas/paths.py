"""Templates of paths and the parameters that fill them."""

from __future__ import annotations

import re

from catalog.linting.targets import Result, Target
from catalog.linting.tree import Node

_TEMPLATE = re.compile(r"\{;?\??([a-zA-Z0-9_-]+)\*?\}")


def shape_of(path: str) -> tuple[str, list[str]]:
    """The path with every parameter alike, and the names of the parameters in order."""
    return _TEMPLATE.sub("%", path), _TEMPLATE.findall(path)


def parameters_of_path(target: Target, holder: Node) -> tuple[dict[str, Node], list[Result]]:
    """Path parameters that a path item or operation lists, by name, and what is wrong with them."""
    found: dict[str, Node] = {}
    faults: list[Result] = []
    listed = target.follow(holder.get("parameters"))
    for child in listed.children() if listed is not None and isinstance(listed.value, list) else ():
        node = target.follow(child)
        if node is None or not isinstance(node.value, dict) or node.value.get("in") != "path":
            continue
        name = node.value.get("name")
        if not isinstance(name, str):
            continue
        if node.value.get("required") is not True:
            faults.append(Result(f'Path parameter "{name}" must have "required" set to true', node=child))
        if name in found:
            faults.append(Result(f'Path parameter "{name}" must not be defined more than once', node=child))
        else:
            found[name] = child
    return found, faults

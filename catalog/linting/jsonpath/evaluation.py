"""Finding what a path points to. With references followed, each value is visited once however it is reached.

A definition that a hundred places refer to is one value with one place in the document, so it is found once;
that keeps `..` linear in the size of the document and ends in circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from catalog.linting.budget import Budget
from catalog.linting.jsonpath.conditions import Condition, Scene, compile_expression
from catalog.linting.jsonpath.parsing import parse_path
from catalog.linting.jsonpath.segments import (
    Filter,
    KeyName,
    Names,
    OfType,
    Parent,
    Script,
    Segment,
    Slice,
    Wild,
)
from catalog.linting.jsonpath.values import is_number, kind_of, to_text, truthy
from catalog.linting.tree import Key, KeyNode, Node, Tree


@lru_cache(maxsize=4096)
def parsed(path: str) -> tuple[tuple[Segment, Condition | None], ...]:
    """Segments of a path with their compiled conditions. Raises PathError."""
    return tuple(
        (segment, compile_expression(segment.expression) if isinstance(segment, (Filter, Script)) else None)
        for segment in parse_path(path)
    )


class Finder:
    """Evaluates paths on one tree, either as written or with references followed."""

    def __init__(self, tree: Tree, budget: Budget, *, resolved: bool) -> None:
        self.tree = tree
        self.budget = budget
        self.resolved = resolved
        self._scene = Scene(tree, budget, resolved)
        self._descents: dict[int, list[Node]] = {}

    def find(self, path: str, start: Node | None = None) -> list[Node]:
        """Nodes the path points to, in the order of the document, each once. Raises PathError, LintError."""
        found = [start or self.tree.root]
        for segment, condition in parsed(path):
            if isinstance(segment, (KeyName, OfType, Parent)):
                found = self._turned(segment, self._everything(found) if segment.deep else found)
            else:
                holders = self._below(found) if segment.deep else self._unique(map(self._resolve, found))
                found = self._select(segment, condition, holders)
        return found

    def _resolve(self, node: Node) -> Node:
        return self.tree.resolve(node) if self.resolved else node

    def _unique(self, nodes: Iterable[Node]) -> list[Node]:
        return list({id(node): node for node in nodes}.values())

    def _below(self, starts: list[Node]) -> list[Node]:
        """Containers among the starts and everything below them, each once."""
        if len(starts) == 1:
            key = id(starts[0])
            if key not in self._descents:
                self._descents[key] = self._descend(starts)
            return self._descents[key]
        return self._descend(starts)

    def _descend(self, starts: list[Node]) -> list[Node]:
        seen: set[int] = set()
        found: list[Node] = []
        stack = starts[::-1]
        while stack:
            node = stack.pop()
            if self.resolved:
                node = self.tree.resolve(node)
            if id(node) in seen or isinstance(node, KeyNode):
                continue
            seen.add(id(node))
            found.append(node)
            if node.below:
                stack.extend([item for item in node.children() if item.below is not None][::-1])
        self.budget.spend(len(found))
        return found

    def _select(self, segment: Segment, condition: Condition | None, holders: list[Node]) -> list[Node]:
        if isinstance(segment, Names):
            names = segment.names
            self.budget.spend(len(holders) * len(names))
            return self._unique(node for holder in holders for node in _named(holder, names))
        found: list[Node] = []
        for holder in holders:
            below = holder.below or ()
            self.budget.spend(1 + len(below))
            if isinstance(segment, Wild):
                found.extend(holder.children())
            elif isinstance(segment, Slice):
                found.extend(
                    below[segment.start : segment.stop : segment.step] if isinstance(below, list) else ()
                )
            elif condition is not None:
                found.extend(self._chosen(segment, condition, holder))
        return self._unique(found)

    def _everything(self, starts: list[Node]) -> list[Node]:
        holders = self._below(starts)
        nodes = self._unique([*starts, *(node for holder in holders for node in holder.children())])
        self.budget.spend(len(nodes))
        return nodes

    def _turned(self, segment: Segment, nodes: list[Node]) -> list[Node]:
        if isinstance(segment, Parent):
            return self._unique(node.parent for node in nodes if node.parent is not None)
        if isinstance(segment, OfType):
            return [node for node in nodes if self._is_of(node, segment.kind)]
        return [KeyNode(node) for node in nodes if node.parent is not None]

    def _chosen(self, segment: Segment, condition: Condition, holder: Node) -> Iterator[Node]:
        scene = self._scene
        if isinstance(segment, Script):
            scene.node, scene.holder = holder, holder.parent
            key = condition(scene)
            node = holder.get(int(key) if is_number(key) else to_text(key))
            if node is not None:
                yield node
            return
        for node in holder.children():
            scene.node, scene.holder = node, holder
            if truthy(condition(scene)):
                yield node

    def _is_of(self, node: Node, kind: str) -> bool:
        found = kind_of(node.value if node.below is None else node)
        if kind == "scalar":
            return found not in ("array", "object")
        if kind == "integer":
            return found == "number" and node.value % 1 == 0
        return found == kind


def _named(holder: Node, names: tuple[Key, ...]) -> Iterator[Node]:
    for name in names:
        key = name
        if isinstance(key, int) and key < 0 and isinstance(holder.below, list):
            key += len(holder.below)
        node = holder.get(key)
        if node is not None:
            yield node

"""Finding what a path points to. With references followed, each value is visited once however it is reached.

A definition that a hundred places refer to is one value with one place in the document, so it is found once;
that keeps `..` linear in the size of the document and ends in circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.linting.budget import Budget
from catalog.linting.jsonpath.conditions import Condition, Scene, compile_expression
from catalog.linting.jsonpath.parsing import parse_path
from catalog.linting.jsonpath.requirements import names_of
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

_CONDITION = 6  # steps of judging one value with a condition


@dataclass(frozen=True, slots=True)
class Step:
    """A segment with its compiled condition, and the names of which a child must have one to be judged."""

    segment: Segment
    condition: Condition | None = None
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def parsed(path: str) -> tuple[Step, ...]:
    """Steps of a path. Raises PathError."""
    return tuple(map(_step, parse_path(path)))


def _step(segment: Segment) -> Step:
    if isinstance(segment, Filter):
        return Step(segment, compile_expression(segment.expression), names_of(segment.expression))
    if isinstance(segment, Script):
        return Step(segment, compile_expression(segment.expression))
    return Step(segment)


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
        for step in parsed(path):
            segment = step.segment
            if isinstance(segment, (KeyName, OfType, Parent)):
                found = self._turned(segment, self._everything(found) if segment.deep else found)
            else:
                holders = self._below(found) if segment.deep else self._unique(map(self._resolve, found))
                found = self._select(step, holders)
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
        self.budget.spend(3 * len(found))
        return found

    def _select(self, step: Step, holders: list[Node]) -> list[Node]:
        segment = step.segment
        if isinstance(segment, Names):
            names = segment.names
            self.budget.spend(len(holders) * len(names))
            return self._unique(node for holder in holders for node in _named(holder, names))
        found: list[Node] = []
        for holder in holders:
            below = holder.below or ()
            self.budget.spend(2 + 2 * len(below))
            if isinstance(segment, Wild):
                found.extend(holder.children())
            elif isinstance(segment, Slice):
                found.extend(
                    below[segment.start : segment.stop : segment.step] if isinstance(below, list) else ()
                )
            elif isinstance(segment, Filter):
                found.extend(self._chosen(step, holder))
            else:
                found.extend(self._scripted(step, holder))
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

    def _scripted(self, step: Step, holder: Node) -> Iterator[Node]:
        self._scene.node, self._scene.holder = holder, holder.parent
        key: Any = step.condition(self._scene) if step.condition else None
        node = holder.get(int(key) if is_number(key) else to_text(key))
        if node is not None:
            yield node

    def _chosen(self, step: Step, holder: Node) -> Iterator[Node]:
        scene, condition, names = self._scene, step.condition, step.names
        for node in holder.children():
            if names:
                below = self._resolve(node).below if node.below is not None else None
                if not isinstance(below, dict) or names.isdisjoint(below):
                    continue
            self.budget.spend(_CONDITION)
            scene.node, scene.holder = node, holder
            if condition is not None and truthy(condition(scene)):
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

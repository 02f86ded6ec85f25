"""What a function is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalog.linting.budget import Budget
from catalog.linting.jsonpath.values import UNDEFINED
from catalog.linting.tree import Key, Node, Tree

__all__ = ["UNDEFINED", "Function", "Lint", "Result", "Target"]


@dataclass(slots=True)
class Lint:
    """One document being linted. `shared` keeps what several functions need."""

    tree: Tree
    budget: Budget
    formats: frozenset[str]
    shared: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A violation: a sentence, and where: a node of the document (None: the target), and keys below it."""

    message: str
    keys: tuple[Key, ...] = ()
    node: Node | None = None


@dataclass(slots=True)
class Target:
    """The value a function looks at; UNDEFINED where nothing stands at the place.

    `node` is the value's node, or the nearest one above when it is missing; then `missing` holds the keys
    that lead nowhere.
    """

    lint: Lint
    value: Any
    node: Node
    options: dict[str, Any]
    resolved: bool = True
    missing: tuple[Key, ...] = ()

    def follow(self, node: Node | None) -> Node | None:
        """The node with its reference followed, when the rule sees references followed."""
        return self.lint.tree.resolve(node) if node is not None and self.resolved else node

    def at(self, *keys: Key) -> Node | None:
        """The node below the target at keys, references followed; None when there is none."""
        node: Node | None = self.node
        for key in keys:
            node = self.follow(node.get(key)) if node is not None else None
        return node


def _anything(options: dict[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Function:
    """`run` yields violations; `problem` says what is wrong with options, or nothing.

    Both may raise LintError: `problem` for patterns that cannot run, `run` when the budget is spent.
    """

    run: Callable[[Target], Iterable[Result]]
    problem: Callable[[dict[str, Any]], str] = _anything

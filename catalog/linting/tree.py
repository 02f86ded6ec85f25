"""The document as a tree of nodes that know their place, with local references followed on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from catalog.compatibility.documents import child, split
from catalog.compatibility.documents.pointers import from_reference

Key = str | int
_MAX_CHAIN = 100


class Node:
    """One value of the document: `below` holds its children by key or index, None for a scalar."""

    __slots__ = ("below", "key", "parent", "value")

    def __init__(self, key: Key, parent: Node | None, value: Any) -> None:
        self.key = key
        self.parent = parent
        self.value = value
        self.below: dict[str, Node] | list[Node] | None = None

    def children(self) -> Iterable[Node]:
        """Child nodes in the order of the document."""
        if self.below is None:
            return ()
        return self.below.values() if isinstance(self.below, dict) else self.below

    def get(self, key: Key) -> Node | None:
        """The child at a key or index; None when there is none."""
        if isinstance(self.below, dict):
            return self.below.get(str(key))
        if isinstance(self.below, list):
            index = int(key) if isinstance(key, int) or (key.isascii() and key.isdecimal()) else -1
            return self.below[index] if 0 <= index < len(self.below) else None
        return None

    def path(self) -> list[Key]:
        """Path of keys from the root."""
        found: list[Key] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            found.append(node.key)
            node = node.parent
        return found[::-1]

    def pointer(self) -> str:
        """JSON pointer of the node in the document as written."""
        pointer = ""
        for key in self.path():
            pointer = child(pointer, key)
        return pointer


class KeyNode(Node):
    """The name of a key as a value (`~` and `@key`); its place is that of the value under the key."""

    __slots__ = ("named",)

    def __init__(self, named: Node) -> None:
        super().__init__(named.key, named.parent, named.key)
        self.named = named


class Tree:
    """All nodes of one value. Aliases of YAML are unfolded; readers bound how much that can be."""

    def __init__(self, value: Any) -> None:
        self.root = Node("", None, value)
        self.size = 1
        self.references: list[Node] = []
        self._targets: dict[str, Node | None] = {}
        self._build()

    def _build(self) -> None:
        stack = [self.root] if isinstance(self.root.value, (dict, list)) else []
        while stack:
            node = stack.pop()
            value = node.value
            if isinstance(value, dict):
                below = node.below = {str(key): Node(key, node, item) for key, item in value.items()}
                if isinstance(value.get("$ref"), str):
                    self.references.append(node)
                stack.extend(item for item in below.values() if isinstance(item.value, (dict, list)))
            else:
                items = node.below = [Node(index, node, item) for index, item in enumerate(value)]
                stack.extend(item for item in items if isinstance(item.value, (dict, list)))
            self.size += len(value)

    def target(self, reference: str) -> Node | None:
        """The node that a local reference leads to, through other references; None when nowhere."""
        if reference not in self._targets:
            self._targets[reference] = None  # a reference through itself leads nowhere
            self._targets[reference] = self._find(reference)
        return self._targets[reference]

    def _find(self, reference: str) -> Node | None:
        if not reference.startswith("#"):
            return None
        node: Node | None = self.root
        for key in split(from_reference(reference)):
            node = self.resolve(node).get(key) if node is not None else None
        return node

    def resolve(self, node: Node) -> Node:
        """Follow `$ref` until something else stands there; what leads nowhere or in a circle stays."""
        value = node.value
        if not isinstance(value, dict) or "$ref" not in value:
            return node
        found = node
        for _ in range(_MAX_CHAIN):
            value = found.value
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return found
            target = self.target(value["$ref"])
            if target is None or target is node:
                return found
            found = target
        return node

    def step(self, node: Node, keys: Iterable[Key], *, resolved: bool) -> tuple[Node, list[Key]]:
        """Walk down keys as far as they lead: the last node, and the keys that are missing."""
        rest = list(keys)
        while rest:
            holder = self.resolve(node) if resolved else node
            below = holder.get(rest[0])
            if below is None:
                return holder, rest
            node, rest = below, rest[1:]
        return (self.resolve(node) if resolved else node), []

    def every(self) -> Iterator[Node]:
        """All nodes in the order of the document."""
        stack = [self.root]
        while stack:
            node = stack.pop()
            yield node
            if node.below:
                stack.extend(reversed(list(node.children())))

"""Expressions as functions of the value that a filter looks at."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from catalog.linting.budget import Budget
from catalog.linting.jsonpath.expressions import METHODS
from catalog.linting.jsonpath.segments import Expression
from catalog.linting.jsonpath.values import (
    UNDEFINED,
    compare,
    is_number,
    kind_of,
    loosely_equal,
    strictly_equal,
    to_number,
    to_text,
    truthy,
)
from catalog.linting.regexes import Regex, regex_of
from catalog.linting.tree import Key, Node, Tree

_MAX_TEXT = 100_000


class Scene:
    """What the words of an expression mean: @ is `node`, @property its key, @parent what holds it."""

    __slots__ = ("budget", "holder", "node", "resolved", "tree")

    def __init__(self, tree: Tree, budget: Budget, resolved: bool) -> None:
        self.tree = tree
        self.budget = budget
        self.resolved = resolved
        self.node: Node = tree.root
        self.holder: Node | None = None

    def seen(self, node: Node | None) -> Any:
        """A node as a value: scalars themselves, containers as nodes, references followed."""
        if node is None:
            return UNDEFINED
        if node.below is None:
            return node.value
        return self.tree.resolve(node) if self.resolved else node


Condition = Callable[[Scene], Any]


def compile_expression(expression: Expression) -> Condition:
    """A function of the scene. The expression was parsed by `parse_expression`."""
    operator, *operands = expression
    if operator in _WORDS:
        return _WORDS[operator]
    if operator in ("value", "regex", "undefined"):
        constant = operands[0] if operands else UNDEFINED
        return lambda scene: constant
    if operator == "kind":
        return _kind(operands[0])
    if operator == "call":
        return _call(operands[0], [compile_expression(part) for part in operands[1:]])
    parts = [compile_expression(part) for part in operands]
    if operator == "get":
        return _get(parts[0], parts[1])
    if operator == "list":
        return lambda scene: [part(scene) for part in parts]
    if operator == "?":
        condition, yes, no = parts
        return lambda scene: yes(scene) if truthy(condition(scene)) else no(scene)
    if len(parts) == 1:
        return _unary(operator, parts[0])
    return _binary(operator, parts[0], parts[1])


def _path_text(scene: Scene) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f"['{key}']" for key in scene.node.path())


def _holder_key(scene: Scene) -> Key:
    return scene.holder.key if scene.holder is not None else ""


_WORDS: dict[str, Condition] = {
    "@": lambda scene: scene.seen(scene.node),
    "@property": lambda scene: scene.node.key,
    "@parent": lambda scene: scene.seen(scene.holder),
    "@parentProperty": _holder_key,
    "@root": lambda scene: scene.tree.root,
    "@path": _path_text,
}


def _kind(name: str) -> Condition:
    def check(scene: Scene) -> bool:
        value = scene.seen(scene.node)
        kind = kind_of(value)
        if name == "scalar":
            return kind not in ("array", "object")
        if name == "integer":
            return kind == "number" and to_number(value) % 1 == 0
        return kind == name

    return check


def _get(holder: Condition, key: Condition) -> Condition:
    return lambda scene: member(scene, holder(scene), key(scene))


def member(scene: Scene, value: Any, key: Any) -> Any:
    """A member of a value as JavaScript finds it; undefined where it would raise."""
    if isinstance(value, Node):
        name = key if isinstance(key, (str, int)) and not isinstance(key, bool) else to_text(key)
        found = value.get(name)
        if found is not None:
            return scene.seen(found)
        if name == "length" and isinstance(value.value, list):
            return len(value.value)
        if name == "constructor":
            return {"name": kind_of(value).capitalize()}
        return UNDEFINED
    if key == "length" and isinstance(value, (str, list)):
        return len(value)
    if isinstance(value, str) and key in METHODS:
        return {"name": key}  # a function: there, and true
    if key == "constructor" and value is not None and value is not UNDEFINED:
        return {"name": kind_of(value).capitalize()}
    if isinstance(value, dict):
        return value.get(to_text(key), UNDEFINED)
    if isinstance(value, (str, list)) and is_number(key) and 0 <= key < len(value):
        return value[int(key)]
    return UNDEFINED


def _unary(operator: str, part: Condition) -> Condition:
    if operator == "!":
        return lambda scene: not truthy(part(scene))
    if operator == "neg":
        return lambda scene: -to_number(part(scene))
    if operator == "num":
        return lambda scene: to_number(part(scene))
    if operator == "typeof":
        names = {"null": "object", "array": "object"}
        return lambda scene: names.get(kind := kind_of(part(scene)), kind)
    if operator == "Array.isArray":
        return lambda scene: kind_of(part(scene)) == "array"
    return lambda scene: _members(scene, part(scene), operator == "Object.keys")


def _members(scene: Scene, value: Any, names: bool) -> list[Any]:
    if not isinstance(value, Node):
        return []
    children = list(value.children())
    scene.budget.spend(len(children))
    return [str(node.key) if names else scene.seen(node) for node in children]


def _binary(operator: str, left: Condition, right: Condition) -> Condition:
    if operator == "&&":
        return lambda scene: right(scene) if truthy(found := left(scene)) else found
    if operator == "||":
        return lambda scene: found if truthy(found := left(scene)) else right(scene)
    if operator == "??":
        return lambda scene: right(scene) if (found := left(scene)) is None or found is UNDEFINED else found
    if operator in ("===", "!=="):
        wanted = operator == "==="
        return lambda scene: strictly_equal(left(scene), right(scene)) is wanted
    if operator in ("==", "!="):
        wanted = operator == "=="
        return lambda scene: loosely_equal(left(scene), right(scene)) is wanted
    if operator == "in":
        return lambda scene: _has(right(scene), left(scene))
    if operator in ("<", "<=", ">", ">="):
        return lambda scene: compare(operator, left(scene), right(scene))
    return lambda scene: _arithmetic(operator, left(scene), right(scene))


def _has(holder: Any, key: Any) -> bool:
    name = key if is_number(key) else to_text(key)
    return isinstance(holder, Node) and holder.get(int(name) if is_number(name) else name) is not None


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        return (to_text(left) + to_text(right))[:_MAX_TEXT]
    one, two = Decimal(to_number(left)), Decimal(to_number(right))
    try:
        if operator == "+":
            return one + two
        if operator == "-":
            return one - two
        return one * two if operator == "*" else one / two if operator == "/" else one % two
    except (InvalidOperation, DivisionByZero):
        return Decimal("NaN")


def _call(name: str, parts: list[Condition]) -> Condition:
    def call(scene: Scene) -> Any:
        value, *arguments = (part(scene) for part in parts)
        first = arguments[0] if arguments else UNDEFINED
        if name == "hasOwnProperty":
            return _has(value, first)
        if name == "test" and isinstance(value, Regex):
            return value.search(to_text(first), scene.budget)
        if name in ("includes", "indexOf") and kind_of(value) == "array":
            return _search(scene, value, first, name)
        if name == "toString" and value is not None and value is not UNDEFINED:
            return to_text(value)
        if isinstance(value, int) and not isinstance(value, bool) and isinstance(first, Regex):
            value = str(value)  # keys of lists are texts in JavaScript
        return _text_method(scene, name, value, arguments) if isinstance(value, str) else UNDEFINED

    return call


def _search(scene: Scene, value: Any, wanted: Any, name: str) -> Any:
    items = value if isinstance(value, list) else [scene.seen(node) for node in value.children()]
    scene.budget.spend(len(items))
    at = next((index for index, item in enumerate(items) if strictly_equal(item, wanted)), -1)
    return at >= 0 if name == "includes" else at


def _text_method(scene: Scene, name: str, text: str, arguments: list[Any]) -> Any:
    scene.budget.spend(1 + len(text) // 64)
    first = arguments[0] if arguments else UNDEFINED
    if name == "match":
        regex = first if isinstance(first, Regex) else regex_of(to_text(first))
        return regex.search(text, scene.budget)
    word = to_text(first)
    if name == "includes":
        return word in text
    if name == "indexOf":
        return text.find(word)
    if name == "startsWith":
        return text.startswith(word)
    if name == "endsWith":
        return text.endswith(word)
    if name in ("slice", "substring", "charAt"):
        start, *rest = [int(to_number(item)) if is_number(item) else 0 for item in arguments] or [0]
        if name == "charAt":
            return text[start : start + 1] if start >= 0 else ""
        return text[start : rest[0] if rest else None]
    return {"toLowerCase": text.lower, "toUpperCase": text.upper, "trim": text.strip}[name]()

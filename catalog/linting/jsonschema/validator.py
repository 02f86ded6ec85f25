"""Validation of one node against one schema: what combines schemas and what leads into parts of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.compatibility.documents import canonical_text
from catalog.compatibility.documents.pointers import MISSING
from catalog.linting.budget import Budget
from catalog.linting.codes import LintCode, LintError
from catalog.linting.jsonschema.assertions import ASSERTIONS, type_problem
from catalog.linting.jsonschema.schemas import Schema
from catalog.linting.regexes import regex_of
from catalog.linting.tree import Key, Node, Tree

_MAX_DEPTH = 150
_MAX_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Error:
    """What does not fit: the node, the keyword, and a predicate (`must be string`) or a whole sentence."""

    node: Node
    keyword: str
    text: str

    def sentence(self) -> str:
        """`"Amount" property must be ...`; the property is named by its key."""
        if self.text[0].isupper() or self.text.startswith('"'):
            return self.text
        subject = f'"{self.node.key}" property' if self.node.parent is not None else "The document"
        return f"{subject} {self.text}"


class Validator:
    """Validates nodes of one tree. Each pair of schema and node is judged once, so that work is bounded.

    `relaxed` is readOnly or writeOnly: required properties marked so may be missing. With `skip_references`
    a reference stands for anything. Raises LintError (LNT-121).
    """

    def __init__(
        self,
        tree: Tree,
        budget: Budget,
        *,
        resolved: bool,
        relaxed: str = "",
        skip_references: bool = False,
    ) -> None:
        self.tree = tree
        self.budget = budget
        self.resolved = resolved
        self.relaxed = relaxed
        self.skip_references = skip_references
        self.schema: Schema
        self._known: dict[tuple[int, int], list[Error]] = {}
        self._names: list[Node] = []
        self._depth = 0

    def is_valid(self, schema: Schema, node: Node) -> bool:
        return not self.errors(schema, node)

    def errors(self, schema: Schema, node: Node) -> list[Error]:
        """All errors, in the order of the schema's keywords; of alternatives those of the nearest one."""
        self.schema = schema
        return self.check(schema.value, node)

    def check(self, schema: Any, node: Node) -> list[Error]:
        """Errors of a part of the schema on a node."""
        if self.resolved:
            node = self.tree.resolve(node)
        if schema is False:
            return [Error(node, "false", "is not allowed")]
        if not isinstance(schema, dict) or not schema:
            return []
        if self.skip_references and isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            return []
        key = (id(schema), id(node))
        if key in self._known:
            return self._known[key]
        self._known[key] = []  # a definition that contains itself adds nothing to itself
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise LintError(LintCode.WORK, "A schema or a value is nested deeper than is validated.")
        self.budget.spend(4 + 2 * len(schema))
        found = self._known[key] = _distinct(self._checked(schema, node))
        self._depth -= 1
        return found

    def _checked(self, schema: dict[str, Any], node: Node) -> list[Error]:
        found: list[Error] = []
        dialect = self.schema.dialect
        reference = schema.get("$ref", schema.get("$dynamicRef"))
        if isinstance(reference, str):
            target = self.schema.target(reference)
            if target is not MISSING:
                found.extend(self.check(target, node))
            if dialect.lone_reference:
                return found
        problem = type_problem(schema, node.value, dialect)
        if problem:
            return [*found, Error(node, "type", problem)]
        if node.value is None and dialect.null_word and schema.get(dialect.null_word) is True:
            return found
        for keyword, argument in schema.items():
            assertion = ASSERTIONS.get(keyword)
            if assertion is not None:
                text = assertion(argument, node.value, schema, dialect, self.budget)
                if text:
                    found.append(Error(node, keyword, text))
            elif keyword in APPLICATORS:
                found.extend(APPLICATORS[keyword](self, argument, node, schema))
        return found

    def required(self, names: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if not isinstance(names, list) or not isinstance(node.value, dict):
            return
        properties = schema.get("properties")
        for name in names:
            if not isinstance(name, str) or name in node.value:
                continue
            part = properties.get(name) if isinstance(properties, dict) else None
            if not self._may_lack(part):
                yield Error(node, "required", f'must have required property "{name}"')

    def _may_lack(self, part: Any) -> bool:
        for _ in range(20):
            if not isinstance(part, dict) or not isinstance(part.get("$ref"), str):
                break
            part = self.schema.target(part["$ref"])
        return bool(self.relaxed) and isinstance(part, dict) and part.get(self.relaxed) is True

    def properties(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        below = node.below
        if isinstance(parts, dict) and isinstance(below, dict):
            for name in parts if len(parts) < len(below) else [key for key in below if key in parts]:
                if name in below:
                    yield from self.check(parts[name], below[name])

    def pattern_properties(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if isinstance(parts, dict) and isinstance(node.below, dict):
            for name, item in node.below.items():
                for pattern, part in parts.items():
                    if self._matches(pattern, name):
                        yield from self.check(part, item)

    def _matches(self, pattern: str, text: str) -> bool:
        try:
            return regex_of(pattern).search(text, self.budget)
        except LintError as error:
            if error.code == LintCode.WORK:
                raise
            return False

    def additional_properties(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if not isinstance(node.below, dict) or part is True:
            return
        known = schema.get("properties")
        patterns = schema.get("patternProperties")
        for name, item in node.below.items():
            if isinstance(known, dict) and name in known:
                continue
            if isinstance(patterns, dict) and any(self._matches(pattern, name) for pattern in patterns):
                continue
            yield from self._extra(part, item)

    def _extra(self, part: Any, item: Node) -> Iterator[Error]:
        if part is False:
            text = f'Property "{item.key}" is not expected to be here'
            yield Error(item, "additionalProperties", text)
        else:
            yield from self.check(part, item)

    def property_names(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if isinstance(node.below, dict):
            for name, item in node.below.items():
                self._names.append(Node(name, node, name))  # kept: what is known hangs on identities
                for error in self.check(part, self._names[-1]):
                    yield Error(item, "propertyNames", f'Property name "{name}" {error.text}')

    def items(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if not isinstance(node.below, list):
            return
        if isinstance(part, list):
            for one, item in zip(part, node.below, strict=False):
                yield from self.check(one, item)
            if "additionalItems" in schema:
                for item in node.below[len(part) :]:
                    yield from self.check(schema["additionalItems"], item)
            return
        prefix = schema.get("prefixItems") if self.schema.dialect.prefix else None
        for item in node.below[len(prefix) if isinstance(prefix, list) else 0 :]:
            yield from self.check(part, item)

    def prefix_items(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if isinstance(parts, list) and isinstance(node.below, list) and self.schema.dialect.prefix:
            for part, item in zip(parts, node.below, strict=False):
                yield from self.check(part, item)

    def contains(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if isinstance(node.below, list):
            count = sum(1 for item in node.below if not self.check(part, item))
            low, high = schema.get("minContains", 1), schema.get("maxContains")
            if isinstance(low, int) and count < low:
                yield Error(node, "contains", f"must contain at least {low} matching items")
            if isinstance(high, int) and count > high:
                yield Error(node, "contains", f"must contain at most {high} matching items")

    def all_of(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        for part in parts if isinstance(parts, list) else ():
            yield from self.check(part, node)

    def any_of(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        found = [self.check(part, node) for part in parts] if isinstance(parts, list) else []
        if found and all(found):
            yield from _nearest(found, node, "anyOf")

    def one_of(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        found = [self.check(part, node) for part in parts] if isinstance(parts, list) else []
        fitting = sum(1 for errors in found if not errors)
        if found and not fitting:
            yield from _nearest(found, node, "oneOf")
        elif fitting > 1:
            yield Error(node, "oneOf", "must match exactly one schema in oneOf")

    def not_(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if not self.check(part, node):
            yield Error(node, "not", "must not be valid against the schema in not")

    def condition(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if self.schema.dialect.conditions:
            branch = "else" if self.check(part, node) else "then"
            yield from self.check(schema.get(branch, True), node)

    def dependencies(self, parts: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if not isinstance(parts, dict) or not isinstance(node.value, dict):
            return
        for name, part in parts.items():
            if name in node.value and isinstance(part, list):
                for other in part:
                    if other not in node.value:
                        yield Error(
                            node, "dependentRequired", f'must have property "{other}" beside "{name}"'
                        )
            elif name in node.value:
                yield from self.check(part, node)

    def unevaluated_properties(self, part: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if isinstance(node.below, dict) and part is not True and not self.schema.dialect.lone_reference:
            known = self._evaluated(schema, node, 0)
            for name, item in node.below.items():
                if name not in known:
                    yield from self._extra(part, item)

    def _evaluated(self, schema: Any, node: Node, depth: int) -> set[str]:
        """Names of properties that a schema and what it combines has looked at."""
        if not isinstance(schema, dict) or depth > 30 or not isinstance(node.below, dict):
            return set()
        self.budget.spend(1 + len(schema))
        if "additionalProperties" in schema or ("unevaluatedProperties" in schema and depth):
            return set(node.below)
        known = {name for name in schema.get("properties") or () if name in node.below}
        for pattern in schema.get("patternProperties") or ():
            known |= {name for name in node.below if self._matches(pattern, name)}
        parts = [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word) or ()]
        if "if" in schema:
            parts += [schema["if"], schema.get("else" if self.check(schema["if"], node) else "then", {})]
        parts += [part for name, part in (schema.get("dependentSchemas") or {}).items() if name in node.below]
        if isinstance(schema.get("$ref"), str):
            parts.append(self.schema.target(schema["$ref"]))
        for part in parts:
            if isinstance(part, dict) and not self.check(part, node):
                known |= self._evaluated(part, node, depth + 1)
        return known

    def unique_items(self, wanted: Any, node: Node, schema: dict[str, Any]) -> Iterator[Error]:
        if wanted is not True or not isinstance(node.below, list):
            return
        seen: dict[str, Key] = {}
        for item in node.below:
            text = canonical_text(item.value)
            self.budget.spend(1 + len(text) // 16)
            if text in seen:
                text = f"must not have duplicate items (items {seen[text]} and {item.key} are identical)"
                yield Error(node, "uniqueItems", text)
                return
            seen[text] = item.key


def _distinct(found: list[Error]) -> list[Error]:
    """Each error once: definitions that are used twice bring theirs twice."""
    return list({id(error): error for error in found}.values())[:_MAX_ERRORS] if len(found) > 1 else found


def _nearest(found: list[list[Error]], node: Node, keyword: str) -> Iterator[Error]:
    """Errors of the one alternative that is of the right type; what all miss when that is one thing each."""
    right = [errors for errors in found if not _is_other_type(errors, node)]
    if len(right) == 1:
        yield from right[0]
    elif all(len(errors) == 1 and errors[0].node is node for errors in found):
        texts = dict.fromkeys(errors[0].text for errors in found)
        yield Error(node, found[0][0].keyword, " or ".join(texts))
    else:
        yield Error(node, keyword, f"must match a schema in {keyword}")


def _is_other_type(errors: list[Error], node: Node) -> bool:
    return any(error.keyword == "type" and error.node is node for error in errors)


APPLICATORS: dict[str, Callable[[Validator, Any, Node, dict[str, Any]], Iterator[Error]]] = {
    "required": Validator.required,
    "properties": Validator.properties,
    "patternProperties": Validator.pattern_properties,
    "additionalProperties": Validator.additional_properties,
    "propertyNames": Validator.property_names,
    "items": Validator.items,
    "prefixItems": Validator.prefix_items,
    "contains": Validator.contains,
    "allOf": Validator.all_of,
    "anyOf": Validator.any_of,
    "oneOf": Validator.one_of,
    "not": Validator.not_,
    "if": Validator.condition,
    "dependencies": Validator.dependencies,
    "dependentRequired": Validator.dependencies,
    "dependentSchemas": Validator.dependencies,
    "unevaluatedProperties": Validator.unevaluated_properties,
    "uniqueItems": Validator.unique_items,
}

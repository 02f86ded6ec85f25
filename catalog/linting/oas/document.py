"""Rules about the document as a whole: structure, references, servers, what is not used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from catalog.linting.jsonschema import Schema, Validator, dialect_named
from catalog.linting.jsonschema.formats import fits
from catalog.linting.oas.structure import structure_of
from catalog.linting.targets import Result, Target
from catalog.linting.tree import Node

_COMPONENTS = (
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "links",
    "callbacks",
)
_VARIABLE = re.compile(r"\{([^{}]+)\}")
_VERSIONS = {"oas2": "2.0", "oas3_0": "3.0", "oas3_1": "3.1"}
_MAX_VALUES = 100


def structure(target: Target) -> Iterator[Result]:
    version = next((version for name, version in _VERSIONS.items() if name in target.lint.formats), "3.2")
    table = structure_of(version)
    validator = Validator(target.lint.tree, target.lint.budget, resolved=False, skip_references=True)
    for error in validator.errors(Schema(table, table, dialect_named("draft7")), target.lint.tree.root):
        yield Result(error.sentence(), node=error.node)


def reference_siblings(target: Target) -> Iterator[Result]:
    holder = target.node.parent
    if holder is None or not isinstance(target.value, str) or holder.key == "properties":
        return
    for node in holder.children():
        if node is not target.node:
            yield Result("Nothing may stand beside $ref", node=node)


def unused_components(target: Target) -> Iterator[Result]:
    """Components that no reference and no discriminator names."""
    tree = target.lint.tree
    used: set[int] = set()
    for text in [*(node.value["$ref"] for node in tree.references), *_mapped(tree.every())]:
        node = tree.target(text)
        while node is not None and id(node) not in used:
            used.add(id(node))
            node = node.parent
    components = tree.root.get("components")
    for kind in _COMPONENTS if components is not None else ():
        holder = components.get(kind)  # type: ignore[union-attr]
        for node in holder.children() if holder is not None and isinstance(holder.below, dict) else ():
            if id(node) not in used:
                yield Result("Potentially unused component has been detected", node=node)


def _mapped(nodes: Iterator[Node]) -> Iterator[str]:
    for node in nodes:
        if node.key == "discriminator" and isinstance(node.value, dict):
            mapping = node.value.get("mapping")
            for name in mapping.values() if isinstance(mapping, dict) else ():
                if isinstance(name, str):
                    yield name if name.startswith("#") else f"#/components/schemas/{name}"


def server_variables(target: Target) -> Iterator[Result]:
    server = target.value
    if not isinstance(server, dict) or not isinstance(server.get("url"), str):
        return
    url, variables = server["url"], server.get("variables")
    used = list(dict.fromkeys(_VARIABLE.findall(url)))
    if not isinstance(variables, dict):
        variables = {}
    missing = [name for name in used if name not in variables]
    if missing:
        yield Result(f"Variables of the server's url must be defined: {', '.join(missing)}", ("variables",))
    for name, variable in variables.items():
        if name not in used:
            yield Result(f'The variable "{name}" is not used in the server\'s url', ("variables", name))
        yield from _variable(url, variables, name, variable)


def _substituted(url: str, values: dict[str, Any]) -> str:
    return _VARIABLE.sub(lambda found: str(values.get(found[1], found[0])), url)


def _variable(url: str, variables: dict[str, Any], name: str, variable: Any) -> Iterator[Result]:
    if not isinstance(variable, dict):
        return
    place = ("variables", name)
    if "default" not in variable:
        yield Result(f'The variable "{name}" must have a default', place)
        return
    values = variable.get("enum")
    if isinstance(values, list) and variable["default"] not in values:
        yield Result(f'The default of the variable "{name}" must be in its enum', (*place, "default"))
    defaults = {key: item.get("default") for key, item in variables.items() if isinstance(item, dict)}
    for value in [variable["default"], *(values if isinstance(values, list) else ())][:_MAX_VALUES]:
        filled = {**defaults, name: value}
        text = _substituted(url, filled)
        absolute = text if "://" in text else f"https://host{'' if text.startswith('/') else '/'}{text}"
        if not fits("uri", absolute):
            yield Result(f'With "{str(value)[:40]}" for "{name}" the server has no valid url', place)
            return

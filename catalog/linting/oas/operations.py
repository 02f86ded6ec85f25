"""Rules about paths, operations, their parameters, tags and responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.compatibility.openapi.model import METHODS
from catalog.linting.oas.paths import parameters_of_path, shape_of
from catalog.linting.targets import Result, Target
from catalog.linting.tree import Node

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def operations(target: Target, paths: Node | None) -> Iterator[tuple[str, Node, str, Node]]:
    """Path, its item, method and operation of everything under `paths`, references followed."""
    paths = target.follow(paths)
    for child in paths.children() if paths is not None else ():
        item = target.follow(child)
        for method in METHODS if item is not None else ():
            operation = target.follow(item.get(method))  # type: ignore[union-attr]
            if operation is not None and isinstance(operation.value, dict):
                yield str(child.key), child, method, operation


def success_response(target: Target) -> Iterator[Result]:
    if isinstance(target.value, dict):
        codes = [str(code).upper() for code in target.value]
        ranges = ("2XX", "3XX") if "oas3" in target.lint.formats else ()
        if not any(code in ranges or (code.isdecimal() and 200 <= int(code[:9]) < 400) for code in codes):
            yield Result("Operation must define at least one 2xx or 3xx response")


def unique_operation_ids(target: Target) -> Iterator[Result]:
    seen: set[str] = set()
    for _, _, _, operation in operations(target, target.node):
        node = operation.get("operationId")
        if node is None or not isinstance(node.value, str):
            continue
        if node.value in seen:
            yield Result(f'The operationId "{node.value[:80]}" is used more than once', node=node)
        seen.add(node.value)


def parameters(target: Target) -> Iterator[Result]:
    if not isinstance(target.value, list):
        return
    seen: set[tuple[Any, Any]] = set()
    places: dict[str, list[Node]] = {"body": [], "formData": []}
    for child in target.node.children():
        value = target.follow(child).value  # type: ignore[union-attr]
        if not isinstance(value, dict):
            continue
        where, name = str(value.get("in")), str(value.get("name"))
        if where in places:
            places[where].append(child)
        if "in" in value and "name" in value and (where, name) in seen:
            yield Result(f'The parameter "{name}" in {where} stands more than once', node=child)
        seen.add((where, name))
    if places["body"] and places["formData"]:
        yield Result("Operation must not have both body and formData parameters")
    for child in places["body"][1:]:
        yield Result("Operation must not have more than one body parameter", node=child)


def tags_defined(target: Target) -> Iterator[Result]:
    tags = target.at("tags")
    known = {
        node.value["name"]
        for child in (tags.children() if tags is not None else ())
        if (node := target.follow(child)) is not None
        and isinstance(node.value, dict)
        and isinstance(node.value.get("name"), str)
    }
    for _, _, _, operation in operations(target, target.node.get("paths")):
        used = target.follow(operation.get("tags"))
        for node in used.children() if used is not None and isinstance(used.value, list) else ():
            if isinstance(node.value, str) and node.value not in known:
                yield Result(
                    f'The tag "{node.value[:80]}" is not defined in the tags of the document', node=node
                )


def unique_tags(target: Target) -> Iterator[Result]:
    seen: set[str] = set()
    for child in target.node.children():
        tag = target.follow(child)
        name = tag.value.get("name") if tag is not None and isinstance(tag.value, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Result(f'The tag "{name[:80]}" is defined more than once', node=child.get("name") or child)
        seen.add(name)


def path_parameters(target: Target) -> Iterator[Result]:
    shapes: dict[str, str] = {}
    for child in target.node.children():
        path, item = str(child.key), target.follow(child)
        if item is None or not isinstance(item.value, dict):
            continue
        shape, names = shape_of(path)
        if shape in shapes:
            yield Result(f'Paths "{shapes[shape]}" and "{path}" must not be equivalent', node=child)
        shapes.setdefault(shape, path)
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Result(f'Path "{path}" must not use parameter "{{{name}}}" more than once', node=child)
        shared, faults = parameters_of_path(target, item)
        yield from faults
        for method in METHODS:
            operation = target.follow(item.get(method))
            if operation is not None and isinstance(operation.value, dict):
                own, faults = parameters_of_path(target, operation)
                yield from faults
                yield from _compared(path, names, {**shared, **own}, operation)


def _compared(path: str, names: list[str], defined: dict[str, Node], operation: Node) -> Iterator[Result]:
    for name, node in defined.items():
        if name not in names:
            yield Result(f'Parameter "{name}" must be used in path "{path}"', node=node)
    for name in dict.fromkeys(names):
        if name not in defined:
            message = f'Operation must define parameter "{{{name}}}" as expected by path "{path}"'
            yield Result(message, node=operation)


def form_data_consumed(target: Target) -> Iterator[Result]:
    operation = target.value if isinstance(target.value, dict) else {}
    listed = target.at("parameters")
    nodes = [target.follow(child) for child in listed.children()] if listed is not None else []
    has_form = any(
        node is not None and isinstance(node.value, dict) and node.value.get("in") == "formData"
        for node in nodes
    )
    consumes = operation.get("consumes", target.lint.tree.root.value.get("consumes"))
    if has_form and isinstance(consumes, list) and not _FORMS & {str(name) for name in consumes}:
        yield Result("Operation with formData parameters must consume a form")


def discriminator(target: Target) -> Iterator[Result]:
    schema = target.value
    if not isinstance(schema, dict) or not isinstance(schema.get("discriminator"), str):
        return
    name = schema["discriminator"]
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict) or name not in properties:
        yield Result(f'The discriminator "{name}" must be defined in properties', ("properties",))
    if not isinstance(required, list) or name not in required:
        yield Result(f'The discriminator "{name}" must be required', ("required",))


def security_defined(target: Target) -> Iterator[Result]:
    """Each scheme is defined, and each scope of an OAuth scheme is one that its flows offer."""
    if not isinstance(target.value, dict):
        return
    keys = ("securityDefinitions",) if "oas2" in target.lint.formats else ("components", "securitySchemes")
    schemes, _ = target.lint.tree.step(target.lint.tree.root, keys, resolved=True)
    known = schemes.below if schemes.key == keys[-1] and isinstance(schemes.below, dict) else {}
    for name, wanted in target.value.items():
        scheme = target.follow(known.get(name))
        if scheme is None:
            yield Result(f'The security scheme "{name[:80]}" must be defined in {".".join(keys)}', (name,))
            continue
        offered = _scopes(scheme.value)
        for index, scope in enumerate(wanted if isinstance(wanted, list) and offered is not None else ()):
            if not isinstance(scope, str) or scope not in (offered or ()):
                yield Result(f'The scope "{str(scope)[:80]}" must be listed among the scopes', (name, index))


def _scopes(scheme: Any) -> set[str] | None:
    """Scopes that an OAuth scheme offers; None for a scheme of another kind."""
    if not isinstance(scheme, dict) or scheme.get("type") != "oauth2":
        return None
    flows = [scheme, *(scheme["flows"].values() if isinstance(scheme.get("flows"), dict) else ())]
    offered: set[str] = set()
    for flow in flows:
        if isinstance(flow, dict) and isinstance(flow.get("scopes"), dict):
            offered.update(flow["scopes"])
    return offered

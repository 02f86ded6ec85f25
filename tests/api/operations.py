"""Every operation of the API, read from its own OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    name: str
    method: str
    path: str
    permission: str
    headers: frozenset[str]
    query: frozenset[str]
    upload: bool

    @property
    def on_object(self) -> bool:
        return "{id}" in self.path

    @property
    def is_list(self) -> bool:
        return "cursor" in self.query

    @property
    def is_write(self) -> bool:
        return self.method != "get"

    @property
    def conditional(self) -> bool:
        return "If-Match" in self.headers

    def url(self, pk: object = 1, rule: object = 1) -> str:
        return self.path.replace("{id}", str(pk)).replace("{rule_id}", str(rule))


@cache
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def _names(spec: dict[str, Any], place: str) -> frozenset[str]:
    return frozenset(p["name"] for p in spec.get("parameters", []) if p["in"] == place)


@cache
def operations() -> tuple[Operation, ...]:
    found = [
        Operation(
            spec["operationId"],
            method,
            path,
            spec.get("x-permission", ""),
            _names(spec, "header"),
            _names(spec, "query"),
            "multipart/form-data" in spec.get("requestBody", {}).get("content", {}),
        )
        for path, methods in document()["paths"].items()
        for method, spec in methods.items()
        if path.startswith("/api/v1/") and "openapi" not in path
    ]
    return tuple(sorted(found, key=lambda operation: operation.name))


def named(name: str) -> Operation:
    return next(operation for operation in operations() if operation.name == name)

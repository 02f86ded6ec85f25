"""From a document to an Api: decides the dialect, then reads what 2.0 and 3.x have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from catalog.compatibility.documents import (
    Document,
    DocumentCode,
    DocumentError,
    References,
    child,
)
from catalog.compatibility.openapi.merging import Schemas
from catalog.compatibility.openapi.model import (
    METHODS,
    Body,
    Media,
    Operation,
    Parameter,
    PathItem,
    Response,
)
from catalog.compatibility.openapi.shapes import Ref

_MAX_PARTS = 200_000
_MAX_OPERATIONS = 5_000
_MAX_CALLBACKS = 1  # callbacks of callbacks are not read; references can make circles of them


class Dialect(Protocol):
    """What differs between 2.0 and 3.x."""

    def body(self, reader: Reader, pointer: str, raw: dict[str, Any], shared: list[Any]) -> Body | None: ...

    def responses(self, reader: Reader, pointer: str, raw: dict[str, Any]) -> dict[str, Response]: ...

    def parameter(
        self, reader: Reader, pointer: str, raw: dict[str, Any], *, inherited: bool
    ) -> Parameter | None: ...

    def schemes(self, reader: Reader) -> dict[str, tuple[str, dict[str, Any]]]: ...

    def servers(self, holder: dict[str, Any], pointer: str) -> dict[str, str]: ...


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is a mapping, else an empty one: vendors publish anything."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def dialect_of(document: Document) -> str:
    """2.0, 3.0 or 3.1. Raises DocumentError on anything else."""
    if not isinstance(document.value, dict):
        raise DocumentError(DocumentCode.NOT_A_MAPPING, "The document is not a mapping.")
    root = document.value
    version = str(root.get("openapi", root.get("swagger", "")))
    if "swagger" in root and version.startswith("2"):
        return "2.0"
    if "openapi" in root and version.startswith("3."):
        return "3.0" if version.startswith("3.0") else "3.1"
    raise DocumentError(
        DocumentCode.NOT_OPENAPI, "The document names neither swagger 2.0 nor openapi 3.0 or 3.1."
    )


class Reader:
    """Reads one document; the dialect fills in what is its own."""

    def __init__(self, document: Document, dialect: Dialect, name: str) -> None:
        self.root = document.value
        self.dialect = dialect
        self.references = References(document)
        self.schemas = Schemas(self.references, siblings=name == "3.1")
        self.security = security_of(self.root.get("security"))
        self.parts = 0
        self.operations = 0

    def resolved(self, pointer: str, raw: Any) -> tuple[str, dict[str, Any]]:
        """A mapping with its references followed; `{}` when something else stands there."""
        pointer, raw = self.references.resolve(pointer, raw)
        return pointer, mapping(raw)

    def items(self, pointer: str, raw: Any) -> Iterator[tuple[str, str, Any]]:
        """Keys, pointers and values of a mapping, extensions aside.

        Raises DocumentError (CTR-110) when shared parts are used so often that they grow beyond the limit.
        """
        self.parts += len(mapping(raw))
        if self.parts > _MAX_PARTS:
            raise DocumentError(DocumentCode.TOO_COMPLEX, f"The API has more than {_MAX_PARTS} parts.")
        for key, value in mapping(raw).items():
            if not key.startswith("x-"):
                yield key, child(pointer, key), value

    def schema(self, pointer: str, raw: Any) -> Ref | None:
        """The schema of a media type, parameter or header."""
        if "schema" not in raw:
            return None
        return self.schemas.ref(child(pointer, "schema"), raw["schema"])

    def path_items(self, pointer: str, raw: Any, level: int = 0) -> dict[str, PathItem]:
        found = {}
        for path, where, value in self.items(pointer, raw):
            where, item = self.resolved(where, value)
            operations = {}
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    operations[method] = self.operation(path, method, where, item, level)
            found[path] = PathItem(path, where, operations, item)
        return found

    def operation(self, path: str, method: str, where: str, item: dict[str, Any], level: int) -> Operation:
        self.operations += 1
        if self.operations > _MAX_OPERATIONS:
            raise DocumentError(DocumentCode.TOO_COMPLEX, f"It has more than {_MAX_OPERATIONS} operations.")
        pointer, raw = child(where, method), item[method]
        shared = list(self._parameters(where, item.get("parameters")))
        own = list(self._parameters(pointer, raw.get("parameters")))
        parameters: dict[tuple[str, str], Parameter] = {}
        for inherited, listed in ((True, shared), (False, own)):
            for spot, found in listed:
                parameter = self.dialect.parameter(self, spot, found, inherited=inherited)
                if parameter is not None:
                    name = parameter.name.lower() if parameter.location == "header" else parameter.name
                    parameters[parameter.location, name] = parameter
        own_security = "security" in raw
        operation = Operation(
            path=path,
            method=method,
            pointer=pointer,
            raw=raw,
            parameters=parameters,
            body=self.dialect.body(self, pointer, raw, [*shared, *own]),
            responses=self.dialect.responses(self, pointer, raw),
            security=security_of(raw["security"]) if own_security else self.security,
            own_security=own_security,
            servers=self.dialect.servers(raw, pointer) or self.dialect.servers(item, where),
        )
        if level < _MAX_CALLBACKS:
            operation.callbacks = self._callbacks(pointer, raw, level)
        return operation

    def _parameters(self, pointer: str, raw: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        base = child(pointer, "parameters")
        self.parts += len(raw) if isinstance(raw, list) else 0
        for index, value in enumerate(raw if isinstance(raw, list) else []):
            found = self.resolved(child(base, index), value)
            if isinstance(found[1].get("name"), str):
                yield found

    def _callbacks(self, pointer: str, raw: dict[str, Any], level: int) -> dict[str, dict[str, Operation]]:
        found = {}
        for name, where, value in self.items(child(pointer, "callbacks"), raw.get("callbacks")):
            where, callback = self.resolved(where, value)
            items = self.path_items(where, callback, level + 1)
            found[name] = {
                f"{method} {path}": operation
                for path, item in items.items()
                for method, operation in item.operations.items()
            }
        return found


def security_of(raw: Any) -> list[dict[str, list[str]]] | None:
    """Alternatives of schemes with their scopes; None when nothing is said."""
    if not isinstance(raw, list):
        return None
    return [
        {
            name: sorted(str(scope) for scope in scopes) if isinstance(scopes, list) else []
            for name, scopes in mapping(item).items()
        }
        for item in raw
    ]


def media_types(reader: Reader, pointer: str, raw: Any) -> dict[str, Media]:
    """Media types of a `content` by normalized name."""
    found: dict[str, Media] = {}
    for name, where, value in reader.items(child(pointer, "content"), raw):
        media = mapping(value)
        found[normal_media(name)] = Media(
            name, where, reader.schema(where, media), mapping(media.get("encoding"))
        )
    return found


def normal_media(name: str) -> str:
    """Lower case, parameters sorted, no white space."""
    essence, *parameters = (part.strip().lower() for part in name.split(";"))
    return ";".join([essence, *sorted(parameters)])

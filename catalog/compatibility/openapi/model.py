"""An API as it is compared: the same objects for OpenAPI 2.0, 3.0 and 3.1, each with its pointer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalog.compatibility.documents import Document
from catalog.compatibility.openapi.merging import Schemas
from catalog.compatibility.openapi.shapes import Ref

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "query", "trace")


@dataclass(slots=True)
class Media:
    """One media type of a body; `schema` is None where none is given, `encoding` that of multipart parts."""

    name: str
    pointer: str
    schema: Ref | None
    encoding: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Parameter:
    """`style` is how the value is written; `inherited` when the path item declares it for all operations."""

    name: str
    location: str
    pointer: str
    raw: dict[str, Any]
    required: bool
    schema: Ref | None
    content: dict[str, Media]
    style: str
    inherited: bool

    @property
    def label(self) -> str:
        return f"{self.location} parameter '{self.name}'"

    @property
    def deprecated(self) -> bool:
        return self.raw.get("deprecated") is True


@dataclass(slots=True)
class Header:
    """A response header."""

    name: str
    pointer: str
    required: bool
    schema: Ref | None


@dataclass(slots=True)
class Body:
    """A request body."""

    pointer: str
    required: bool
    content: dict[str, Media]


@dataclass(slots=True)
class Response:
    """A response by status; headers by lower-case name."""

    pointer: str
    content: dict[str, Media]
    headers: dict[str, Header]


@dataclass(slots=True)
class Operation:
    """A method of a path, a webhook or a callback. `security` is what holds here, inherited or not."""

    path: str
    method: str
    pointer: str
    raw: dict[str, Any]
    parameters: dict[tuple[str, str], Parameter]
    body: Body | None
    responses: dict[str, Response]
    security: list[dict[str, list[str]]] | None
    own_security: bool
    servers: dict[str, str] = field(default_factory=dict)
    callbacks: dict[str, dict[str, Operation]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def deprecated(self) -> bool:
        return self.raw.get("deprecated") is True


@dataclass(slots=True)
class PathItem:
    """A path with its operations by method."""

    path: str
    pointer: str
    operations: dict[str, Operation]
    raw: dict[str, Any]


@dataclass(slots=True)
class Api:
    """A whole contract. `components` are pointers of shared schemas by name."""

    document: Document
    schemas: Schemas
    dialect: str
    paths: dict[str, PathItem]
    webhooks: dict[str, PathItem]
    security: list[dict[str, list[str]]] | None
    schemes: dict[str, tuple[str, dict[str, Any]]]
    servers: dict[str, str]
    components: dict[str, str]

    @property
    def info(self) -> dict[str, Any]:
        found = self.document.value.get("info")
        return found if isinstance(found, dict) else {}

    @property
    def version(self) -> str:
        return str(self.info.get("version", ""))

"""From a document to an Api, whatever its version of OpenAPI."""

from __future__ import annotations

from catalog.compatibility.documents import Document, Limits, check_references, child
from catalog.compatibility.openapi.dialect2 import Dialect2
from catalog.compatibility.openapi.dialect3 import Dialect3
from catalog.compatibility.openapi.loading import Dialect, Reader, dialect_of, mapping
from catalog.compatibility.openapi.model import Api

_DEFAULT = Limits()


def load_api(document: Document, *, limits: Limits = _DEFAULT) -> Api:
    """Read an OpenAPI document. Raises DocumentError when it is none, leads elsewhere or is too complex."""
    check_references(document, limits=limits)
    name = dialect_of(document)
    dialect: Dialect = Dialect2() if name == "2.0" else Dialect3()
    reader = Reader(document, dialect, name)
    root = document.value
    if "components" in root or name != "2.0":
        shared = ("/components/schemas", mapping(mapping(root.get("components")).get("schemas")))
    else:
        shared = ("/definitions", mapping(root.get("definitions")))
    return Api(
        document=document,
        schemas=reader.schemas,
        dialect=name,
        paths=reader.path_items("/paths", root.get("paths")),
        webhooks=reader.path_items("/webhooks", root.get("webhooks", root.get("x-webhooks"))),
        security=reader.security,
        schemes=dialect.schemes(reader),
        servers=dialect.servers(root, ""),
        components={key: child(shared[0], key) for key in shared[1]},
    )

"""OpenAPI 2.0, read as if it had been written in 3.0; pointers stay those of the 2.0 document."""

from __future__ import annotations

from typing import Any

from catalog.compatibility.documents import child
from catalog.compatibility.openapi.loading import Reader, mapping, normal_media, text_of
from catalog.compatibility.openapi.model import Body, Header, Media, Parameter, Response
from catalog.compatibility.openapi.shapes import Node, Ref, ref_of

_LOCATIONS = frozenset({"header", "path", "query"})
_COLLECTIONS = {"multi": "form exploded", "pipes": "pipeDelimited", "ssv": "spaceDelimited", "tsv": "tabs"}
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_FORM = "application/x-www-form-urlencoded"


class Dialect2:
    """Reads what 2.0 writes otherwise."""

    def body(self, reader: Reader, pointer: str, raw: dict[str, Any], shared: list[Any]) -> Body | None:
        media = _media(raw, reader.root, "consumes")
        fields: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
        for where, parameter in shared:
            fields[text_of(parameter.get("in")), parameter["name"]] = (where, parameter)
        form = {name: found for (location, name), found in fields.items() if location == "formData"}
        if form:
            return self._form(pointer, form, [name for name in media if "form" in name] or [_FORM])
        for (location, _), (where, parameter) in fields.items():
            if location == "body":
                schema = reader.schema(where, parameter)
                content = {normal_media(name): Media(name, where, schema) for name in media}
                return Body(where, parameter.get("required") is True, content)
        return None

    @staticmethod
    def _form(pointer: str, form: dict[str, tuple[str, dict[str, Any]]], media: list[str]) -> Body:
        """Form fields are the properties of one object that nobody wrote; they keep their own pointers."""
        required = [name for name, (_, field) in form.items() if field.get("required") is True]
        properties = {name: Node(where, field) for name, (where, field) in form.items()}
        raw = {"type": "object", "properties": properties, "required": required}
        schema = ref_of(Node(child(pointer, "parameters"), raw))
        content = {normal_media(name): Media(name, child(pointer, "parameters"), schema) for name in media}
        return Body(child(pointer, "parameters"), bool(required), content)

    def responses(self, reader: Reader, pointer: str, raw: dict[str, Any]) -> dict[str, Response]:
        found = {}
        media = _media(raw, reader.root, "produces")
        for status, where, value in reader.items(child(pointer, "responses"), raw.get("responses")):
            where, response = reader.resolved(where, value)
            schema = reader.schema(where, response)
            content = {normal_media(name): Media(name, where, schema) for name in media} if schema else {}
            headers = {}
            for name, spot, item in reader.items(child(where, "headers"), response.get("headers")):
                headers[name.lower()] = Header(name, spot, False, _inline(reader, spot, mapping(item)))
            found[status] = Response(where, content, headers)
        return found

    def parameter(
        self, reader: Reader, pointer: str, raw: dict[str, Any], *, inherited: bool
    ) -> Parameter | None:
        location = text_of(raw.get("in"))
        if location not in _LOCATIONS:
            return None
        collection = text_of(raw.get("collectionFormat")) or "csv"
        simple = "simple" if location in ("path", "header") else "form"
        style = _COLLECTIONS.get(collection, simple)
        if raw.get("type") != "array":
            style = "form exploded" if location == "query" else "simple"
        return Parameter(
            name=raw["name"],
            location=location,
            pointer=pointer,
            raw=raw,
            required=raw.get("required") is True or location == "path",
            schema=_inline(reader, pointer, raw),
            content={},
            style=style,
            inherited=inherited,
        )

    def schemes(self, reader: Reader) -> dict[str, tuple[str, dict[str, Any]]]:
        found = {}
        for name, pointer, value in reader.items(
            "/securityDefinitions", reader.root.get("securityDefinitions")
        ):
            found[name] = (pointer, _scheme(mapping(value)))
        return found

    def servers(self, holder: dict[str, Any], pointer: str) -> dict[str, str]:
        """Scheme, host and base path of the API; operations have none of their own in 2.0."""
        host = text_of(holder.get("host"))
        path = text_of(holder.get("basePath")).rstrip("/")
        schemes = holder.get("schemes")
        if not host:
            return {path: f"{pointer}/basePath"} if path else {}
        listed = schemes if isinstance(schemes, list) and schemes else ["https"]
        return {f"{scheme}://{host}{path}": f"{pointer}/host" for scheme in listed}


def _media(raw: dict[str, Any], root: dict[str, Any], keyword: str) -> list[str]:
    listed = raw.get(keyword, root.get(keyword))
    found = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    return found or ["application/json"]


def _inline(reader: Reader, pointer: str, raw: dict[str, Any]) -> Ref | None:
    """2.0 writes the schema of a parameter or header into the parameter itself."""
    return reader.schemas.ref(pointer, raw) if "type" in raw or "enum" in raw else None


def _scheme(raw: dict[str, Any]) -> dict[str, Any]:
    if raw.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if raw.get("type") != "oauth2":
        return raw
    flow = text_of(raw.get("flow"))
    words = ("authorizationUrl", "tokenUrl", "scopes")
    return {
        "type": "oauth2",
        "flows": {_FLOWS.get(flow, flow): {word: raw[word] for word in words if word in raw}},
    }

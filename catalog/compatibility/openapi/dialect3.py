"""OpenAPI 3.0 and 3.1."""

from __future__ import annotations

import re
from typing import Any

from catalog.compatibility.documents import child
from catalog.compatibility.openapi.loading import Reader, mapping, media_types, text_of
from catalog.compatibility.openapi.model import Body, Header, Parameter, Response

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class Dialect3:
    """Reads what only 3.x writes this way."""

    def body(self, reader: Reader, pointer: str, raw: dict[str, Any], shared: list[Any]) -> Body | None:
        if not isinstance(raw.get("requestBody"), dict):
            return None
        where, body = reader.resolved(child(pointer, "requestBody"), raw["requestBody"])
        return Body(where, body.get("required") is True, media_types(reader, where, body.get("content")))

    def responses(self, reader: Reader, pointer: str, raw: dict[str, Any]) -> dict[str, Response]:
        found = {}
        for status, where, value in reader.items(child(pointer, "responses"), raw.get("responses")):
            where, response = reader.resolved(where, value)
            headers = {}
            for name, spot, item in reader.items(child(where, "headers"), response.get("headers")):
                spot, header = reader.resolved(spot, item)
                if name.lower() != "content-type":
                    schema = reader.schema(spot, header)
                    headers[name.lower()] = Header(name, spot, header.get("required") is True, schema)
            content = media_types(reader, where, response.get("content"))
            found[status.upper() if status[-2:].lower() == "xx" else status] = Response(
                where, content, headers
            )
        return found

    def parameter(
        self, reader: Reader, pointer: str, raw: dict[str, Any], *, inherited: bool
    ) -> Parameter | None:
        location = text_of(raw.get("in"))
        if location not in _STYLES:
            return None
        if location == "header" and raw["name"].lower() in _IGNORED_HEADERS:
            return None  # the specification says that such a definition is ignored
        content = media_types(reader, pointer, raw.get("content"))
        style = text_of(raw.get("style")) or _STYLES[location]
        explode = raw.get("explode", style == "form")
        reserved = " reserved" if raw.get("allowReserved") is True else ""
        return Parameter(
            name=raw["name"],
            location=location,
            pointer=pointer,
            raw=raw,
            required=raw.get("required") is True or location == "path",
            schema=reader.schema(pointer, raw),
            content=content,
            style="content" if content else f"{style}{' exploded' if explode is True else ''}{reserved}",
            inherited=inherited,
        )

    def schemes(self, reader: Reader) -> dict[str, tuple[str, dict[str, Any]]]:
        base = "/components/securitySchemes"
        listed = mapping(reader.root.get("components")).get("securitySchemes")
        return {name: reader.resolved(pointer, value) for name, pointer, value in reader.items(base, listed)}

    def servers(self, holder: dict[str, Any], pointer: str) -> dict[str, str]:
        """Addresses that an API, a path or an operation declares, variables at their defaults."""
        found = {}
        listed = holder.get("servers")
        for index, raw in enumerate(listed if isinstance(listed, list) else []):
            variables = mapping(mapping(raw).get("variables"))

            def default(match: re.Match[str], known: dict[str, Any] = variables) -> str:
                value = mapping(known.get(match.group(1))).get("default")
                return match.group() if value is None else str(value)

            url = _VARIABLE.sub(default, text_of(mapping(raw).get("url"))).rstrip("/")
            if url:
                found[url] = f"{pointer}/servers/{index}"
        return found

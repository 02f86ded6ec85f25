"""Which formats a document has, under the names that rulesets use."""

from __future__ import annotations

import re
from typing import Any

_OAS = {"3.0": "oas3_0", "3.1": "oas3_1", "3.2": "oas3_2"}
_DRAFTS = {
    "draft-04": "json-schema-draft4",
    "draft-06": "json-schema-draft6",
    "draft-07": "json-schema-draft7",
    "2019-09": "json-schema-2019-09",
    "2020-12": "json-schema-2020-12",
}
_ASYNC = frozenset(
    {"asyncapi2", "asyncapi3"} | {f"asyncapi2_{minor}" for minor in range(7)} | {"asyncapi3_0"}
)
FORMATS = frozenset(
    {"oas2", "oas3", *_OAS.values(), "json-schema", "json-schema-loose", *_DRAFTS.values(), *_ASYNC}
    | {"arazzo1", "arazzo1_0"}
)
_SPELLING = re.compile(r"(\d)[.-](\d)")
_LOOSE_KEYS = frozenset({"properties", "items", "allOf", "anyOf", "oneOf", "enum", "$ref"})


def known_format(name: str) -> str:
    """The format under its one name (`oas3.1`, `oas3_1` and `oas-3-1` are one); empty when unknown."""
    if name in FORMATS:
        return name
    plain = _SPELLING.sub(r"\1_\2", name.lower().replace("oas-", "oas").replace("asyncapi-", "asyncapi"))
    return plain if plain in FORMATS else ""


def formats_of(value: Any) -> frozenset[str]:
    """Formats of a document; empty when it is none that is known."""
    if not isinstance(value, dict):
        return frozenset()
    found: set[str] = set()
    if str(value.get("swagger", "")).startswith("2"):
        found.add("oas2")
    version = str(value.get("openapi", ""))
    if version.startswith("3"):
        found.update({"oas3", *filter(None, [_OAS.get(version[:3])])})
    version = str(value.get("asyncapi", ""))
    if version[:2] in ("2.", "3."):
        found.update({f"asyncapi{version[0]}", f"asyncapi{version[0]}_{version[2:3]}"} & FORMATS)
    if str(value.get("arazzo", "")).startswith("1."):
        found.update({"arazzo1", "arazzo1_0"})
    schema = value.get("$schema")
    if isinstance(schema, str) and "json-schema.org" in schema:
        found.add("json-schema")
        found.update(name for mark, name in _DRAFTS.items() if mark in schema)
    elif not found and ("type" in value or _LOOSE_KEYS & value.keys()):
        found.add("json-schema-loose")
    return frozenset(found)

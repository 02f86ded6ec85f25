"""Checks of bodies: media types and their schemas, statuses, response headers."""

from __future__ import annotations

from catalog.compatibility.documents import same
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.model import Body, Header, Media, Operation, Response
from catalog.compatibility.openapi.places import REQUEST_BODY, RESPONSE_BODY, RESPONSE_HEADER


def compare_request_body(contract: Contract, base: Operation, revision: Operation) -> None:
    old, new = base.body, revision.body
    if old is None and new is not None:
        need = "required" if new.required else "optional"
        contract.came(f"request-body-added-{need}", new.pointer)
    elif old is not None and new is None:
        contract.gone("request-body-removed", old.pointer)
    elif old is not None and new is not None:
        _compare_need(contract, old, new)
        compare_content(contract, old.content, new.content, received=False)


def _compare_need(contract: Contract, old: Body, new: Body) -> None:
    if old.required is not new.required:
        change = "required" if new.required else "optional"
        contract.came(f"request-body-became-{change}", new.pointer)


def is_strong(media: str) -> bool:
    """Whether the media type tells numbers from texts: JSON and its relatives, YAML, CBOR."""
    essence = media.split(";", 1)[0]
    return essence in ("", "*/*", "application/*") or essence.endswith(("json", "yaml", "cbor"))


def _covers(wide: str, narrow: str) -> bool:
    """Whether one media type takes in another: by range, or by suffix (application/json, problem+json)."""
    wide, narrow = wide.split(";", 1)[0], narrow.split(";", 1)[0]
    if wide == "*/*":
        return True
    kind, _, sub = wide.partition("/")
    other_kind, _, other_sub = narrow.partition("/")
    return kind == other_kind and (sub == "*" or other_sub.endswith(f"+{sub}"))


def _relation(old: str, new: str, *, received: bool) -> str:
    """changed (parameters only), generalized, specialized or nothing."""
    if old.split(";", 1)[0] == new.split(";", 1)[0]:
        return "changed"
    if _covers(new, old) and (received or "*" in new):
        return "generalized"
    return "specialized" if received and _covers(old, new) else ""


def compare_content(
    contract: Contract, old: dict[str, Media], new: dict[str, Media], *, received: bool
) -> None:
    """Compare media types of what clients receive, or send."""
    gone = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    for name, media in old.items():
        if name in new:
            _compare_schemas(contract, media, new[name], received=received)
    for name in list(gone):
        twin = next((other for other in [*added, *new] if _relation(name, other, received=received)), None)
        if twin is not None:
            relation = _relation(name, twin, received=received)
            if received:
                pointer = new[twin].pointer
                contract.came(f"response-media-type-name-{relation}", pointer, old[name].name, new[twin].name)
            _compare_schemas(contract, old[name], new[twin], received=received)
            gone.remove(name)
            added = [other for other in added if other != twin]
    side = "response" if received else "request-body"
    for name in gone:
        contract.gone(f"{side}-media-type-removed", old[name].pointer, old[name].name)
    for name in added:
        contract.came(f"{side}-media-type-added", new[name].pointer, new=new[name].name)


def _compare_schemas(contract: Contract, old: Media, new: Media, *, received: bool) -> None:
    side = "response" if received else "request"
    if old.schema is None and new.schema is not None:
        contract.came(f"{side}-body-media-type-schema-added", new.schema.pointer, name=new.name)
    elif old.schema is not None and new.schema is None:
        contract.gone(f"{side}-body-media-type-schema-removed", old.schema.pointer, name=old.name)
    elif old.schema is not None and new.schema is not None:
        place = (RESPONSE_BODY if received else REQUEST_BODY)[is_strong(new.name.lower())]
        contract.schemas(old.schema, new.schema, place, new.name)
    if received:
        return
    for part in sorted({*old.encoding, *new.encoding}):
        before, after = old.encoding.get(part, {}), new.encoding.get(part, {})
        if not same(before, after):
            contract.came("request-body-encoding-changed", new.pointer, before, after, name=part)


def compare_responses(contract: Contract, base: Operation, revision: Operation) -> None:
    old, new = base.responses, revision.responses
    gone = [status for status in old if status not in new]
    added = [status for status in new if status not in old]
    for status, response in old.items():
        if status in new:
            compare_response(contract, response, new[status])
    for status in list(added):
        wide = next((other for other in gone if _in_range(status, other)), None)
        if wide is not None:  # 2XX was promised, 200 is: nothing new
            compare_response(contract, old[wide], new[status])
            added.remove(status)
            old = {key: value for key, value in old.items() if key != wide}
    for status in gone:
        if status in old:
            contract.gone(f"response-{_kind(status)}-status-removed", old[status].pointer, status)
    for status in added:
        contract.came(f"response-{_kind(status)}-status-added", new[status].pointer, new=status)


def _kind(status: str) -> str:
    return "success" if status.startswith("2") else "non-success"


def _in_range(status: str, wide: str) -> bool:
    return wide.endswith("XX") and status[:1] == wide[:1]


def compare_response(contract: Contract, old: Response, new: Response) -> None:
    compare_content(contract, old.content, new.content, received=True)
    compare_headers(contract, old.headers, new.headers)


def compare_headers(contract: Contract, old: dict[str, Header], new: dict[str, Header]) -> None:
    for key, header in old.items():
        other = new.get(key)
        if other is None:
            rule = (
                "required-response-header-removed" if header.required else "optional-response-header-removed"
            )
            contract.gone(rule, header.pointer, header.name, name=header.name)
            continue
        if header.required is not other.required:
            change = "required" if other.required else "optional"
            contract.came(f"response-header-became-{change}", other.pointer, name=other.name)
        if header.schema is not None and other.schema is not None:
            contract.schemas(header.schema, other.schema, RESPONSE_HEADER[False], header.name)
    for key, header in new.items():
        if key not in old:
            contract.came("response-header-added", header.pointer, new=header.name, name=header.name)

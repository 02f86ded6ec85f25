"""Rules about operations: idempotency, pagination, errors, security."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from catalog.linting.finance.names import words_of
from catalog.linting.targets import Function, Result, Target
from catalog.linting.tree import Node

_KEYS = frozenset({"idempotencykey", "xidempotencykey", "idempotencytoken", "requestid", "clientrequestid"})
_LIMITS = frozenset(
    {"limit", "pagesize", "perpage", "top", "maxresults", "maxpagesize", "count", "first", "size"}
)
_CURSORS = frozenset(
    {"cursor", "page", "offset", "after", "skip", "skiptoken", "pagetoken", "start", "marker"}
)
_LISTS = frozenset(
    {"content", "data", "elements", "entries", "items", "list", "records", "results", "value", "values"}
)
_SINCE = re.compile(r"(since|modifiedafter|updatedafter|changedafter|deltatoken|ifmodifiedsince)$")
_NEEDED = ("401", "403", "429", "500")
_READS = frozenset({"search", "query", "lookup", "validate", "preview", "token", "simulate"})
_VERSION = re.compile(r"(?:^|/)v(\d{1,4})(?:\.\d{1,4})*(?:/|$)", re.IGNORECASE)


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _parameters(target: Target) -> Iterator[Node]:
    """Parameters of the operation and of its path, references followed."""
    item = target.node.parent
    for holder in (target.node, item):
        listed = target.follow(holder.get("parameters")) if holder is not None else None
        for child in listed.children() if listed is not None and isinstance(listed.value, list) else ():
            node = target.follow(child)
            if node is not None and isinstance(node.value, dict):
                yield node


def _named(target: Target, places: tuple[str, ...], wanted: frozenset[str]) -> list[Node]:
    return [
        node
        for node in _parameters(target)
        if node.value.get("in") in places and _plain(node.value.get("name")) in wanted
    ]


def _schema(target: Target, content: Node | None) -> Node | None:
    """The schema of the first JSON media type, or of the first one."""
    content = target.follow(content)
    media = list(content.children()) if content is not None and isinstance(content.value, dict) else []
    media.sort(key=lambda node: "json" not in str(node.key))
    first = target.follow(media[0]) if media else None
    return target.follow(first.get("schema")) if first is not None else None


def _properties(target: Target, schema: Node | None) -> dict[str, Node]:
    """Properties of a schema and of the parts of its allOf, references followed."""
    found: dict[str, Node] = {}
    stack = [schema]
    for _ in range(50):
        node = target.follow(stack.pop()) if stack else None
        if node is None or not isinstance(node.value, dict):
            continue
        holder = target.follow(node.get("properties"))
        for child in holder.children() if holder is not None and isinstance(holder.value, dict) else ():
            found.setdefault(str(child.key), child)
        parts = target.follow(node.get("allOf"))
        stack.extend(parts.children() if parts is not None else ())
    return found


def _body(target: Target) -> Node | None:
    body = target.at("requestBody")
    return _schema(target, body.get("content")) if body is not None else None


def _idempotency(target: Target) -> Iterator[Result]:
    path = names[-1] if (names := words_of(str(target.node.parent.key if target.node.parent else ""))) else ""
    if not isinstance(target.value, dict) or path in _READS or target.value.get("x-idempotent") is True:
        return
    if _named(target, ("header", "query"), _KEYS):
        return
    if not any(_plain(name) in _KEYS for name in _properties(target, _body(target))):
        yield Result("A POST must take an Idempotency-Key, so that a repetition has one effect")


def _responses(target: Target) -> dict[str, Node]:
    holder = target.at("responses")
    nodes = holder.children() if holder is not None and isinstance(holder.value, dict) else ()
    return {str(node.key).upper(): node for node in nodes if not str(node.key).startswith("x-")}


def _conflict(target: Target) -> Iterator[Result]:
    if _named(target, ("header",), _KEYS) and not {"409", "422", "4XX"} & _responses(target).keys():
        yield Result("An operation with an idempotency key must say what a conflict answers: 409 or 422")


def _if_match(target: Target) -> Iterator[Result]:
    if not _named(target, ("header",), frozenset({"ifmatch"})):
        yield Result("A PUT or PATCH must take If-Match, so that no change is lost")


def _is_list(target: Target) -> bool:
    """Whether a GET answers many: an array, or an object with an array that is named as lists are.

    That is by the last part of the path (`/invoices`: `invoices`) or in general (`data`, `value`); a report
    that holds rows is none, nor is what has an id at the end of its path.
    """
    path = str(target.node.parent.key) if target.node.parent is not None else ""
    if path.rstrip("/").endswith("}"):
        return False
    ok = target.follow(next((node for code, node in _responses(target).items() if code[:1] == "2"), None))
    if ok is None:
        return False
    schema = _schema(target, ok.get("content")) or target.follow(ok.get("schema"))
    if schema is None or not isinstance(schema.value, dict):
        return False
    if schema.value.get("type") == "array":
        return True
    last = _plain(path.rstrip("/").rpartition("/")[2])
    return any(
        _is_objects(target, child)
        for name, child in _properties(target, schema).items()
        if _plain(name) in _LISTS or (last and _plain(name).startswith(last))
    )


def _is_objects(target: Target, child: Node) -> bool:
    node = target.follow(child)
    items = target.follow(node.get("items")) if node is not None and isinstance(node.value, dict) else None
    return items is not None and isinstance(items.value, dict) and bool(items.value.get("properties"))


def _page_limit(target: Target) -> Iterator[Result]:
    if not _is_list(target):
        return
    found = _named(target, ("query",), _LIMITS)
    if not found:
        yield Result("A list must take a limit, so that its pages are bounded")
    for node in found[:1]:
        schema = target.follow(node.get("schema")) or node
        if not isinstance(schema.value, dict) or "maximum" not in schema.value:
            yield Result(f'The limit "{node.value.get("name")}" of a list must have a maximum', node=node)


def _page_cursor(target: Target) -> Iterator[Result]:
    if _is_list(target) and not _named(target, ("query",), _CURSORS):
        yield Result("A list must take a cursor or a page")


def _delta(target: Target) -> Iterator[Result]:
    if _is_list(target) and not any(
        _SINCE.search(_plain(node.value.get("name"))) for node in _parameters(target)
    ):
        yield Result(
            "A list should take updated_since or If-Modified-Since, so that changes can be fetched alone"
        )


def _errors_declared(target: Target) -> Iterator[Result]:
    found = _responses(target)
    missing = [code for code in _NEEDED if not {code, f"{code[0]}XX", "DEFAULT"} & found.keys()]
    if missing:
        yield Result(f"The answers {', '.join(missing)} must be declared, each or as 4XX, 5XX or default")


def _problem(target: Target) -> Iterator[Result]:
    for code, child in _responses(target).items():
        node = target.follow(child)
        if code[:1] not in ("4", "5") and code != "DEFAULT":
            continue
        content = target.follow(node.get("content")) if node is not None else None
        if content is not None and content.get("application/problem+json") is not None:
            continue
        schema = _schema(target, content) or target.follow(node.get("schema") if node is not None else None)
        if not any(
            "code" in words_of(name) or _plain(name) == "errornumber" for name in _properties(target, schema)
        ):
            message = "An error must be application/problem+json, or have a schema with a code"
            yield Result(message, node=node or child)


def _retry_after(target: Target) -> Iterator[Result]:
    child = _responses(target).get("429")
    node = target.follow(child)
    headers = target.follow(node.get("headers")) if node is not None else None
    names = headers.value if headers is not None and isinstance(headers.value, dict) else {}
    if child is not None and not any(_plain(name) == "retryafter" for name in names):
        yield Result("The answer 429 must have the header Retry-After", node=node)


def _security(target: Target, operation: dict[str, Any]) -> list[Any]:
    found = operation.get("security", target.lint.tree.root.value.get("security"))
    return found if isinstance(found, list) else []


def _secured(target: Target) -> Iterator[Result]:
    if not isinstance(target.value, dict):
        return
    alternatives = _security(target, target.value)
    if not alternatives or any(not item for item in alternatives):
        yield Result("An operation must require security, its own or that of the document")


def _scopes(target: Target, operation: Any) -> frozenset[str]:
    if not isinstance(operation, dict):
        return frozenset()
    alternatives = [item for item in _security(target, operation) if isinstance(item, dict)]
    lists = [scopes for item in alternatives for scopes in item.values() if isinstance(scopes, list)]
    return frozenset(str(scope) for scopes in lists for scope in scopes)


def _write_scope(target: Target) -> Iterator[Result]:
    scopes = _scopes(target, target.value)
    if "read scopes" not in target.lint.shared:
        paths = target.follow(target.lint.tree.root.get("paths"))
        items = [target.follow(child) for child in paths.children()] if paths is not None else []
        reads = [target.follow(item.get("get")) for item in items if item is not None]
        target.lint.shared["read scopes"] = {
            _scopes(target, node.value) for node in reads if node is not None
        }
    only_reads = bool(scopes) and all("read" in words_of(scope) for scope in scopes)
    if only_reads or (scopes and scopes in target.lint.shared["read scopes"]):
        yield Result(
            f"A writing operation must need more than reading does, which needs {', '.join(sorted(scopes))}"
        )


def _scheme(target: Target) -> Iterator[Result]:
    scheme = target.value
    if not isinstance(scheme, dict):
        return
    kind, name = scheme.get("type"), str(scheme.get("scheme", "")).lower()
    if kind == "basic" or (kind == "http" and name not in ("bearer", "dpop", "mutual")):
        yield Result("Passwords in each request are no security: use OAuth 2, OpenID Connect or mutual TLS")
    elif kind == "apiKey":
        where = "in the query" if scheme.get("in") == "query" else "alone"
        yield Result(f"A key {where} is no security: use OAuth 2, OpenID Connect or mutual TLS")


def _version_in_path(target: Target) -> Iterator[Result]:
    version = target.lint.tree.root.value.get("info", {})
    text = str(version.get("version", "")) if isinstance(version, dict) else ""
    major = text.split(".")[0]
    if not isinstance(target.value, str) or not major.isdecimal():
        return
    found = _VERSION.search(target.value[:2000])
    if found and found[1] != major:
        yield Result(f"The version in the path, v{found[1]}, is not that of info.version, {text[:30]}")


def _arrays_limited(target: Target) -> Iterator[Result]:
    schema = _body(target)
    for node in [schema, *(target.follow(child) for child in _properties(target, schema).values())]:
        value = node.value if node is not None and isinstance(node.value, dict) else {}
        if value.get("type") == "array" and "maxItems" not in value and value.get("readOnly") is not True:
            yield Result("A list in a request must have maxItems", node=node)


OPERATIONS: dict[str, Function] = {
    "financeArraysLimited": Function(_arrays_limited),
    "financeConflict": Function(_conflict),
    "financeDelta": Function(_delta),
    "financeErrorsDeclared": Function(_errors_declared),
    "financeIdempotency": Function(_idempotency),
    "financeIfMatch": Function(_if_match),
    "financePageCursor": Function(_page_cursor),
    "financePageLimit": Function(_page_limit),
    "financeProblem": Function(_problem),
    "financeRetryAfter": Function(_retry_after),
    "financeScheme": Function(_scheme),
    "financeSecured": Function(_secured),
    "financeVersionInPath": Function(_version_in_path),
    "financeWriteScope": Function(_write_scope),
}

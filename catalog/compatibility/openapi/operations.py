"""Checks of operations: life, names, tags; and of what the API sends by itself: webhooks and callbacks.

For webhooks and callbacks the directions turn: the client receives the request and sends the response.
"""

from __future__ import annotations

from catalog.compatibility.openapi.bodies import (
    compare_content,
    compare_headers,
    compare_request_body,
    compare_responses,
)
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.controls import compare_governance, compare_servers
from catalog.compatibility.openapi.lifecycle import grace_days, stability_of, sunset_date, too_small
from catalog.compatibility.openapi.model import Header, Operation, PathItem
from catalog.compatibility.openapi.parameters import compare_parameters
from catalog.compatibility.openapi.security import compare_operation_security

_CHECKED = 2  # beta; what is draft or alpha may change freely


def compare_operation(
    contract: Contract, base: Operation, revision: Operation, names: dict[str, str]
) -> None:
    """Compare an operation that both have; drafts are not judged except for their stability and security."""
    contract.enter(revision.label)
    checked = _compare_stability(contract, base, revision)
    compare_operation_security(contract, base, revision)
    compare_governance(contract, base.raw, revision.raw, base.pointer, revision.pointer, revision.label)
    if base.servers or revision.servers:
        own = base.servers or contract.base.servers, revision.servers or contract.revision.servers
        compare_servers(contract, *own)
    if checked:
        _compare_life(contract, base, revision)
        _compare_names(contract, base, revision)
        compare_parameters(contract, base, revision, names)
        compare_request_body(contract, base, revision)
        compare_responses(contract, base, revision)
        _compare_callbacks(contract, base, revision)
    contract.leave()


def _compare_stability(contract: Contract, base: Operation, revision: Operation) -> bool:
    old, new = base.raw.get("x-stability-level"), revision.raw.get("x-stability-level")
    before, after = stability_of(old), stability_of(new)
    if after is None and old != new:
        contract.came("api-invalid-stability-level", revision.pointer, old, new)
    elif before is not None and after is not None and before != after:
        change = "decreased" if after < before else "increased"
        contract.came(f"api-stability-{change}", revision.pointer, old or "stable", new or "stable")
    return before is None or before >= _CHECKED


def _compare_life(contract: Contract, base: Operation, revision: Operation) -> None:
    if base.deprecated and not revision.deprecated:
        contract.came("endpoint-reactivated", revision.pointer)
    elif revision.deprecated and not base.deprecated:
        _deprecated(contract, revision)
    elif revision.deprecated:
        _compare_sunset(contract, base, revision)


def _deprecated(contract: Contract, revision: Operation) -> None:
    options, sunset = contract.options, revision.raw.get("x-sunset")
    stability, day = revision.raw.get("x-stability-level"), sunset_date(sunset)
    rule = "endpoint-deprecated"
    if sunset is None:
        rule = "api-deprecated-sunset-missing" if grace_days(options, stability) > 0 else rule
    elif day is None:
        rule = "api-deprecated-sunset-parse"
    elif too_small(options, day, stability):
        rule = "api-sunset-date-too-small"
    else:
        rule = "endpoint-deprecated-with-sunset"
    contract.came(rule, revision.pointer, new=sunset)


def _compare_sunset(contract: Contract, base: Operation, revision: Operation) -> None:
    before, after = base.raw.get("x-sunset"), revision.raw.get("x-sunset")
    if before == after or before is None:
        return
    if after is None:
        contract.gone("sunset-deleted", base.pointer, before)
        return
    was, now = sunset_date(before), sunset_date(after)
    if now is None:
        contract.came("api-deprecated-sunset-parse", revision.pointer, before, after)
    elif was is not None and now < was:
        contract.came("api-sunset-date-changed-too-small", revision.pointer, before, after)


def _compare_names(contract: Contract, base: Operation, revision: Operation) -> None:
    old, new = base.raw.get("operationId"), revision.raw.get("operationId")
    if old != new:
        if isinstance(old, str):
            contract.gone("api-operation-id-removed", base.pointer, old)
        else:
            contract.came("api-operation-id-added", revision.pointer, new=new)
    old_tags, new_tags = _tags(base), _tags(revision)
    for tag in sorted(old_tags - new_tags):
        contract.gone("api-tag-removed", base.pointer, tag)
    for tag in sorted(new_tags - old_tags):
        contract.came("api-tag-added", revision.pointer, new=tag)


def _tags(operation: Operation) -> set[str]:
    found = operation.raw.get("tags")
    return {tag for tag in found if isinstance(tag, str)} if isinstance(found, list) else set()


def removed_operation(contract: Contract, base: Operation, *, with_path: bool) -> None:
    """Judge a removed operation; `with_path` when its whole path went."""
    contract.enter(base.label)
    prefix = "api-path-removed" if with_path else "api-removed"
    sunset, stability = base.raw.get("x-sunset"), stability_of(base.raw.get("x-stability-level"))
    day = sunset_date(sunset)
    rule = f"{prefix}-without-deprecation"
    if base.deprecated:
        rule = f"{prefix}-with-deprecation"
        if sunset is not None and day is None:
            rule = "api-path-sunset-parse"
        elif day is not None and contract.options.today < day:
            rule = f"{prefix}-before-sunset"
    if stability is None or stability >= _CHECKED:
        contract.gone(rule, base.pointer, sunset or base.label)
    contract.leave()


def added_operation(contract: Contract, revision: Operation) -> None:
    contract.enter(revision.label)
    contract.came("endpoint-added", revision.pointer, new=revision.label)
    if stability_of(revision.raw.get("x-stability-level")) is None:
        contract.came("api-invalid-stability-level", revision.pointer, new=revision.raw["x-stability-level"])
    contract.leave()


def compare_webhooks(contract: Contract, old: dict[str, PathItem], new: dict[str, PathItem]) -> None:
    for name, item in old.items():
        if name not in new:
            contract.gone("webhook-removed", item.pointer, name)
            continue
        for method, operation in item.operations.items():
            other = new[name].operations.get(method)
            if other is None:
                contract.gone("webhook-removed", operation.pointer, f"{method} {name}")
            else:
                contract.enter(f"webhook {name}")
                _compare_outward(contract, operation, other)
                contract.leave()
        for method, operation in new[name].operations.items():
            if method not in item.operations:
                contract.came("webhook-added", operation.pointer, new=f"{method} {name}")
    for name, item in new.items():
        if name not in old:
            contract.came("webhook-added", item.pointer, new=name)


def _compare_callbacks(contract: Contract, base: Operation, revision: Operation) -> None:
    for name, calls in base.callbacks.items():
        others = revision.callbacks.get(name)
        if others is None:
            contract.gone("callback-removed", base.pointer, name)
            continue
        for key, operation in calls.items():
            if key in others:
                _compare_outward(contract, operation, others[key])
            else:
                contract.gone("callback-removed", operation.pointer, f"{name} {key}")
        for key, operation in others.items():
            if key not in calls:
                contract.came("callback-added", operation.pointer, new=f"{name} {key}")
    for name in revision.callbacks:
        if name not in base.callbacks:
            contract.came("callback-added", revision.pointer, new=name)


def _compare_outward(contract: Contract, base: Operation, revision: Operation) -> None:
    """The client receives the body and the parameters, and sends the responses."""
    old, new = base.body, revision.body
    compare_content(contract, old.content if old else {}, new.content if new else {}, received=True)
    compare_headers(contract, _as_headers(base), _as_headers(revision))
    for status, response in base.responses.items():
        other = revision.responses.get(status)
        if other is None:
            contract.gone("response-non-success-status-removed", response.pointer, status)
        else:
            compare_content(contract, response.content, other.content, received=False)


def _as_headers(operation: Operation) -> dict[str, Header]:
    return {
        f"{location}:{name}": Header(item.label, item.pointer, item.required, item.schema)
        for (location, name), item in operation.parameters.items()
    }

"""Checks of security: oasdiff's ids tell what changed; ours judge whom it lets in or locks out.

A requirement is a list of alternatives; each alternative demands all its schemes with all their scopes.
"""

from __future__ import annotations

from typing import Any

from catalog.compatibility.documents import same
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.loading import mapping
from catalog.compatibility.openapi.model import Operation

_Alternative = dict[str, list[str]]
_Demand = frozenset[tuple[str, str]]
# How hard it is to pretend to be somebody else. Bearer tokens expire; keys and passwords do not.
_STRENGTH = {"mutualTLS": 4, "oauth2": 3, "openIdConnect": 3, "bearer": 3, "apiKey": 2, "basic": 1}


def _kind(raw: dict[str, Any]) -> str:
    kind = str(raw.get("type", ""))
    return str(raw.get("scheme", "")).lower() if kind == "http" else kind


def compare_schemes(contract: Contract) -> None:
    """Compare the declared schemes by name."""
    old, new = contract.base.schemes, contract.revision.schemes
    for name, (pointer, raw) in old.items():
        if name not in new:
            contract.gone("api-security-component-removed", pointer, name)
            continue
        where, other = new[name]
        if _kind(raw) != _kind(other):
            kinds = _kind(raw), _kind(other)
            contract.came("api-security-component-type-changed", where, *kinds, name=name)
            if _STRENGTH.get(kinds[1], 0) < _STRENGTH.get(kinds[0], 0):
                contract.came("control-security-weakened", where, *kinds, name=name)
            contract.came("api-security-tightened", where, *kinds, name=name)
        elif _kind(raw) == "oauth2":
            _compare_flows(contract, name, where, mapping(raw.get("flows")), mapping(other.get("flows")))
    for name, (pointer, _) in new.items():
        if name not in old:
            contract.came("api-security-component-added", pointer, new=name)


def _compare_flows(
    contract: Contract, name: str, pointer: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    for flow in sorted({*old, *new}):
        before, after = mapping(old.get(flow)), mapping(new.get(flow))
        for word, rule in (("authorizationUrl", "oauth-url"), ("tokenUrl", "oauth-token-url")):
            if before and after and before.get(word) != after.get(word):
                rule_id = f"api-security-component-{rule}-changed"
                contract.came(rule_id, pointer, before.get(word), after.get(word), name=name)
        scopes, others = mapping(before.get("scopes")), mapping(after.get("scopes"))
        for scope in sorted({*scopes, *others}):
            if scope not in others:
                contract.gone("api-security-component-oauth-scope-removed", pointer, scope, name=name)
            elif scope not in scopes:
                contract.came("api-security-component-oauth-scope-added", pointer, new=scope, name=name)
            elif not same(scopes[scope], others[scope]):
                values = scopes[scope], others[scope]
                contract.came("api-security-component-oauth-scope-changed", pointer, *values, name=scope)


def compare_global_security(contract: Contract) -> None:
    _tell(contract, "api-global-security", contract.base.security, contract.revision.security, "/security")


def compare_operation_security(contract: Contract, base: Operation, revision: Operation) -> None:
    """Tell what the operation itself declares, judge what holds for it."""
    if base.own_security or revision.own_security:
        old = base.security if base.own_security else None
        new = revision.security if revision.own_security else None
        _tell(contract, "api-security", old, new, f"{revision.pointer}/security")
    _judge(contract, base, revision)


def _tell(
    contract: Contract,
    prefix: str,
    old: list[_Alternative] | None,
    new: list[_Alternative] | None,
    pointer: str,
) -> None:
    before = {" & ".join(sorted(item)) or "none": item for item in old or []}
    after = {" & ".join(sorted(item)) or "none": item for item in new or []}
    for name, item in before.items():
        if name not in after:
            contract.gone(f"{prefix}-removed", pointer, name)
            continue
        for scheme, scopes in item.items():
            others = after[name][scheme]
            for scope in scopes:
                if scope not in others:
                    contract.gone(f"{prefix}-scope-removed", pointer, scope, name=scheme)
            for scope in others:
                if scope not in scopes:
                    contract.came(f"{prefix}-scope-added", pointer, new=scope, name=scheme)
    for name in after:
        if name not in before:
            contract.came(f"{prefix}-added", pointer, new=name)


def _demands(operation: Operation, names: dict[str, str]) -> list[_Demand]:
    """What each alternative demands; nothing at all when anybody may call."""
    found = []
    for item in operation.security or [{}]:
        demand = {(names.get(scheme, scheme), "") for scheme in item}
        demand |= {(names.get(scheme, scheme), scope) for scheme, scopes in item.items() for scope in scopes}
        found.append(frozenset(demand))
    return found


def _renames(contract: Contract) -> dict[str, str]:
    """Schemes of the revision that are the same as one of the base under another name."""
    old, new = contract.base.schemes, contract.revision.schemes
    found: dict[str, str] = {}
    for name, (_, raw) in new.items():
        if name in old:
            continue
        for other, (_, before) in old.items():
            plain = [
                {key: item for key, item in value.items() if key != "description"} for value in (raw, before)
            ]
            if other not in new and other not in found.values() and same(plain[0], plain[1]):
                found[name] = other
                break
    return found


def _judge(contract: Contract, base: Operation, revision: Operation) -> None:
    old, new = _demands(base, {}), _demands(revision, _renames(contract))
    pointer = f"{revision.pointer}/security" if revision.own_security else "/security"
    spelled = _spell(old), _spell(new)
    let_in = [demand for demand in new if not any(before <= demand for before in old)]
    if any(not demand for demand in let_in):
        contract.came("control-security-removed", pointer, *spelled)
    elif let_in and not all(_other_scheme(demand, old) for demand in let_in):
        contract.came("control-security-weakened", pointer, *spelled)
    if any(not any(demand <= before for demand in new) for before in old):
        contract.came("api-security-tightened", pointer, *spelled)


def _other_scheme(demand: _Demand, old: list[_Demand]) -> bool:
    """An alternative by other schemes alone is another way in, not a weaker one: it was told already."""
    schemes = {scheme for scheme, _ in demand}
    return not any(schemes & {scheme for scheme, _ in before} for before in old)


def _spell(demands: list[_Demand]) -> str:
    texts = []
    for demand in demands:
        parts = []
        for scheme in sorted({scheme for scheme, _ in demand}):
            scopes = ", ".join(sorted(scope for other, scope in demand if other == scheme and scope))
            parts.append(f"{scheme} ({scopes})" if scopes else scheme)
        texts.append(" and ".join(parts) or "nothing")
    return " or ".join(texts)

"""Checks of parameters: existence, requiredness, deprecation, how they are written, their schema."""

from __future__ import annotations

from catalog.compatibility.openapi.bodies import is_strong
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.controls import compare_governance
from catalog.compatibility.openapi.lifecycle import grace_days, sunset_date, too_small
from catalog.compatibility.openapi.model import Operation, Parameter
from catalog.compatibility.openapi.places import HEADER_PARAMETER, PARAMETER
from catalog.compatibility.openapi.shapes import ANY_REF

_SCALARS = frozenset({"boolean", "integer", "number", "string"})


def compare_parameters(
    contract: Contract, base: Operation, revision: Operation, names: dict[str, str]
) -> None:
    """`names` gives the base's name of each path parameter of the revision that was renamed."""
    new = {}
    for (location, name), parameter in revision.parameters.items():
        new[location, names.get(name, name) if location == "path" else name] = parameter
    for key, parameter in base.parameters.items():
        if key in new:
            _compare(contract, base, parameter, new[key])
        else:
            _removed(contract, parameter)
    for key, parameter in new.items():
        if key not in base.parameters:
            _added(contract, parameter)


def _removed(contract: Contract, parameter: Parameter) -> None:
    rule, sunset = "request-parameter-removed", parameter.raw.get("x-sunset")
    if parameter.deprecated:
        day = sunset_date(sunset)
        rule += "-with-deprecation"
        if sunset is not None and day is None:
            rule = "request-parameter-sunset-parse"
        elif day is not None and contract.options.today < day:
            rule = "request-parameter-removed-before-sunset"
    contract.gone(rule, parameter.pointer, sunset or parameter.name, name=parameter.label)


def _added(contract: Contract, parameter: Parameter) -> None:
    need = "required" if parameter.required else "optional"
    rule = f"new-{need}-request-parameter"
    if parameter.location == "path":
        rule = "new-request-path-parameter"
    elif parameter.inherited:
        rule = f"new-{need}-request-default-parameter-to-existing-path"
    contract.came(rule, parameter.pointer, new=parameter.name, name=parameter.label)


def _compare(contract: Contract, base: Operation, old: Parameter, new: Parameter) -> None:
    if old.required is not new.required:
        change = "required" if new.required else "optional"
        contract.came(f"request-parameter-became-{change}", new.pointer, name=new.label)
    _compare_life(contract, base, old, new)
    _compare_style(contract, old, new)
    if new.schema is None or new.schema.pointer != new.pointer:  # in 2.0 the parameter is the schema
        compare_governance(contract, old.raw, new.raw, old.pointer, new.pointer, new.label)
    place = HEADER_PARAMETER if new.location == "header" else PARAMETER
    if old.content or new.content:
        for name, media in old.content.items():
            other = new.content.get(name)
            if other is not None and media.schema is not None and other.schema is not None:
                contract.schemas(media.schema, other.schema, place[is_strong(name)], new.label)
    elif old.schema is not None or new.schema is not None:
        contract.schemas(old.schema or ANY_REF, new.schema or ANY_REF, place[False], new.label)


def _compare_style(contract: Contract, old: Parameter, new: Parameter) -> None:
    before, after = old.style, new.style
    if old.content and new.content:
        before, after = " ".join(sorted(old.content)), " ".join(sorted(new.content))
    if before == after:
        return
    if old.schema is not None and new.schema is not None:
        types = [
            schemas.shape(ref).types
            for schemas, ref in ((contract.walk.base, old.schema), (contract.walk.revision, new.schema))
        ]
        plain = all(found is not None and found <= _SCALARS for found in types)
        if plain and before.split()[0] == after.split()[0]:
            return  # exploding one value changes nothing
    contract.came("request-parameter-serialization-changed", new.pointer, before, after, name=new.label)


def _compare_life(contract: Contract, base: Operation, old: Parameter, new: Parameter) -> None:
    if old.deprecated and not new.deprecated:
        contract.came("request-parameter-reactivated", new.pointer, name=new.label)
    elif new.deprecated and not old.deprecated:
        _deprecated(contract, base, new)
    elif new.deprecated:
        _compare_sunset(contract, old, new)


def _deprecated(contract: Contract, base: Operation, new: Parameter) -> None:
    options, sunset = contract.options, new.raw.get("x-sunset")
    stability = new.raw.get("x-stability-level", base.raw.get("x-stability-level"))
    day = sunset_date(sunset)
    rule = "request-parameter-deprecated"
    if sunset is None and grace_days(options, stability) > 0:
        rule = "request-parameter-deprecated-sunset-missing"
    elif sunset is not None and day is None:
        rule = "request-parameter-sunset-parse"
    elif day is not None and too_small(options, day, stability):
        rule = "request-parameter-sunset-date-too-small"
    contract.came(rule, new.pointer, new=sunset, name=new.label)


def _compare_sunset(contract: Contract, old: Parameter, new: Parameter) -> None:
    before, after = old.raw.get("x-sunset"), new.raw.get("x-sunset")
    if before == after or before is None:
        return
    if after is None:
        contract.gone("request-parameter-sunset-deleted", old.pointer, before, name=new.label)
        return
    was, now = sunset_date(before), sunset_date(after)
    if now is None:
        contract.came("request-parameter-sunset-parse", new.pointer, before, after, name=new.label)
    elif was is not None and now < was:
        rule = "request-parameter-sunset-date-changed-too-small"
        contract.came(rule, new.pointer, before, after, name=new.label)

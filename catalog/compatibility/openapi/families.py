"""Schema checks: every id is place x keyword x action; its level follows from keyword, action, direction.

Ids and levels are those of oasdiff (checker/rules.go); ids that oasdiff lacks for a keyword are ours, so that
no place lets a change pass that another place reports.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.compatibility.openapi.levels import LETTER, Direction, Level, Rule

_REQUEST_PLACES = {
    "request-body": "Request body",
    "request-property": "Request property",
    "request-parameter": "Parameter",
    "request-parameter-property": "Parameter property",
}
_RESPONSE_PLACES = {
    "response-body": "Response body",
    "response-property": "Response property",
    "response-header": "Response header",
}
_CHANGED = "{noun} changed from {old} to {new}"
_ACTIONS = {
    "added": "{noun} {new} was added",
    "added-annotation-only": "{noun} was added that only describes",
    "allowed": "{noun} are allowed now",
    "changed": _CHANGED,
    "compatible": "{noun} is spelled {new} instead of {old}, which accepts the same",
    "decreased": "{noun} decreased from {old} to {new}",
    "deleted": "{noun} {old} was removed",
    "forbidden": "{noun} are forbidden now",
    "generalized": "{noun} was widened from {old} to {new}",
    "increased": "{noun} increased from {old} to {new}",
    "narrowed": "{noun} was narrowed from {old} to {new}",
    "removed": "{noun} {old} was removed",
    "removed-annotation-only": "{noun} was removed that only described",
    "set": "{noun} {new} is required now",
    "specialized": "{noun} was narrowed from {old} to {new}",
    "unset": "{noun} {old} is not promised any more",
    "widened": "{noun} was widened from {old} to {new}",
}
_UPPER = {"decreased": "EI", "increased": "IE", "set": "WI", "unset": "IE"}
_LOWER = {"increased": "EI", "decreased": "IE", "set": "WI", "unset": "IE"}
_PRESENCE = {"added": "EI", "removed": "IE"}
_DESCRIPTIVE = {"added": "II", "removed": "II", "changed": "II"}

# keyword: (noun, kind, {action: levels in request and response}); "-" is no check.
_FAMILIES: dict[str, tuple[str, str, dict[str, str]]] = {
    "all-of": (
        "the allOf part",
        "structure",
        {"added": "EI", "removed": "WI", "added-annotation-only": "II", "removed-annotation-only": "II"},
    ),
    "any-of": (
        "the anyOf branch",
        "structure",
        {"added": "II", "removed": "EI", "set": "EI", "unset": "IE", "narrowed": "W-"},
    ),
    "one-of": ("the oneOf branch", "structure", {"added": "IE", "removed": "EI", "set": "EI", "unset": "IE"}),
    "const": ("the constant", "values", {"added": "EI", "changed": "EE", "removed": "IE"}),
    "enum-value": ("the value", "values", {"added": "IW", "removed": "EI"}),
    "x-extensible-enum-value": ("the extensible value", "values", {"added": "II", "removed": "EI"}),
    "max": ("the maximum", "constraints", _UPPER),
    "exclusive-max": ("the exclusive maximum", "constraints", _UPPER),
    "max-length": ("the maximum length", "constraints", _UPPER),
    "max-items": ("the maximum number of items", "constraints", _UPPER),
    "max-properties": ("the maximum number of properties", "constraints", _UPPER),
    "max-contains": ("the maximum of contained items", "constraints", {**_UPPER, "set": "EI"}),
    "min": ("the minimum", "constraints", _LOWER),
    "exclusive-min": ("the exclusive minimum", "constraints", _LOWER),
    "min-length": ("the minimum length", "constraints", _LOWER),
    "min-items": ("the minimum number of items", "constraints", _LOWER),
    "min-properties": ("the minimum number of properties", "constraints", _LOWER),
    "min-contains": ("the minimum of contained items", "constraints", {"increased": "EI", "decreased": "IE"}),
    "multiple-of": (
        "the factor",
        "constraints",
        {"set": "WI", "unset": "IE", "changed": "EE", "generalized": "IE", "specialized": "EI"},
    ),
    "unique-items": ("uniqueness of items", "constraints", {"set": "EI", "unset": "IW"}),
    "pattern": (
        "the pattern",
        "constraints",
        {"added": "EI", "changed": "WI", "removed": "II", "generalized": "I-"},
    ),
    "type": (
        "the type",
        "type",
        {"changed": "EE", "generalized": "IE", "specialized": "-I", "compatible": "II"},
    ),
    "list-of-types": ("the list of types", "type", {"narrowed": "EI", "widened": "IE"}),
    "prefix-items": ("the tuple item", "structure", {"removed": "EI", "added": "IE"}),
    "if": ("the condition (if)", "structure", {**_PRESENCE, "changed": "EE"}),
    "then": ("the consequence (then)", "structure", _PRESENCE),
    "else": ("the alternative (else)", "structure", _PRESENCE),
    "not": ("the exclusion (not)", "structure", {**_PRESENCE, "changed": "EE"}),
    "contains": ("the demand on contained items", "structure", _PRESENCE),
    "dependent-required": ("the dependent requirement", "requiredness", {**_PRESENCE, "changed": "EE"}),
    "dependent-schema": ("the dependent schema", "structure", _PRESENCE),
    "pattern-property": ("the pattern of properties", "structure", _PRESENCE),
    "property-names": ("the rule for names of properties", "structure", _PRESENCE),
    "unevaluated-items": ("the rule for other items", "structure", _PRESENCE),
    "unevaluated-properties": ("the rule for other properties", "structure", _PRESENCE),
    "additional-properties": ("other properties", "structure", {"forbidden": "EI", "allowed": "II"}),
    "content-schema": ("the schema of the content", "structure", _PRESENCE),
    "content-media-type": ("the media type of the content", "type", {"changed": "EE"}),
    "content-encoding": ("the encoding of the content", "type", {"changed": "EE"}),
    "default-value": ("the default", "values", _DESCRIPTIVE),
    "discriminator": ("the discriminator", "structure", {"added": "II", "removed": "II"}),
    "discriminator-property-name": ("the discriminator property", "structure", {"changed": "II"}),
    "discriminator-mapping": (
        "the discriminator value",
        "structure",
        {"added": "II", "deleted": "II", "changed": "II"},
    ),
}
# id without action: (sentence, kind, levels)
_BECAME = {
    "became-enum": ("is limited to a list of values now", "values", "EI"),
    "became-not-enum": ("is not limited to a list of values any more", "values", "IW"),
    "became-nullable": ("may be null now", "type", "IE"),
    "became-not-nullable": ("may not be null any more", "type", "EI"),
    "wrapped-in-one-of": ("became one of several alternatives", "structure", "EE"),
}
_LEVELS = {
    "request-parameter-property-type-changed": Level.WARNING,
    "request-parameter-default-value-added": Level.ERROR,
    "request-parameter-default-value-changed": Level.ERROR,
    "request-parameter-default-value-removed": Level.ERROR,
}
_RENAMED = {"response-body-enum-value-removed": "response-mediatype-enum-value-removed"}
_ONLY_BODY = frozenset({"wrapped-in-one-of"})
# A change of what a client never sends (read-only) or never receives (write-only) is told, not judged.
_UNSENT = {
    "request-read-only-property": (
        "Read-only request property",
        Direction.REQUEST,
        {
            "enum-value": "removed",
            "exclusive-max": "decreased",
            "exclusive-min": "increased",
            "max": "decreased",
            "max-length": "decreased",
            "min": "increased",
        },
    ),
    "response-write-only-property": (
        "Write-only response property",
        Direction.RESPONSE,
        {"enum-value": "added"},
    ),
}


def _area(place: str) -> str:
    if place.startswith("request-parameter"):
        return "parameters"
    return "headers" if place.startswith("response-header") else "schema"


def _sentence(subject: str, noun: str, action: str) -> str:
    return f"{subject} {{name}}: " + _ACTIONS[action].replace("{noun}", noun) + "."


def renamed(rule_id: str) -> str:
    """The id that oasdiff gives to a check whose name does not follow the pattern."""
    return _RENAMED.get(rule_id, rule_id)


def schema_rules() -> Iterator[Rule]:
    """Rules of all families at all places."""
    for places, direction, column in (
        (_REQUEST_PLACES, Direction.REQUEST, 0),
        (_RESPONSE_PLACES, Direction.RESPONSE, 1),
    ):
        for place, subject in places.items():
            yield from _rules_of_place(place, subject, direction, column)
    for place, (subject, direction, checks) in _UNSENT.items():
        for keyword, action in checks.items():
            noun, kind, _ = _FAMILIES[keyword]
            text = _sentence(subject, noun, action)
            yield Rule(f"{place}-{keyword}-{action}", Level.INFO, direction, "schema", kind, text)
    yield Rule(
        "request-parameter-property-type-specialized",
        Level.ERROR,
        Direction.REQUEST,
        "parameters",
        "type",
        _sentence("Parameter property", "the type", "specialized"),
    )


def _rules_of_place(place: str, subject: str, direction: Direction, column: int) -> Iterator[Rule]:
    area = _area(place)
    for keyword, (noun, kind, actions) in _FAMILIES.items():
        for action, letters in actions.items():
            if letters[column] == "-":
                continue
            rule_id = renamed(f"{place}-{keyword}-{action}")
            level = _LEVELS.get(rule_id, LETTER[letters[column]])
            yield Rule(rule_id, level, direction, area, kind, _sentence(subject, noun, action))
    for suffix, (sentence, kind, letters) in _BECAME.items():
        if suffix in _ONLY_BODY and not place.endswith("-body"):
            continue
        text = f"{subject} {{name}} {sentence}."
        yield Rule(f"{place}-{suffix}", LETTER[letters[column]], direction, area, kind, text)

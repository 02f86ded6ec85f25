"""The table of all checks: families of schema checks, and the single checks of everything around schemas."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.compatibility.openapi.families import schema_rules
from catalog.compatibility.openapi.levels import LETTER, Direction, Rule

_REQ, _RES, _NONE = Direction.REQUEST, Direction.RESPONSE, Direction.NONE

# (direction, area): lines of "level id kind: sentence"
_SINGLE: dict[tuple[Direction, str], str] = {
    (_NONE, "paths"): """
E api-stability-decreased lifecycle: The stability decreased from {old} to {new}.
I api-stability-increased lifecycle: The stability increased from {old} to {new}.
E api-invalid-stability-level lifecycle: {new} is not a stability level; draft, alpha, beta and stable are.
E api-deprecated-sunset-parse lifecycle: The sunset {new} is not a date.
E api-deprecated-sunset-missing lifecycle: The operation is deprecated without a sunset date.
E api-sunset-date-too-small lifecycle: The sunset {new} is earlier than the days of grace allow.
E api-sunset-date-changed-too-small lifecycle: The sunset moved forward from {old} to {new}.
E sunset-deleted lifecycle: The sunset {old} of a deprecated operation was removed.
I endpoint-added existence: The operation was added.
I endpoint-reactivated lifecycle: The operation is not deprecated any more.
I endpoint-deprecated lifecycle: The operation is deprecated.
I endpoint-deprecated-with-sunset lifecycle: The operation is deprecated with sunset {new}.
E api-path-removed-without-deprecation existence: The path was removed without deprecation.
E api-path-removed-before-sunset existence: The path was removed before its sunset {old}.
E api-path-sunset-parse existence: It was removed; its sunset {old} is not a date.
I api-path-removed-with-deprecation existence: The deprecated path was removed.
E api-removed-without-deprecation existence: The operation was removed without deprecation.
E api-removed-before-sunset existence: The operation was removed before its sunset {old}.
I api-removed-with-deprecation existence: The deprecated operation was removed.
I api-operation-id-removed structure: The operation id {old} was removed.
I api-operation-id-added structure: The operation id {new} was added.
""",
    (_REQ, "parameters"): """
E request-parameter-deprecated-sunset-missing lifecycle: {name} is deprecated without a sunset date.
E request-parameter-sunset-date-too-small lifecycle: The sunset {new} of {name} is earlier than allowed.
E request-parameter-sunset-deleted lifecycle: The sunset {old} of deprecated {name} was removed.
E request-parameter-sunset-date-changed-too-small lifecycle: The sunset of {name} moved forward: {old}, {new}.
E request-parameter-sunset-parse lifecycle: The sunset of {name} is not a date.
E request-parameter-removed-before-sunset existence: {name} was removed before its sunset {old}.
I request-parameter-removed-with-deprecation existence: The deprecated {name} was removed.
W request-parameter-removed existence: {name} was removed.
I request-parameter-reactivated lifecycle: {name} is not deprecated any more.
I request-parameter-deprecated lifecycle: {name} is deprecated.
E new-required-request-default-parameter-to-existing-path existence: {name} is new and required.
I new-optional-request-default-parameter-to-existing-path existence: {name} is new.
E new-required-request-parameter existence: {name} is new and required.
I new-optional-request-parameter existence: {name} is new and optional.
E new-request-path-parameter existence: {name} is new in the path.
E new-required-request-header-property existence: The header property {name} is new and required.
E request-header-property-became-enum values: The header property {name} is limited to a list of values now.
E request-header-property-became-required requiredness: The header property {name} is required now.
E request-parameter-became-required requiredness: {name} is required now.
I request-parameter-became-optional requiredness: {name} is optional now.
E request-parameter-property-became-required requiredness: Parameter property {name} is required now.
I request-parameter-property-became-optional requiredness: Parameter property {name} is optional now.
E new-required-request-parameter-property existence: Parameter property {name} is new and required.
I new-optional-request-parameter-property existence: Parameter property {name} is new and optional.
W request-parameter-property-removed existence: Parameter property {name} was removed.
E request-parameter-serialization-changed type: {name} is written another way: {old}, now {new}.
""",
    (_REQ, "requestBody"): """
E request-body-added-required existence: A required request body was added.
I request-body-added-optional existence: An optional request body was added.
E request-body-removed existence: The request body was removed.
E request-body-became-required requiredness: The request body is required now.
I request-body-became-optional requiredness: The request body is optional now.
E request-body-media-type-removed existence: The request media type {old} was removed.
I request-body-media-type-added existence: The request media type {new} was added.
E request-body-media-type-schema-added structure: The request media type {name} has a schema now.
I request-body-media-type-schema-removed structure: The request media type {name} has no schema any more.
E request-body-encoding-changed type: A part of {name} is written another way: {old}, now {new}.
""",
    (_REQ, "schema"): """
E new-required-request-property existence: Request property {name} is new and required.
E new-required-request-property-with-default existence: {name} is new and required, default {new}.
I new-optional-request-property existence: Request property {name} is new and optional.
W request-property-removed existence: Request property {name} was removed.
E request-property-became-required requiredness: Request property {name} is required now.
E request-property-became-required-with-default requiredness: Request property {name} is required now.
I request-property-became-optional requiredness: Request property {name} is optional now.
""",
    (_RES, "responses"): """
E response-success-status-removed existence: The success status {old} was removed.
I response-success-status-added existence: The success status {new} was added.
I response-non-success-status-removed existence: The status {old} was removed.
I response-non-success-status-added existence: The status {new} was added.
E response-media-type-removed existence: The response media type {old} was removed.
I response-media-type-added existence: The response media type {new} was added.
E response-media-type-name-generalized type: The response media type {old} was widened to {new}.
I response-media-type-name-specialized type: The response media type {old} was narrowed to {new}.
I response-media-type-name-changed type: The response media type {old} is spelled {new} now.
W response-body-media-type-schema-removed structure: The response media type {name} has no schema any more.
I response-body-media-type-schema-added structure: The response media type {name} has a schema now.
""",
    (_RES, "headers"): """
E response-header-became-optional requiredness: Response header {name} is optional now.
I response-header-became-required requiredness: Response header {name} is promised now.
E required-response-header-removed existence: The promised response header {name} was removed.
W optional-response-header-removed existence: The optional response header {name} was removed.
I response-header-added existence: Response header {name} was added.
""",
    (_RES, "schema"): """
E response-required-property-removed existence: Required response property {name} was removed.
W response-optional-property-removed existence: Optional response property {name} was removed.
I response-required-write-only-property-removed existence: Write-only property {name} was removed.
I response-optional-write-only-property-removed existence: Optional write-only property {name} was removed.
I response-required-property-added existence: Required response property {name} was added.
I response-optional-property-added existence: Optional response property {name} was added.
I response-required-write-only-property-added existence: Required write-only property {name} was added.
I response-optional-write-only-property-added existence: Optional write-only property {name} was added.
E response-property-became-optional requiredness: Response property {name} is not promised any more.
I response-property-became-required requiredness: Response property {name} is promised now.
I response-write-only-property-became-optional requiredness: Write-only property {name} is optional now.
I response-write-only-property-became-required requiredness: Write-only property {name} is required now.
""",
    (_NONE, "security"): """
I api-security-component-removed existence: The security scheme {old} was removed.
I api-security-component-added existence: The security scheme {new} was added.
I api-security-component-type-changed type: The security scheme {name} changed from {old} to {new}.
I api-security-component-oauth-url-changed values: {name} authorizes at {new} instead of {old}.
I api-security-component-oauth-token-url-changed values: {name} takes tokens from {new} instead of {old}.
I api-security-component-oauth-scope-added existence: The scope {new} was added to {name}.
I api-security-component-oauth-scope-removed existence: The scope {old} was removed from {name}.
I api-security-component-oauth-scope-changed values: The scope {name} is described otherwise.
I api-security-added existence: The security requirement {new} was added.
I api-security-removed existence: The security requirement {old} was removed.
I api-security-scope-added existence: The scope {new} is required of {name} now.
I api-security-scope-removed existence: The scope {old} is not required of {name} any more.
I api-global-security-added existence: The global security requirement {new} was added.
I api-global-security-removed existence: The global security requirement {old} was removed.
I api-global-security-scope-added existence: The scope {new} is required of {name} everywhere now.
I api-global-security-scope-removed existence: The scope {old} is not required of {name} everywhere any more.
E api-security-tightened constraints: A caller that was let in before is refused: {old}, now {new}.
E control-security-removed constraints: Anybody may call it now; before: {old}.
E control-security-weakened constraints: A caller that was refused before is let in: {old}, now {new}.
E control-transport-weakened constraints: The server {new} is not protected by TLS.
""",
    (_NONE, "servers"): """
W server-removed existence: The server {old} was removed.
I server-added existence: The server {new} was added.
""",
    (_NONE, "components"): """
E webhook-removed existence: The webhook {old} was removed.
I webhook-added existence: The webhook {new} was added.
E callback-removed existence: The callback {old} was removed.
I callback-added existence: The callback {new} was added.
I api-schema-removed existence: The schema {old} was removed.
""",
    (_NONE, "tags"): """
I api-tag-removed structure: The tag {old} was removed.
I api-tag-added structure: The tag {new} was added.
""",
    (_NONE, "info"): """
I api-version-not-bumped lifecycle: The contract changed and its version is still {new}.
I api-version-decreased lifecycle: The version went back from {old} to {new}.
I api-major-version-not-bumped lifecycle: It breaks clients and the major version is that of {old}.
E control-version-mismatch lifecycle: Version {new} does not agree with the change since {old}: {name}.
E control-classification-lowered values: The data classification of {name} was lowered from {old} to {new}.
W control-classification-changed values: The data classification of {name} changed from {old} to {new}.
E control-retention-shortened values: The retention of {name} was shortened from {old} to {new}.
W control-retention-changed values: The retention of {name} changed from {old} to {new}.
""",
}
_PROPERTY_LIFECYCLE = """
I {side}-property-deprecated lifecycle: {Side} property {name} is deprecated.
I {side}-property-deprecated-with-sunset lifecycle: {Side} property {name} is deprecated with sunset {new}.
I {side}-property-reactivated lifecycle: {Side} property {name} is not deprecated any more.
E {side}-property-deprecated-sunset-missing lifecycle: {Side} property {name} is deprecated without a date.
E {side}-property-deprecated-sunset-invalid lifecycle: The sunset {new} of {name} is not a date.
E {side}-property-sunset-date-too-small lifecycle: The sunset {new} of {side} property {name} is too early.
E {side}-property-stability-decreased lifecycle: {Side} property {name} decreased from {old} to {new}.
I {side}-property-stability-increased lifecycle: {Side} property {name} increased from {old} to {new}.
"""

_MUTABILITY = {
    "read-only": "read-only now",
    "not-read-only": "not read-only any more",
    "write-only": "write-only now",
    "not-write-only": "not write-only any more",
}


def _parse(direction: Direction, area: str, lines: str) -> Iterator[Rule]:
    for line in lines.strip().splitlines():
        head, text = line.split(": ", 1)
        letter, rule_id, kind = head.split()
        yield Rule(rule_id, LETTER[letter], direction, area, kind, text)


def _all_rules() -> Iterator[Rule]:
    yield from schema_rules()
    for (direction, area), lines in _SINGLE.items():
        yield from _parse(direction, area, lines)
    for direction in (_REQ, _RES):
        lines = _PROPERTY_LIFECYCLE.replace("{side}", direction).replace("{Side}", direction.capitalize())
        yield from _parse(direction, "schema", lines)
        yield from _mutability(direction)


def _mutability(direction: Direction) -> Iterator[Rule]:
    for need in ("optional", "required"):
        for change, words in _MUTABILITY.items():
            rule_id = f"{direction}-{need}-property-became-{change}"
            # Clients read for the first time what they were never promised.
            risky = rule_id == "response-required-property-became-not-write-only"
            text = f"{need.capitalize()} {direction} property {{name}} is {words}."
            yield Rule(rule_id, LETTER["W" if risky else "I"], direction, "schema", "mutability", text)


RULES: dict[str, Rule] = {rule.id: rule for rule in sorted(_all_rules(), key=lambda rule: rule.id)}

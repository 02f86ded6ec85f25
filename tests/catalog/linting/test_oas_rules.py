"""spectral:oas: every rule finds its violation where it stands, and leaves the neighbouring case alone."""

from __future__ import annotations

import pytest

from catalog.linting.sources import ruleset_of
from tests.catalog.linting.linting_cases import OAS2, OAS3, OAS31, changed, found, lint
from tests.catalog.linting.oas_cases import OAS_CASES, Case

_ALL = [["spectral:oas", "all"]]
# The ids that the reference lists (api-changes.md, section 6).
_DOCUMENTED = """
operation-success-response operation-operationId operation-operationId-unique operation-operationId-valid-in-url
operation-parameters operation-tag-defined operation-description operation-singular-tag operation-tags path-params
path-declarations-must-exist path-keys-no-trailing-slash path-not-include-query contact-properties
duplicated-entry-in-enum info-contact info-description info-license license-url no-eval-in-markdown
no-script-tags-in-markdown openapi-tags openapi-tags-alphabetical openapi-tags-uniqueness tag-description
no-$ref-siblings array-items typed-enum oas2-anyOf oas2-oneOf oas2-api-host oas2-api-schemes oas2-discriminator
oas2-host-not-example oas2-host-trailing-slash oas2-operation-formData-consume-check
oas2-operation-security-defined oas2-parameter-description oas2-schema oas2-unused-definition
oas2-valid-schema-example oas2-valid-media-example oas3-api-servers oas3-callbacks-in-callbacks
oas3-examples-value-or-externalValue oas3-operation-security-defined oas3-parameter-description oas3-schema
oas3-server-not-example.com oas3-server-trailing-slash oas3-server-variables oas3-unused-component
oas3-valid-media-example oas3-valid-schema-example oas3_1-servers-in-webhook oas3_1-callbacks-in-webhook
"""
_OFF = """contact-properties info-license license-url openapi-tags openapi-tags-alphabetical operation-singular-tag
tag-description oas2-host-not-example oas2-parameter-description oas3-parameter-description
oas3-server-not-example.com"""


@pytest.mark.parametrize("document", [OAS2, OAS3, OAS31], ids=["2.0", "3.0", "3.1"])
def test_a_clean_document_has_no_findings(document: dict) -> None:
    assert lint(document, _ALL).findings == ()


@pytest.mark.parametrize("case", OAS_CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(OAS_CASES)])
def test_a_rule_finds_its_violation_and_leaves_its_neighbour_alone(case: Case) -> None:
    rule, document, bad, pointer, good = case
    assert (rule, pointer) in found(changed(document, bad), _ALL)
    assert rule not in {name for name, _ in found(changed(document, good), _ALL)}


def test_every_documented_rule_is_there_and_has_a_case() -> None:
    rules = ruleset_of(_ALL).rules
    assert sorted(rules) == sorted(_DOCUMENTED.split())
    assert {case[0] for case in OAS_CASES} == set(_DOCUMENTED.split())


def test_what_is_not_recommended_is_off_unless_all_is_asked_for() -> None:
    off = {name for name, rule in ruleset_of("spectral:oas").rules.items() if rule.level is None}
    assert off == set(_OFF.split())


def test_a_vendor_extension_is_nobodys_business() -> None:
    assert found(changed(OAS3, {"/info/x-any": {"enum": 5, "type": ["x"], "example": []}}), _ALL) == []

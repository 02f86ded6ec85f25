"""Whatever stands where in a document: the lint answers, or refuses with a code."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

from catalog.compatibility.documents import DocumentError, child
from catalog.linting import LintError
from tests.catalog.linting.linting_cases import OAS2, OAS3, OAS31, changed, lint
from tests.catalog.linting.test_finance_rules import CLEAN

_JUNK: list[Any] = [
    None, 1, -1, "x", "", [], {}, [1], [None], [[]], [{}], True, {"a": 1}, "$", "{}", "1.0.0", {"type": ["a"]},
    {"$ref": "#/info"}, {"$ref": 5}, {"$ref": "#/nope"}, {"type": {}}, {"enum": {}}, {"enum": [[], {}, 1], "type": "array"},
    {"properties": []}, {"properties": {"a": 5}}, {"required": True}, {"required": [5]}, {"items": 5}, {"allOf": {}},
    {"allOf": [5]}, {"example": None, "type": "string"}, {"in": {}}, {"name": {}, "in": "path"}, {"parameters": {}},
    {"name": [], "in": "query", "schema": 5}, {"discriminator": {"mapping": 5}}, {"schema": {"$ref": "#/paths"}, "example": {}},
]  # fmt: skip


def _pointers(value: Any, pointer: str = "") -> Iterator[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield child(pointer, key)
        yield from _pointers(item, child(pointer, key))


def test_no_broken_document_breaks_a_rule() -> None:
    chance = random.Random(1)
    for document in [OAS2, OAS3, OAS31, CLEAN] * 20:
        broken = document
        for _ in range(chance.randint(1, 4)):
            pointer = chance.choice(list(_pointers(broken)))
            broken = changed(broken, {pointer: chance.choice(_JUNK)})
        with contextlib.suppress(DocumentError, LintError):
            lint(broken, [["spectral:oas", "all"], "tieout:finance"])


def test_a_scope_or_a_classification_that_is_no_text_is_a_finding() -> None:
    document = changed(
        CLEAN,
        {"/security/0/login": [{}], "/components/schemas/Payment/properties/iban/x-data-classification": []},
    )
    found = {finding.id for finding in lint(document, [["spectral:oas", "all"], "tieout:finance"]).findings}
    assert {"oas3-operation-security-defined", "finance-classification-sensitive"} <= found
    assert lint(changed(CLEAN, {"/paths/~1payments/get/responses/500/content": 5}), "tieout:finance").findings

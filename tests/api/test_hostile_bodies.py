"""Bodies that break stock libraries (controls.md 6.3, 6.4) get a code from every write, never a 500."""

from __future__ import annotations

import json
from typing import Any

from portal.audit.models import AuditEntry
from tests.api.client import Caller, problem
from tests.api.examples import EXAMPLES
from tests.api.operations import Operation
from tests.api.test_every_operation import WRITES, each, match, send
from tests.api.world import World

RAW = {
    "deep": (b"[" * 100_000, 400, "API-002"),
    "deep objects": (b'{"a":' * 100_000, 400, "API-002"),
    "lone surrogate": (rb'{"reason":"\ud800"}', 400, "API-011"),
    "nul": (rb'{"reason":"\u0000"}', 400, "API-011"),
    "duplicate key": (b'{"reason":"a","reason":"b"}', 400, "API-003"),
    "nan": (b'{"reason":NaN}', 400, "API-005"),
    "infinity": (b'{"reason":-Infinity}', 400, "API-005"),
    "huge integer": (b'{"reason":' + b"9" * 4200 + b"}", 400, "API-005"),
    "huge exponent": (b'{"reason":1e1000000}', 400, "API-005"),
    "not utf-8": (b'{"reason":"\xff\xfe"}', 400, "API-001"),
    "utf-16": ('{"reason":"x"}'.encode("utf-16"), 400, "API-001"),
    "cut off": (b'{"reason":"x', 400, "API-001"),
    "too many values": (b'{"reason":[' + b"1," * 200_000 + b"1]}", 400, "API-002"),
    "too large": (b'"' + b"x" * (2 * 1024 * 1024) + b'"', 413, "API-002"),
    "far too large": (b'"' + b"x" * (6 * 1024 * 1024) + b'"', 413, "API-002"),
    "a list": (b"[]", 400, "API-005"),
    "null": (b"null", 400, "API-005"),
    "a text": (b'"x"', 400, "API-005"),
    "empty": (b"", 400, None),
}
VALUES: list[Any] = [True, "１２", 2**63, [[]], "x" * 9000]
MEDIA = (
    "text/plain",
    "application/json; charset=nope",
    "application/json; charset=utf-16",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "nonsense",
)
JSON_WRITES = [o for o in WRITES if not o.upload]
EVERYWHERE = {"deep", "duplicate key", "a list"}
SAMPLE = {"systems_create", "systems_partial_update", "changes_approve"}


def prepared(call, world: World, operation: Operation) -> tuple[Caller, str, dict[str, str]]:
    caller, url = call(EXAMPLES[operation.name].who), world.url(operation)
    return caller, url, match(caller, operation, world)


def test_hostile_documents_are_refused_with_a_code(world: World, call):
    def act(operation: Operation) -> None:
        caller, url, headers = prepared(call, world, operation)
        before = AuditEntry.objects.count()
        for name, (raw, status, code) in RAW.items():
            if name not in EVERYWHERE and operation.name not in SAMPLE:
                continue
            response = send(caller, operation, url, raw, **headers)
            found = problem(response)
            assert (response.status_code, found["code"]) == (status, code or found["code"]), (name, found)
        assert AuditEntry.objects.count() == before

    each(JSON_WRITES, act)


def test_other_media_types_are_refused(world: World, call):
    def act(operation: Operation) -> None:
        caller, url, headers = prepared(call, world, operation)
        body = json.dumps(EXAMPLES[operation.name].body(world)).encode()
        for media in MEDIA if operation.name in SAMPLE else MEDIA[:2]:
            response = send(caller, operation, url, body, content_type=media, **headers)
            assert response.status_code in (400, 415), (media, response.status_code, response.content[:200])
            problem(response)

    each(JSON_WRITES, act)


def test_no_value_of_any_field_makes_a_500(world: World, call):
    def act(operation: Operation) -> None:
        caller, url, headers = prepared(call, world, operation)
        body = EXAMPLES[operation.name].body(world)
        for name in sorted(set(body) - {"reason"}) or ["reason"]:
            for value in VALUES:
                response = send(caller, operation, url, {**body, name: value}, **headers)
                assert response.status_code < 500, (name, value)
                if response.status_code >= 400:
                    problem(response)

    each(JSON_WRITES, act)

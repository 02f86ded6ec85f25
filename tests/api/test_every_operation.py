"""Rules that every operation of the API obeys; a new endpoint is tested here by being in the document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from tests.api.client import Caller, problem
from tests.api.examples import EXAMPLES
from tests.api.operations import Operation, operations
from tests.api.world import World, reader_of

ALL = operations()
WRITES = [o for o in ALL if o.is_write]
POSTS = [o for o in ALL if o.method == "post"]
CONDITIONAL = [o for o in ALL if o.conditional]
SAMPLE = {"systems_retrieve", "systems_partial_update", "changes_approve"}
STALE = ('"0123456789abcdef0123456789abcdef"', 'W/"x"', "nonsense")
BAD_IDS = ["１", "99999999999999999999", "1%00", "..%2f", "-1", "1.0", "%F0%9F", "0x1", "9" * 5000]


def send(caller: Caller, operation: Operation, url: str, body: Any, **headers: str):
    if operation.upload and isinstance(body, dict):
        return caller.upload(url, body, **headers)
    return caller.send(operation.method, url, body, **headers)


class Undo(Exception):
    """Leaves one try without traces, so that one world serves every operation."""


def each(tries: Any, act: Any) -> None:
    """Run `act` for each item, each in a transaction that is rolled back; all failures are told at once."""
    failures = []
    for item in tries:
        try:
            with transaction.atomic():
                act(item)
                raise Undo
        except Undo:
            pass
        except AssertionError as error:
            failures.append(f"{getattr(item, 'name', item)}: {error}")
    assert not failures, "\n".join(failures)


def test_every_write_has_an_example():
    assert {o.name for o in WRITES} == set(EXAMPLES)


@pytest.mark.django_db
def test_nobody_gets_401_everywhere():
    nobody = Caller()

    def act(operation: Operation) -> None:
        response = send(nobody, operation, operation.url(), {})
        assert response.status_code == 401, response.content[:200]
        assert problem(response)["code"] == "IAM-002"
        assert "Bearer" in response["WWW-Authenticate"]

    each(ALL, act)


def test_a_stranger_sees_and_does_nothing_and_attempts_are_audited(world: World, call):
    stranger = call("stranger")

    def act(operation: Operation) -> None:
        response = send(stranger, operation, world.url(operation), {})
        own = operation.permission == "own" and not operation.on_object
        expected = 200 if own else 404 if operation.on_object else 403
        assert response.status_code == expected, response.content[:200]
        if own:
            assert response.json()["results"] == []
        elif expected == 403:
            assert problem(response)["code"] == "IAM-001"
            denials = AuditEntry.objects.filter(
                outcome="denied", actor_person=world.users["stranger"].person_id
            )
            assert denials.filter(action=operation.permission).count() == (operation.method == "post")

    each(ALL, act)


def test_ids_that_are_none_and_ids_out_of_scope_get_the_same_404(world: World, call):
    absent = 10**17

    def act(operation: Operation) -> None:
        caller = call(reader_of(operation.name))
        seen = problem(send(caller, operation, operation.url(absent), {}))
        hidden = problem(send(call("stranger"), operation, world.url(operation), {}))
        same = ("type", "title", "status", "code", "detail")
        assert [seen[key] for key in same] == [hidden[key] for key in same]
        assert seen["status"] == 404
        for bad in BAD_IDS if operation.name in SAMPLE else BAD_IDS[:2]:
            assert problem(send(caller, operation, operation.url(bad), {}))["status"] == 404, bad[:30]

    each([o for o in ALL if o.on_object], act)


def test_every_example_is_accepted_and_is_what_the_document_says(world: World, call):
    def act(operation: Operation) -> None:
        example = EXAMPLES[operation.name]
        before = AuditEntry.objects.latest("id").pk
        response = accepted(call, world, operation)
        assert response.status_code in (200, 201, 202), response.content[:600]
        entries = AuditEntry.objects.filter(pk__gt=before, outcome="ok")
        assert entries.filter(actor_account=world.users[example.who].pk, source="api").exists()
        if response.status_code in (201, 202):
            assert response.headers.get("Location", "/api/v1/").startswith("/api/v1/")
        assert verify().ok

    each(WRITES, act)


def accepted(call, world: World, operation: Operation, **headers: str):
    """The operation's example, sent by who may do it, on the version just read."""
    example = EXAMPLES[operation.name]
    caller, url = call(example.who), world.url(operation)
    headers = {**match(caller, operation, world), **headers}
    return send(caller, operation, url, example.body(world), **headers)


def match(caller: Caller, operation: Operation, world: World) -> dict[str, str]:
    """If-Match with the version just read, where the operation asks for one."""
    if not operation.conditional:
        return {}
    return {"If_Match": caller.etag(operation.path.partition("{id}")[0] + f"{world.pk(operation.name)}/")}


def test_a_change_without_a_version_gets_428_and_with_an_old_one_412(world: World, call):
    def act(operation: Operation) -> None:
        world.pk(operation.name)
        before = AuditEntry.objects.count()
        for header in ("", "*") if operation.name in SAMPLE else ("",):
            response = accepted(call, world, operation, If_Match=header)
            assert (response.status_code, problem(response)["code"]) == (428, "API-006")
        for header in STALE if operation.name in SAMPLE else STALE[:1]:
            response = accepted(call, world, operation, If_Match=header)
            assert (response.status_code, problem(response)["code"]) == (412, "API-007")
        assert AuditEntry.objects.count() == before

    each(CONDITIONAL, act)
    assert all(o.conditional for o in ALL if o.method == "patch")


def test_a_post_without_a_key_gets_400(world: World, call):
    def act(operation: Operation) -> None:
        for key in ("", "key\twith tab", "ä", "k" * 201) if operation.name in SAMPLE else ("",):
            caller = call(EXAMPLES[operation.name].who)
            response = send(caller, operation, world.url(operation), {}, Idempotency_Key=key)
            assert (response.status_code, problem(response)["code"]) == (400, "API-008"), key

    each(POSTS, act)


def test_a_repeated_post_has_one_effect_and_one_answer(world: World, call):
    def act(operation: Operation) -> None:
        example, url = EXAMPLES[operation.name], world.url(operation)
        caller, body = call(example.who), example.body(world)
        headers = {"Idempotency_Key": "the-same-key", **match(caller, operation, world)}
        first = send(caller, operation, url, body, **headers)
        entries = AuditEntry.objects.count()
        second = send(caller, operation, url, body, **headers)
        assert (second.status_code, second["Idempotent-Replayed"]) == (first.status_code, "true")
        if operation.name != "tokens_create":
            assert json.loads(second.content) == json.loads(first.content)
        assert second.headers.get("ETag") == first.headers.get("ETag")
        other = send(caller, operation, url, {**body, "more": 1}, **headers)
        assert (other.status_code, problem(other)["code"]) == (422, "API-009")
        assert AuditEntry.objects.count() == entries

    each(POSTS, act)


def test_unknown_fields_are_refused_and_change_nothing(world: World, call):
    def act(operation: Operation) -> None:
        body, url = EXAMPLES[operation.name].body(world), world.url(operation)
        caller = call(EXAMPLES[operation.name].who)
        headers = match(caller, operation, world)
        started = AuditEntry.objects.count()
        for name in ("id", "approved"):
            response = send(caller, operation, url, {**body, name: 1}, **headers)
            assert (response.status_code, problem(response)["code"]) == (400, "API-004")
        assert AuditEntry.objects.count() == started

    each(WRITES, act)

"""API tokens: form, expiry, network, scopes at use time; never a power to decide, never a stored secret."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from catalog.permissions import P as Catalog
from portal.access.authentication import TokenAuthentication, inside
from portal.access.authority import permissions_held
from portal.access.models import ApiToken, Grant
from portal.access.services import token_issue, token_revoke
from portal.access.services.tokens import never_on_tokens
from portal.access.tokens import new_token, parse_token
from portal.audit.models import AuditEntry
from portal.core import authority
from portal.core.clock import now
from portal.core.errors import DomainError
from portal.people.models import Person, User
from tests.api.client import Caller
from tests.approvals.conftest import by_token

SCOPES = ["catalog:system:view", "catalog:system:edit"]


def issue(actor, **kwargs):
    usual = {"account_id": actor.account_id, "name": "Pipeline", "scopes": SCOPES, "days": 30}
    return token_issue(actor=actor, reason="For the pipeline", **{**usual, **kwargs})


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def enter(text: str, address: str = "192.0.2.7", scheme: str = "Bearer"):
    request = RequestFactory().get("/api/v1/", HTTP_AUTHORIZATION=f"{scheme} {text}", REMOTE_ADDR=address)
    found = TokenAuthentication().authenticate(Request(request))
    return found and request.actor


def test_a_token_enters_as_a_machine_of_its_owner_within_its_scopes(architect):
    token, text = issue(architect)
    actor = enter(text)
    assert (actor.person_id, actor.token_id, actor.is_machine) == (architect.person_id, token.pk, True)
    assert authority.allowed(actor, Catalog.SYSTEM_EDIT)
    assert not authority.allowed(actor, Catalog.CONNECTION_PROPOSE)
    assert permissions_held(actor) == set(SCOPES)
    with pytest.raises(DomainError) as caught:
        authority.check(actor, Catalog.CONNECTION_PROPOSE)
    assert caught.value.code == "IAM-003"


def test_scopes_meet_the_owners_permissions_at_use_time(architect, users):
    _, text = issue(architect)
    Grant.objects.filter(person_id=architect.person_id).update(valid_to=dt.date(2021, 1, 1))
    actor = enter(text)
    assert not authority.allowed(actor, Catalog.SYSTEM_EDIT)
    assert permissions_held(actor) == set()


def test_the_secret_is_shown_once_and_stored_nowhere(architect):
    token, text = issue(architect)
    secret = text.split("_")[2]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert secret not in repr(cursor.fetchall()), table
    entry = AuditEntry.objects.get(action="access:token:issue")
    assert json.loads(entry.payload)["after"]["key_id"] == token.key_id


def test_the_form_is_prefix_key_secret_and_checksum():
    parts = new_token()
    text = parts.text()
    assert text.startswith("tio_")
    assert len(text) == 4 + 8 + 1 + 43 + 1 + 8
    assert parse_token(text) == parts
    assert new_token().secret != parts.secret


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1], lambda t: t + "0", lambda t: t[:20] + ("a" if t[20] != "a" else "b") + t[21:],
        lambda t: t.replace("tio_", "fig_"), lambda t: "", lambda t: "_" * 60, lambda t: t.upper(),
        lambda t: t + "\n", lambda t: t.replace("_", "\uff3f"), lambda t: "tio_" + "a" * 5000, lambda t: f" {t}",
    ],
)  # fmt: skip
def test_a_spoilt_token_costs_no_query(db, spoil):
    text = spoil(new_token().text())
    assert parse_token(text) is None
    if text.isascii() and text.strip() and "\n" not in text and not text.startswith(" "):
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            pytest.raises(AuthenticationFailed),
        ):
            enter(text)
        assert len(queries) == 0


def test_every_refusal_has_the_same_words(architect, users):
    words = set()

    def refuse(text, address="192.0.2.7"):
        with pytest.raises(AuthenticationFailed) as caught:
            enter(text, address)
        words.add(str(caught.value.detail))

    token, text = issue(architect, networks=["192.0.2.0/24"])
    refuse(new_token().text())
    refuse("rubbish")
    refuse(text, "198.51.100.1")
    for values in (
        {"expires_at": now() - dt.timedelta(seconds=1)},
        {"revoked_at": now()},
        {"secret_sha256": "0" * 64},
    ):
        kept = {name: getattr(token, name) for name in values}
        ApiToken.objects.filter(pk=token.pk).update(**values)
        refuse(text)
        ApiToken.objects.filter(pk=token.pk).update(**kept)
    assert enter(text)
    Person.objects.filter(pk=architect.person_id).update(is_active=False)
    refuse(text)
    Person.objects.filter(pk=architect.person_id).update(is_active=True)
    User.objects.filter(pk=architect.account_id).update(is_active=False)
    refuse(text)
    assert words == {"The token is not valid."}


def test_another_scheme_is_not_for_tokens(architect):
    assert enter("abc", scheme="Basic") is None


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("192.0.2.7", [], True), ("", [], True), ("192.0.2.7", ["192.0.2.0/24"], True),
        ("192.0.3.7", ["192.0.2.0/24"], False), ("::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("2001:db8::1", ["192.0.2.0/24", "2001:db8::/32"], True), ("", ["192.0.2.0/24"], False),
        ("unix:", ["192.0.2.0/24"], False), ("0x7f000001", ["127.0.0.0/8"], False),
    ],
)  # fmt: skip
def test_a_network_list_holds_for_known_addresses_only(address, networks, allowed):
    assert inside(address, networks) is allowed


@pytest.mark.parametrize(
    "scope",
    ["approvals:policy:approve", "approvals:policy:propose", "catalog:ownership:approve", "access:grant:propose",
     "access:token:issue", "people:person:manage", "mappings:version:approve"],
)  # fmt: skip
def test_deciding_and_administering_scopes_are_never_on_a_token(scope):
    assert never_on_tokens(scope)


def test_every_approving_permission_of_the_whole_portal_is_barred_from_tokens():
    from portal.approvals.ports import subjects

    assert [
        str(s.approve_permission)
        for s in subjects.all().values()
        if not never_on_tokens(s.approve_permission)
    ] == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scopes": []}, "IAM-014"),
        ({"scopes": ["catalog:ownership:approve"]}, "IAM-014"),
        ({"scopes": ["syncengine:run:start-all"]}, "IAM-014"),
        ({"days": 0}, "IAM-015"),
        ({"days": 366}, "IAM-015"),
        ({"name": "  "}, "IAM-014"),
        ({"name": "x\u202e"}, "API-011"),
        ({"networks": ["192.0.2.7/24"]}, "IAM-014"),
        ({"networks": ["everywhere"]}, "IAM-014"),
    ],
)
def test_a_wrong_token_is_refused(architect, wrong, code):
    assert code_of(issue, architect, **wrong) == code
    assert not ApiToken.objects.exists()


def test_nobody_issues_a_token_of_another_person(architect, users):
    assert code_of(issue, architect, account_id=users["controller_a"].pk) == "IAM-014"
    assert code_of(issue, architect, account_id=999_999) == "IAM-014"
    assert AuditEntry.objects.filter(outcome="denied", code="IAM-014").count() == 2


def test_a_token_begets_no_token(architect):
    assert code_of(issue, by_token(architect, "access:token:issue")) == "IAM-014"
    assert code_of(issue, by_token(architect, "catalog:system:view")) == "IAM-003"


def test_only_who_has_the_duty_issues(controller_b):
    assert code_of(issue, controller_b) == "IAM-001"


def test_a_revoked_token_is_out_at_once(architect):
    token, text = issue(architect)
    token_revoke(actor=architect, reason="Leaked", token_id=token.pk)
    with pytest.raises(AuthenticationFailed):
        enter(text)
    assert AuditEntry.objects.filter(action="access:token:revoke").count() == 1
    token_revoke(actor=architect, reason="Again", token_id=token.pk)
    assert AuditEntry.objects.filter(action="access:token:revoke").count() == 1


def test_administrators_revoke_anyones_token_and_others_find_none(architect, sod_admin, controller_a):
    token, _ = issue(architect)
    assert code_of(token_revoke, actor=controller_a, reason="x", token_id=token.pk) == "API-404"
    assert token_revoke(actor=sod_admin, reason="Leaked", token_id=token.pk).revoked_at


def test_use_is_noted_at_most_once_a_minute(architect):
    token, text = issue(architect)
    enter(text)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    enter(text)
    assert first
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first


def test_a_token_sees_and_revokes_itself_alone(architect):
    first, text = issue(architect, scopes=["catalog:system:view"])
    second, _ = issue(architect)
    caller = Caller(token=text)
    assert [row["id"] for row in caller.get("/api/v1/tokens/").json()["results"]] == [first.pk]
    assert caller.get(f"/api/v1/tokens/{second.pk}/").status_code == 404
    for token, status in ((second, 404), (first, 200)):
        answer = caller.post(f"/api/v1/tokens/{token.pk}/revoke/", {"reason": "Leaked somewhere"})
        assert answer.status_code == status
    assert code_of(token_revoke, actor=by_token(architect), reason="x", token_id=second.pk) == "API-404"
    people = Caller(User.objects.get(pk=architect.account_id))
    assert len(people.get("/api/v1/tokens/").json()["results"]) == 2


@pytest.mark.parametrize(("proxies", "entered"), [(0, False), (1, True)])
def test_the_network_of_a_token_holds_behind_trusted_proxies(architect, settings, proxies, entered):
    settings.TRUSTED_PROXIES = proxies
    token, text = issue(architect, networks=["203.0.113.0/24"], scopes=["catalog:system:view"])
    caller = Caller(token=text)
    answer = caller.get("/api/v1/systems/", X_Forwarded_For="203.0.113.9")
    assert (answer.status_code == 200) is entered

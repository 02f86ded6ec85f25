"""Accounts and persons: who is disabled is out at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from portal.access.services import account_set_active, person_edit
from portal.audit.models import AuditEntry
from portal.core.actor import ActorKind, Source, system_actor
from portal.people.actors import actor_for
from portal.people.models import Person, User
from tests.conftest import PASSWORD


@pytest.fixture
def browser(client, users):
    client.force_login(users["controller_a"])
    return client


def test_a_person_made_inactive_is_signed_out_with_the_next_request(browser, users, sod_admin):
    browser.get("/")
    assert browser.session.get("_auth_user_id")
    person = users["controller_a"].person
    person_edit(actor=sod_admin, reason="Left", person_id=person.pk, name=person.name, is_active=False)
    browser.get("/")
    assert not browser.session.get("_auth_user_id")


def test_a_disabled_account_is_nobody_with_the_next_request(browser, users, sod_admin):
    account_set_active(actor=sod_admin, reason="Lost", account_id=users["controller_a"].pk, active=False)
    response = browser.get("/")
    assert response.status_code in (302, 401, 403)


def test_the_person_of_an_inactive_owner_cannot_sign_in(client, users):
    Person.objects.filter(pk=users["operator"].person_id).update(is_active=False)
    users["operator"].refresh_from_db()
    assert not users["operator"].may_sign_in


def test_an_actor_carries_person_account_source_and_request(users):
    actor = actor_for(users["operator"], source=Source.UI, request_id="r-1")
    assert (actor.kind, actor.person_id, actor.account_id, actor.request_id) == (
        ActorKind.PERSON, users["operator"].person_id, users["operator"].pk, "r-1",
    )  # fmt: skip
    assert not actor.is_machine


@pytest.mark.parametrize(
    "make", [lambda user: actor_for(user, source=Source.UI), lambda user: system_actor()]
)
def test_service_accounts_and_the_system_are_machines(users, make):
    users["operator"].kind = User.Kind.SERVICE
    assert make(users["operator"]).is_machine


def test_every_account_has_exactly_one_person():
    with pytest.raises(ValidationError):
        User(username="nobody").clean_fields()


def test_a_person_with_accounts_cannot_be_deleted(users):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        users["operator"].person.delete()


def test_signing_in_and_failing_to_is_in_the_audit(client, users, settings):
    settings.AXES_ENABLED = False
    form = {"login": "operator", "password": PASSWORD}
    client.post("/accounts/login/", {**form, "password": "wrong\r\nlogin ok"})
    client.post("/accounts/login/", {**form, "login": "who\r\n\x1b[2J", "password": "x"})
    client.post("/accounts/login/", form)
    rows = list(AuditEntry.objects.order_by("id").values_list("action", "outcome"))
    assert rows.count(("access:account:sign-in-failed", "denied")) == 2
    assert rows[-1] == ("access:account:sign-in", "ok")
    text = "".join(entry.payload + entry.reason for entry in AuditEntry.objects.all())
    assert "wrong" not in text
    assert "\x1b" not in text
    assert PASSWORD not in text

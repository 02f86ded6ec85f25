"""Passwords: set by an administrator or on the command line, always audited, never shown, never mailed unasked."""

from __future__ import annotations

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from portal.access.services import account_create, person_edit, person_register
from portal.audit.models import AuditEntry
from portal.core.errors import Invalid
from portal.people.models import User
from tests.conftest import PASSWORD

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "staple-battery-4711"
WHY = "Starts on Monday"
TAG = "access:account:set-password"


@pytest.fixture
def account(users) -> User:
    return users["operator"]


def signed_in(client, user: User):
    client.force_login(user, backend=BACKEND)
    return client


def entry() -> AuditEntry:
    return AuditEntry.objects.get(action=TAG, outcome="ok")


def page_of(account: User) -> str:
    return reverse("access:account-set-password", kwargs={"pk": account.pk})


def test_an_administrator_sets_a_first_password_on_the_page_of_the_person(client, users, account):
    account.set_unusable_password()
    account.save()
    browser = signed_in(client, users["sod_admin"])
    person = browser.get(reverse("access:person-detail", kwargs={"pk": account.person_id})).content.decode()
    assert f'href="{page_of(account)}"' in person
    assert "Set first password" in person
    answer = browser.post(page_of(account), {"password": NEW, "reason": WHY})
    assert answer.status_code == 302
    account.refresh_from_db()
    assert account.check_password(NEW)
    assert (entry().actor_account, entry().reason) == (users["sod_admin"].pk, WHY)
    assert NEW not in "".join(row.payload + row.reason for row in AuditEntry.objects.all())


@pytest.mark.parametrize("form", [{"password": "zq9#", "reason": WHY}, {"password": NEW, "reason": ""}])
def test_a_weak_password_or_no_reason_is_refused_and_nothing_typed_comes_back(client, users, account, form):
    answer = signed_in(client, users["sod_admin"]).post(page_of(account), form)
    assert answer.status_code in (400, 422)
    assert form["password"] not in answer.content.decode()
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize("name", ["operator", "sod_approver", "auditor"])
def test_nobody_else_sets_a_password(client, users, account, name):
    browser = signed_in(client, users[name])
    assert browser.get(page_of(account)).status_code == 403
    assert browser.post(page_of(account), {"password": NEW, "reason": WHY}).status_code == 403
    person = browser.get(reverse("access:person-detail", kwargs={"pk": account.person_id})).content.decode()
    assert page_of(account) not in person
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_an_account_that_is_not_there_is_not_found(client, users):
    address = reverse("access:account-set-password", kwargs={"pk": 10**12})
    assert signed_in(client, users["sod_admin"]).get(address).status_code == 404


@pytest.mark.parametrize("command", ["account_set_password", "changepassword"])
def test_the_command_line_sets_a_password_with_an_audit_entry(account, monkeypatch, capsys, command):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    monkeypatch.setenv("LOGNAME", "hans")
    call_command(command, account.username)
    account.refresh_from_db()
    assert account.check_password(NEW)
    assert entry().actor_label == "command line (hans)"
    assert NEW not in capsys.readouterr().out + entry().payload


def test_the_command_line_asks_twice_at_a_terminal(account, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter((NEW, "another-battery-4711"))
    name = "portal.access.management.commands.account_set_password.getpass"
    monkeypatch.setattr(name, lambda prompt: next(typed))
    with pytest.raises(CommandError, match="not the same"):
        call_command("account_set_password", account.username)
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize(("username", "typed", "words"), [("nobody", NEW, "no account"), ("operator", "x", "IAM-011"), ("pipeline", NEW, "IAM-021")])  # fmt: skip
def test_the_command_line_refuses_with_words(account, pipeline, monkeypatch, username, typed, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    with pytest.raises(CommandError, match=words):
        call_command("account_set_password", username)
    assert not AuditEntry.objects.filter(action=TAG, outcome="ok").exists()


def test_a_service_account_has_no_password_and_is_mailed_no_link(client, users, settings, sod_admin):
    settings.EMAIL_HOST = "mail.example.com"
    person = person_register(actor=sod_admin, reason=WHY, code="zoe", name="Zoe", email="zoe@example.com")
    fields = {"actor": sod_admin, "reason": WHY, "person_id": person.pk, "kind": "service"}
    with pytest.raises(Invalid) as caught:
        account_create(**fields, username="robot", password=NEW)
    assert (caught.value.code, caught.value.place) == ("IAM-021", "password")
    assert "token" in caught.value.hint
    robot = account_create(**fields, username="robot")
    person_edit(actor=sod_admin, reason=WHY, person_id=person.pk, name="Zoe", email="zoe2@example.com")
    for address in ("zoe@example.com", "zoe2@example.com"):
        client.post(reverse("account_reset_password"), {"email": address})
    assert "/password/reset/key/" not in "".join(message.body for message in mail.outbox)
    answer = signed_in(client, users["sod_admin"]).post(page_of(robot), {"password": NEW, "reason": WHY})
    assert "IAM-021" in answer.content.decode()
    robot.refresh_from_db()
    assert not robot.has_usable_password()


def test_a_password_that_people_change_themselves_is_in_the_audit(client, account):
    browser = signed_in(client, account)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser.post(reverse("account_change_password"), form).status_code == 302
    assert entry().actor_account == account.pk
    assert NEW not in entry().payload


def test_without_a_mail_server_a_forgotten_password_leads_to_the_role_administrator(client, users, settings):
    settings.EMAIL_HOST = ""
    User.objects.filter(username="operator").update(email="operator@example.com")
    assert reverse("account_reset_password") not in client.get(reverse("account_login")).content.decode()
    for answer in (
        client.get(reverse("account_reset_password")),
        client.post(reverse("account_reset_password"), {"email": "operator@example.com"}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "your role administrator" in page
        assert reverse("account_login") in page
        assert "<form" not in page
    assert mail.outbox == []


def test_with_a_mail_server_the_link_is_offered_and_sent(client, users, settings):
    settings.EMAIL_HOST = "mail.example.com"
    User.objects.filter(username="operator").update(email="operator@example.com")
    assert reverse("account_reset_password") in client.get(reverse("account_login")).content.decode()
    client.post(reverse("account_reset_password"), {"email": "operator@example.com"})
    assert [message.to for message in mail.outbox] == [["operator@example.com"]]

"""The first two administrators: once, on an empty database, and no power of theirs is unchecked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from portal.access.models import Grant, Role
from portal.access.services import bootstrap, grant_propose, role_propose
from portal.access.services.bootstrap import FirstPerson
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from portal.people.models import Person, User

ONE = FirstPerson("ann", "Ann", "a-long-enough-word-1")
TWO = FirstPerson("bob", "Bob", "a-long-enough-word-2")


def start(administrator=ONE, approver=TWO):
    return bootstrap(
        actor=system_actor("bootstrap"), reason="First", administrator=administrator, approver=approver
    )


def test_two_persons_with_one_role_each_are_made_and_recorded(db):
    users = start()
    assert [user.username for user in users] == ["ann", "bob"]
    assert [set(role.functions) for role in Role.objects.order_by("code")] == [
        {"POLICY.EDIT", "ROLE.DEF", "ROLE.GRANT", "VIEW"},
        {"POLICY.APPR", "ROLE.APPR", "VIEW"},
    ]
    assert AuditEntry.objects.filter(action="access:bootstrap").count() == 2
    assert not any(user.is_superuser or user.is_staff for user in users)


def test_a_second_bootstrap_is_refused(db):
    start()
    with pytest.raises(DomainError) as caught:
        start(FirstPerson("eve", "Eve", "a-long-enough-word-3"), TWO)
    assert caught.value.code == "IAM-013"
    assert Person.objects.count() == 2


def test_one_person_cannot_be_both(db):
    with pytest.raises(DomainError) as caught:
        start(ONE, FirstPerson("ANN", "Ann again", "a-long-enough-word-3"))
    assert caught.value.code == "IAM-010"
    assert not Person.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1234", "12345678901", "ann"])
def test_weak_passwords_create_nobody(db, password):
    with pytest.raises(DomainError) as caught:
        start(FirstPerson("ann", "Ann", password))
    assert caught.value.code == "IAM-011"
    assert not User.objects.exists()


def test_a_password_is_in_no_repr():
    assert "a-long-enough" not in repr(ONE)


def test_the_two_together_give_the_first_role_and_neither_alone_does(db):
    ann, bob = (actor_for(user, source=Source.UI) for user in start())
    change = role_propose(
        actor=ann, reason="Controllers", code="ctl", name="Controller", functions=["MAP.APPR"]
    )
    sha = {"change_id": change.pk, "content_sha256": change.content_sha256, "reason": ""}
    with pytest.raises(DomainError):
        change_approve(actor=ann, **sha)
    assert change_approve(actor=bob, **sha).state == "active"
    with pytest.raises(DomainError):
        grant_propose(actor=bob, reason="x", person="bob", role="ctl", valid_from=dt.date(2026, 1, 1))
    assert Grant.objects.count() == 2


def test_the_command_prints_made_up_passwords_once(db, capsys, monkeypatch):
    monkeypatch.setenv("TIEOUT_BOOTSTRAP_PASSWORD_1", "a-long-enough-word-1")
    call_command("bootstrap", administrator="ann=Ann", approver="bob=Bob")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ann: the password you gave"
    assert lines[1].startswith("bob: password ")
    assert User.objects.get(username="bob").check_password(lines[1].rpartition(" ")[2])
    with pytest.raises(CommandError, match="IAM-013"):
        call_command("bootstrap", administrator="c=C", approver="d=D")

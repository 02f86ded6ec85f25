"""Who sets a password could sign in with it: such an account never decides on what the setter had a hand in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse

from portal.access.services import (
    account_create,
    account_set_password,
    bootstrap,
    grant_propose,
    person_edit,
    person_register,
    role_propose,
)
from portal.access.services.bootstrap import FirstPerson
from portal.approvals.selectors import awaiting
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.actor import Source, system_actor
from portal.core.errors import BadInput, Forbidden
from portal.people.actors import actor_for
from portal.people.models import User
from tests.api.client import Caller
from tests.conftest import PASSWORD

NEW = "staple-battery-4711"
WHY = "Has forgotten it"


@pytest.fixture
def change(sod_admin):
    return role_propose(actor=sod_admin, reason=WHY, code="clerk", name="Clerk", functions=["VIEW"])


def set_for(account: User, actor) -> User:
    account_set_password(actor=actor, reason=WHY, account_id=account.pk, password=NEW)
    account.refresh_from_db()
    return account


def approve(account: User, change):
    actor = actor_for(account, source=Source.UI)
    return change_approve(
        actor=actor, reason="Read", change_id=change.pk, content_sha256=change.content_sha256
    )


def refused(account: User, change) -> str:
    with pytest.raises(Forbidden) as caught:
        approve(account, change)
    change.refresh_from_db()
    assert (caught.value.code, change.state) == ("APR-011", "submitted")
    return caught.value.message


def test_an_approver_whose_password_the_requester_set_is_refused(users, sod_admin, change):
    words = refused(set_for(users["sod_approver"], sod_admin), change)
    assert words.startswith("Sod Admin, who contributed to this change, set your password or the address ")
    assert AuditEntry.objects.filter(action="approvals:change:approve", outcome="denied", code="APR-011")
    assert awaiting(actor_for(users["sod_approver"], source=Source.UI)) == []


def test_a_second_account_with_a_password_of_the_requester_is_refused(users, sod_admin, change):
    person = users["sod_approver"].person
    second = account_create(actor=sod_admin, reason=WHY, person_id=person.pk, username="oskar2", password=NEW)
    refused(second, change)
    assert approve(users["sod_approver"], change).state == "active", "the person's own account decides"


def test_a_password_set_through_such_an_account_counts_as_set_by_the_same_person(
    users, sod_admin, change, make_user
):
    second = make_user("sod_admin_2", ["ROLE.GRANT"])
    set_for(second, sod_admin)
    third = User.objects.create_user(username="sod_admin_3", password=PASSWORD, person=second.person)
    account_set_password(
        actor=actor_for(second, source=Source.UI), reason=WHY, account_id=third.pk, password=NEW
    )
    third.refresh_from_db()
    assert third.password_set_by_id == sod_admin.person_id


def test_the_page_says_so_before_anyone_tries_and_the_api_when_one_does(users, sod_admin, change, client):
    account = set_for(users["sod_approver"], sod_admin)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()
    assert "APR-011" in page
    assert "Sod Admin, who contributed to this change, set your password" in page
    answer = Caller(account).post(
        f"/api/v1/changes/{change.pk}/approve/", {"content_sha256": change.content_sha256, "reason": "Read"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "APR-011")


def test_changing_ones_own_password_does_not_clear_it(users, sod_admin, change, client):
    account = set_for(users["sod_approver"], sod_admin)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    form = {"oldpassword": NEW, "password1": "another-horse-0815", "password2": "another-horse-0815"}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    account.refresh_from_db()
    assert account.check_password("another-horse-0815")
    refused(account, change)


def test_a_mailed_link_clears_it(users, sod_admin, change, client, settings):
    settings.EMAIL_HOST = "mail.example.com"
    account = set_for(users["sod_approver"], sod_admin)
    User.objects.filter(pk=account.pk).update(email="oskar@example.com")
    client.post(reverse("account_reset_password"), {"email": "oskar@example.com"})
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)[0]
    form = {"password1": "another-horse-0815", "password2": "another-horse-0815"}
    client.post(client.get(link)["Location"], form)
    account.refresh_from_db()
    assert account.check_password("another-horse-0815")
    assert (account.password_set_by, account.password_set_at) == (None, None)
    assert approve(account, change).state == "active"


def mailed(account: User, client, address: str, settings) -> None:
    """The account gets a new password by the link that is mailed to the address."""
    settings.EMAIL_HOST = "mail.example.com"
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": address})
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[-1].body)[0]
    form = {"password1": "another-horse-0815", "password2": "another-horse-0815"}
    client.post(client.get(link)["Location"], form)
    account.refresh_from_db()
    assert account.check_password("another-horse-0815")


def readdress(account: User, actor, email: str) -> None:
    person = account.person
    person_edit(actor=actor, reason=WHY, person_id=person.pk, name=person.name, email=email)
    account.refresh_from_db()


def test_a_link_mailed_to_an_address_that_the_requester_registered_counts_as_set_by_them(
    users, sod_admin, change, client, settings
):
    account = users["sod_approver"]
    readdress(account, sod_admin, "ruth@example.com")
    assert account.person.email_set_by_id == sod_admin.person_id
    mailed(account, client, "ruth@example.com", settings)
    assert account.password_set_by_id == sod_admin.person_id
    words = refused(account, change)
    assert words.startswith("Sod Admin, who contributed to this change, set your password or the address ")
    readdress(account, sod_admin, "ruth@example.com")
    other = User.objects.get(username="sod_admin")
    readdress(other, sod_admin, "own@example.com")
    assert other.person.email_set_by is None, "one's own address is one's own"


def test_an_account_made_with_a_registered_address_keeps_who_registered_it(sod_admin, client, settings):
    person = person_register(actor=sod_admin, reason=WHY, code="zoe", name="Zoe", email="zoe@example.com")
    account = account_create(actor=sod_admin, reason=WHY, person_id=person.pk, username="zoe")
    mailed(account, client, "zoe@example.com", settings)
    assert account.password_set_by_id == sod_admin.person_id


def test_an_address_is_registered_by_administrators_alone_and_the_old_one_leads_nowhere(
    users, sod_admin, client, settings, django_capture_on_commit_callbacks
):
    account = users["sod_approver"]
    readdress(account, sod_admin, "old@example.com")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(reverse("account_email"), {"action_add": "", "email": "mine@example.com"})
    assert "your role administrator" in page.content.decode()
    client.logout()
    settings.EMAIL_HOST = "mail.example.com"
    client.post(reverse("account_reset_password"), {"email": "old@example.com"})
    with django_capture_on_commit_callbacks(execute=True):
        mail.outbox.clear()
        readdress(account, sod_admin, "new@example.com")
    [told] = mail.outbox
    assert told.to == ["old@example.com"]
    assert "Sod Admin" in told.body
    assert "new@example.com" not in told.body
    for address in ("old@example.com", "mine@example.com"):
        mail.outbox.clear()
        client.post(reverse("account_reset_password"), {"email": address})
        assert "/password/reset/key/" not in "".join(message.body for message in mail.outbox)


def test_who_set_the_password_of_the_setter_counts_too(users, sod_admin, change, make_user):
    """The requester sets a colleague's password, signs in as them and sets the approver's."""
    middle = set_for(make_user("middle", ["ROLE.GRANT"]), sod_admin)
    account = set_for(users["sod_approver"], actor_for(middle, source=Source.UI))
    assert account.password_set_by_id == middle.person_id
    refused(account, change)


def test_another_administrator_or_the_command_line_takes_its_place(users, sod_admin, change, make_user):
    account = set_for(users["sod_approver"], sod_admin)
    other = actor_for(make_user("other_admin", ["ROLE.GRANT"]), source=Source.UI)
    assert set_for(account, other).password_set_by_id == other.person_id
    set_for(account, sod_admin)
    assert set_for(account, system_actor("command line", Source.CLI)).password_set_by is None
    assert approve(account, change).state == "active"


def test_a_person_whom_the_change_concerns_does_not_decide_through_another(users, sod_admin, make_user):
    proposer = actor_for(make_user("proposer", ["ROLE.GRANT"]), source=Source.UI)
    change = grant_propose(
        actor=proposer,
        reason=WHY,
        person="sod_admin",
        role="role-auditor",
        valid_from=dt.date(2026, 1, 1),
    )
    words = refused(set_for(users["sod_approver"], sod_admin), change)
    assert "whom this change concerns" in words


def test_bootstrap_leaves_nobody_behind(db):
    people = [FirstPerson(code, name, f"{word}-battery-4711") for code, name, word in
              (("ruth", "Ruth Adler", "staple"), ("oskar", "Oskar Lind", "paper"))]  # fmt: skip
    made = bootstrap(
        actor=system_actor("bootstrap", Source.CLI), reason=WHY, administrator=people[0], approver=people[1]
    )
    assert [user.password_set_by for user in made] == [None, None]


def test_the_page_of_the_person_names_who_set_the_password(users, sod_admin, client):
    account = set_for(users["sod_approver"], sod_admin)
    client.force_login(users["sod_admin"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("access:person-detail", kwargs={"pk": account.person_id})).content.decode()
    assert "password set by Sod Admin on " in page


@pytest.mark.parametrize("weak", ["194850271635", "Sod-Approver", "password1234", "Sod Approver 1"])
def test_weak_passwords_are_refused(users, sod_admin, weak):
    account = users["sod_approver"]
    User.objects.filter(pk=account.pk).update(username="os")
    with pytest.raises(BadInput) as caught:
        account_set_password(actor=sod_admin, reason=WHY, account_id=account.pk, password=weak)
    assert caught.value.code == "IAM-011"
    with pytest.raises(BadInput) as caught:
        account_create(actor=sod_admin, reason=WHY, person_id=account.person_id, username="x1", password=weak)
    assert caught.value.code == "IAM-011"


def test_who_set_the_password_of_the_requester_decides_no_more_than_the_requester(make_user, client):
    """The other way round: set a colleague's password, propose in their name, approve in one's own."""
    approver = make_user("both", ["VIEW", "ROLE.APPR", "ROLE.GRANT"])
    requester = set_for(make_user("requester", ["ROLE.DEF"]), actor_for(approver, source=Source.UI))
    change = role_propose(
        actor=actor_for(requester, source=Source.UI), reason=WHY, code="own", name="Own", functions=["VIEW"]
    )
    with pytest.raises(Forbidden) as caught:
        approve(approver, change)
    assert caught.value.code == "APR-006"
    assert "You set the password of Requester, who contributed" in caught.value.message
    assert awaiting(actor_for(approver, source=Source.UI)) == []
    other = make_user("other_approver", ["VIEW", "ROLE.APPR"])
    assert approve(other, change).state == "active"

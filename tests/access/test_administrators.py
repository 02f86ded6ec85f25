"""Nobody locks the organisation out: there is always one who proposes grants, and another who approves them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.access.services import (
    account_set_active,
    grant_propose,
    grant_revoke,
    person_edit,
    role_propose,
)
from portal.approvals.services import change_activate, change_approve
from portal.audit.models import AuditEntry
from portal.core.actor import Source, system_actor
from portal.core.clock import today
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from portal.people.models import Person, User
from tests.api.client import Caller
from tests.factories.web import version_read

WHY = "Leaves the company"
DAY = dt.timedelta(days=1)


def refusal(call, **kwargs) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(reason=WHY, **kwargs)
    return caught.value


def disable(actor, user: User) -> Person:
    return person_edit(
        actor=actor, reason=WHY, person_id=user.person_id, name=user.person.name, is_active=False
    )


@pytest.fixture
def second(users, make_user):
    """Another role administrator."""
    return actor_for(make_user("second", [F.VIEW, F.ROLE_GRANT, F.ROLE_DEF]), source=Source.UI)


def test_nobody_disables_themselves(users, sod_admin, second):
    with pytest.raises(DomainError) as caught:
        disable(sod_admin, users["sod_admin"])
    assert caught.value.code == "IAM-018"
    found = refusal(account_set_active, actor=sod_admin, account_id=users["sod_admin"].pk, active=False)
    assert (found.code, found.hint) == ("IAM-018", "Ask another role administrator to do it.")
    assert AuditEntry.objects.filter(outcome="denied", code="IAM-018").count() == 2
    assert not disable(second, users["sod_admin"]).is_active, "another administrator does"


def test_nor_over_the_page_or_the_api(users, client):
    admin = users["sod_admin"]
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("access:person-edit", kwargs={"pk": admin.person_id})
    form = {"name": admin.person.name, "reason": WHY, **version_read(client, page)}
    answer = client.post(page, form)
    assert "IAM-018" in answer.content.decode()
    caller = Caller(admin)
    url = f"/api/v1/people/{admin.person_id}/"
    body = {"name": admin.person.name, "is_active": False, "reason": WHY}
    answer = caller.send("patch", url, body, if_match=caller.get(url)["ETag"])
    assert answer.json()["code"] == "IAM-018"
    assert Person.objects.get(pk=admin.person_id).is_active


@pytest.mark.parametrize("name", ["sod_admin", "sod_approver"])
def test_the_last_holder_of_a_duty_is_not_disabled(users, name):
    system = system_actor("command line", Source.CLI)
    with pytest.raises(DomainError) as caught:
        disable(system, users[name])
    verb = {"sod_admin": "propose", "sod_approver": "approve"}[name]
    assert caught.value.message == f"Afterwards nobody active could {verb} grants over everything."
    found = refusal(account_set_active, actor=system, account_id=users[name].pk, active=False)
    assert (found.code, "First have the duty granted" in found.hint) == ("IAM-019", True)


def test_an_account_beside_another_of_the_same_person_is_disabled(users, sod_admin):
    approver = users["sod_approver"]
    User.objects.create_user(username="oskar2", password="x", person=approver.person)
    assert not account_set_active(actor=sod_admin, reason=WHY, account_id=approver.pk, active=False).is_active


def test_an_heir_over_one_scope_or_without_an_account_or_of_a_past_day_is_none(users, make_user):
    system = system_actor("command line", Source.CLI)
    heir = make_user("heir", [F.ROLE_APPR])
    grant, person = Grant.objects.filter(person=heir.person), heir.person
    for spoil in (
        lambda: grant.update(scope_kind="system", scope_id=1, scope_label="ERP"),
        lambda: grant.update(scope_kind="", scope_id=None, valid_to=today() - DAY),
        lambda: grant.update(valid_to=today() + 7 * DAY),
        lambda: grant.update(valid_to=None) and User.objects.filter(person=person).update(is_active=False),
        lambda: User.objects.filter(person=person).update(is_active=True, kind="service"),
    ):
        spoil()
        with pytest.raises(DomainError) as caught:
            disable(system, users["sod_approver"])
        assert caught.value.code == "IAM-019"
    User.objects.filter(person=person).update(kind="person")
    assert not disable(system, users["sod_approver"]).is_active


def test_one_person_with_both_duties_is_not_enough(users, sod_admin):
    Role.objects.filter(code="role-sod_admin").update(functions=["ROLE.GRANT", "ROLE.APPR"])
    with pytest.raises(DomainError) as caught:
        disable(sod_admin, users["sod_approver"])
    assert caught.value.code == "IAM-019"


@pytest.mark.parametrize("days", [0, 30])
def test_the_last_grant_of_the_duty_is_not_ended(users, sod_admin, days):
    grant = Grant.objects.get(person_id=users["sod_approver"].person_id)
    found = refusal(grant_revoke, actor=sod_admin, grant_id=grant.pk, last_day=today() + days * DAY)
    assert found.code == "IAM-019"
    assert str(today() + (days + 1) * DAY) in found.message
    found = refusal(
        grant_propose,
        actor=sod_admin,
        person="sod_approver",
        role="role-sod_approver",
        valid_from=today() + DAY,
    )
    assert found.code == "IAM-019"


def test_the_last_duty_is_not_taken_out_of_its_role(users, sod_admin):
    found = refusal(role_propose, actor=sod_admin, code="role-sod_approver", name="X", functions=["VIEW"])
    assert found.code == "IAM-019"


def test_what_is_approved_is_not_put_in_force_when_it_has_become_the_last(
    users, sod_admin, sod_approver, make_user
):
    heir = make_user("heir", [F.ROLE_GRANT])
    grant = Grant.objects.get(person=heir.person)
    change = grant_revoke(actor=sod_admin, reason=WHY, grant_id=grant.pk, last_day=today())
    Grant.objects.filter(person_id=sod_admin.person_id).update(valid_to=today())
    type(change).objects.filter(pk=change.pk).update(state="approved")
    assert change_activate(change_id=change.pk).state != "active"
    grant.refresh_from_db()
    assert grant.valid_to is None
    change.refresh_from_db()
    assert [finding["code"] for finding in change.findings] == ["IAM-019"]
    with pytest.raises(DomainError) as caught:
        change_approve(
            actor=sod_approver, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256
        )
    assert caught.value.code == "IAM-019"


def test_with_an_heir_the_grant_ends(users, sod_admin, sod_approver, make_user):
    make_user("heir", [F.ROLE_APPR])
    grant = Grant.objects.get(person_id=sod_approver.person_id)
    change = grant_revoke(actor=sod_admin, reason=WHY, grant_id=grant.pk, last_day=today())
    heir = actor_for(User.objects.get(username="heir"), source=Source.UI)
    done = change_approve(actor=heir, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256)
    assert done.state == "active"

"""Persons and accounts are registered by role administrators; an account alone grants nothing."""

from __future__ import annotations

import pytest

from portal.access.authority import permissions_held
from portal.access.services import account_create, account_set_active, person_edit, person_register
from portal.audit.models import AuditEntry
from portal.core.actor import Source
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from portal.people.models import Person, User


def code_of(call, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(reason="x", **kwargs)
    return caught.value.code


@pytest.fixture
def ann(sod_admin):
    return person_register(actor=sod_admin, reason="New", code="ann", name="Ann", email="ann@example.org")


def last_action() -> str:
    return AuditEntry.objects.order_by("-id").values_list("action", flat=True)[0]


def test_a_person_is_registered_and_recorded(ann):
    assert (ann.code, ann.is_active, last_action()) == ("ann", True, "access:person:register")


@pytest.mark.parametrize("code", ["ann", "ANN", "Ann"])
def test_a_code_is_taken_in_every_case(ann, sod_admin, code):
    assert code_of(person_register, actor=sod_admin, code=code, name="Other") == "IAM-010"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"code": "a b"}, "API-011"),
        ({"name": "a\u200bb"}, "API-011"),
        ({"email": "x"}, "API-005"),
        ({"name": ""}, "API-005"),
    ],
)
def test_a_wrong_person_is_refused(sod_admin, values, code):
    assert code_of(person_register, actor=sod_admin, **{"code": "p", "name": "P", **values}) == code
    assert not Person.objects.filter(code="p").exists()


def test_only_role_administrators_register_and_edit(ann, controller_a, stranger):
    assert code_of(person_register, actor=controller_a, code="p", name="P") == "IAM-001"
    assert code_of(person_edit, actor=controller_a, person_id=ann.pk, name="P") == "IAM-001"
    assert code_of(person_edit, actor=stranger, person_id=ann.pk, name="P") == "API-404"
    assert code_of(account_create, actor=controller_a, person_id=ann.pk, username="a") == "IAM-001"
    assert code_of(account_set_active, actor=controller_a, account_id=1, active=False) == "IAM-001"


def test_a_person_is_edited_with_before_and_after(ann, sod_admin):
    person_edit(actor=sod_admin, reason="Married", person_id=ann.pk, name="Ann B", is_active=False)
    entry = AuditEntry.objects.get(action="access:person:edit")
    assert '"is_active":true' in entry.payload
    assert '"is_active":false' in entry.payload
    assert ann.history.count() == 2


def test_a_new_account_holds_no_permission(ann, sod_admin):
    user = account_create(
        actor=sod_admin, reason="New", person_id=ann.pk, username="ann", password="correct-horse-battery-1"
    )
    assert user.check_password("correct-horse-battery-1")
    assert permissions_held(actor_for(user, source=Source.UI)) == set()


def test_an_account_without_a_password_cannot_sign_in(ann, sod_admin):
    user = account_create(actor=sod_admin, reason="New", person_id=ann.pk, username="ann", kind="service")
    assert (user.has_usable_password(), user.kind) == (False, "service")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"username": "CONTROLLER_A"}, "IAM-010"),
        ({"username": "a b"}, "API-011"),
        ({"username": "admin\r\nlogin ok"}, "API-011"),
        ({"username": "n", "password": "short"}, "IAM-011"),
        ({"username": "n", "kind": "god"}, "API-005"),
    ],
)
def test_a_wrong_account_is_refused(ann, sod_admin, values, code):
    assert code_of(account_create, actor=sod_admin, person_id=ann.pk, **values) == code
    assert not User.objects.filter(person=ann).exists()


def test_accounts_are_disabled_and_enabled(ann, sod_admin):
    user = account_create(actor=sod_admin, reason="New", person_id=ann.pk, username="ann")
    assert not account_set_active(
        actor=sod_admin, reason="Lost", account_id=user.pk, active=False
    ).may_sign_in
    assert account_set_active(actor=sod_admin, reason="Found", account_id=user.pk, active=True).may_sign_in


def test_an_unknown_account_is_not_found(sod_admin):
    assert code_of(account_set_active, actor=sod_admin, account_id=999_999, active=False) == "API-404"


def test_a_superuser_flag_grants_nothing(stranger, users):
    User.objects.filter(pk=users["stranger"].pk).update(is_superuser=True, is_staff=True)
    users["stranger"].refresh_from_db()
    assert permissions_held(actor_for(users["stranger"], source=Source.UI)) == set()

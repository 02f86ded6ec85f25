"""Grants: proposed, approved by another, effective by day and scope, never overlapping in silence."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import System
from catalog.permissions import P as Catalog
from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.access.services import grant_propose, grant_revoke, role_propose
from portal.access.services.grants import grant_key
from portal.approvals.services import change_approve
from portal.core import authority
from portal.core.actor import Source
from portal.core.clock import today
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from portal.people.models import Person, User

WHY = "Joins the group accounting team."
DAY = dt.timedelta(days=1)


@pytest.fixture
def role(db):
    return Role.objects.create(code="author", name="Author", functions=[str(F.CAT_AUTHOR)])


@pytest.fixture
def system(db):
    return System.objects.create(code="erp", name="ERP", kind="erp")


def propose(actor, **kwargs):
    values = {"person": "stranger", "role": "author", "valid_from": today(), **kwargs}
    return grant_propose(actor=actor, reason=WHY, **values)


def approve(actor, change):
    return change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_grant_is_in_force_only_after_approval(role, sod_admin, sod_approver, stranger):
    change = propose(sod_admin)
    assert not authority.allowed(stranger, Catalog.SYSTEM_EDIT)
    assert approve(sod_approver, change).state == "active"
    assert authority.allowed(stranger, Catalog.SYSTEM_EDIT)
    assert Grant.objects.get(role=role).change_ref == change.ref


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [(-10, None, True), (0, 0, True), (1, None, False), (-10, -1, False), (-10, 0, True)],
)
def test_a_grant_holds_from_its_first_to_its_last_day(
    role, sod_admin, sod_approver, stranger, first, last, holds
):
    days = {"valid_from": today() + first * DAY, "valid_to": None if last is None else today() + last * DAY}
    approve(sod_approver, propose(sod_admin, **days))
    assert authority.allowed(stranger, Catalog.SYSTEM_EDIT) is holds


def test_a_scoped_grant_reaches_its_scope_only(role, system, sod_admin, sod_approver, stranger):
    other = System.objects.create(code="other", name="Other", kind="erp")
    approve(sod_approver, propose(sod_admin, scope_kind="system", scope_id=system.pk))
    assert authority.allowed(stranger, Catalog.SYSTEM_EDIT, system)
    assert not authority.allowed(stranger, Catalog.SYSTEM_EDIT, other)
    assert [s.pk for s in System.objects.restrict(stranger, Catalog.SYSTEM_VIEW)] == [system.pk]


def test_an_inactive_person_holds_nothing_at_once(role, sod_admin, sod_approver, stranger):
    approve(sod_approver, propose(sod_admin))
    Person.objects.filter(pk=stranger.person_id).update(is_active=False)
    assert not authority.allowed(stranger, Catalog.SYSTEM_EDIT)


def test_the_beneficiary_never_approves_his_grant_through_no_account(role, sod_admin, sod_approver, users):
    change = propose(sod_admin, person="sod_approver")
    assert code_of(approve, sod_approver, change) == "APR-006"
    second = User.objects.create_user(username="sa2", password="x", person=users["sod_approver"].person)
    assert code_of(approve, actor_for(second, source=Source.UI), change) == "APR-006"


def test_a_beneficiary_of_one_grant_may_approve_another(role, sod_admin, sod_approver, make_user):
    user = make_user("second_approver", [F.VIEW, F.ROLE_APPR])
    approve(actor_for(user, source=Source.UI), propose(sod_admin, person="sod_approver"))
    assert approve(sod_approver, propose(sod_admin)).state == "active"


def test_an_approver_over_one_scope_does_not_approve_a_grant_over_everything(
    role, system, sod_admin, make_user
):
    user = make_user("local_approver", [])
    duty = Role.objects.create(code="local", name="Local", functions=[str(F.ROLE_APPR), str(F.VIEW)])
    Grant.objects.create(
        person=user.person, role=duty, scope_kind="system", scope_id=system.pk, valid_from=today()
    )
    local = actor_for(user, source=Source.UI)
    assert code_of(approve, local, propose(sod_admin)) == "IAM-001"
    scoped = propose(sod_admin, scope_kind="system", scope_id=system.pk)
    assert approve(local, scoped).state == "active"


def test_a_proposer_over_one_scope_proposes_only_there(role, system, make_user):
    user = make_user("local_admin", [])
    duty = Role.objects.create(code="local", name="Local", functions=[str(F.ROLE_GRANT), str(F.VIEW)])
    Grant.objects.create(
        person=user.person, role=duty, scope_kind="system", scope_id=system.pk, valid_from=today()
    )
    Person.objects.create(code="stranger", name="Stranger")
    local = actor_for(user, source=Source.UI)
    assert code_of(propose, local) == "IAM-001"
    assert propose(local, scope_kind="system", scope_id=system.pk).state == "submitted"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"person": "nobody"}, "IAM-012"),
        ({"role": "nothing"}, "IAM-012"),
        ({"scope_kind": "planet", "scope_id": 1}, "IAM-016"),
        ({"scope_kind": "system", "scope_id": 999}, "IAM-016"),
        ({"scope_kind": "system"}, "IAM-016"),
        ({"valid_to": dt.date(2000, 1, 1)}, "IAM-012"),
    ],
)
def test_a_wrong_proposal_is_refused(role, sod_admin, users, wrong, code):
    assert code_of(propose, sod_admin, **wrong) == code


def test_only_role_administrators_propose(role, controller_a, users):
    assert code_of(propose, controller_a) == "IAM-001"


def test_a_grant_of_other_days_comes_beside_the_old_one(role, sod_admin, sod_approver):
    past = {"valid_from": today() - 400 * DAY, "valid_to": today() - 100 * DAY}
    approve(sod_approver, propose(sod_admin, **past))
    approve(sod_approver, propose(sod_admin))
    rows = Grant.objects.filter(role=role).order_by("valid_from")
    assert [(g.valid_from, g.valid_to) for g in rows] == [
        (past["valid_from"], past["valid_to"]),
        (today(), None),
    ]


def test_new_days_for_an_existing_grant_change_that_grant(role, sod_admin, sod_approver):
    approve(sod_approver, propose(sod_admin))
    change = propose(sod_admin, valid_to=today() + 30 * DAY)
    assert change.payload["changes"] == Grant.objects.get(role=role).pk
    approve(sod_approver, change)
    assert Grant.objects.get(role=role).valid_to == today() + 30 * DAY


def test_days_that_overlap_several_grants_are_refused(role, sod_admin, users):
    person = Person.objects.get(code="stranger")
    for start in (0, 20):
        Grant.objects.create(
            person=person, role=role, valid_from=today() + start * DAY, valid_to=today() + (start + 5) * DAY
        )
    assert code_of(propose, sod_admin, valid_from=today()) == "IAM-017"


def test_the_same_grant_again_is_no_change(role, sod_admin, sod_approver):
    approve(sod_approver, propose(sod_admin))
    assert code_of(propose, sod_admin) == "APR-008"


def test_a_role_that_became_stronger_meanwhile_voids_the_approval(role, sod_admin, sod_approver):
    change = propose(sod_admin)
    role.functions, role.number = [str(F.CAT_AUTHOR), str(F.CAT_APPR)], 2
    role.save()
    assert code_of(approve, sod_approver, change) == "APR-004"
    change.refresh_from_db()
    assert approve(sod_approver, change).state == "active"


def test_a_grant_to_a_person_who_left_meanwhile_is_not_approved(role, sod_admin, sod_approver, stranger):
    change = propose(sod_admin)
    Person.objects.filter(pk=stranger.person_id).update(is_active=False)
    assert code_of(approve, sod_approver, change) == "APR-004"
    change.refresh_from_db()
    assert code_of(approve, sod_approver, change) == "IAM-012"


def test_revoking_sets_the_last_day_of_that_very_grant(role, sod_admin, sod_approver, stranger):
    approve(sod_approver, propose(sod_admin, valid_from=today() - 10 * DAY))
    grant = Grant.objects.get(role=role)
    change = grant_revoke(actor=sod_admin, reason="Moves on", grant_id=grant.pk, last_day=today() - DAY)
    assert authority.allowed(stranger, Catalog.SYSTEM_EDIT)
    approve(sod_approver, change)
    assert not authority.allowed(stranger, Catalog.SYSTEM_EDIT)
    grant.refresh_from_db()
    assert (grant.valid_to, grant.change_ref) == (today() - DAY, change.ref)


def test_a_grant_is_not_revoked_before_its_first_day(role, sod_admin, sod_approver):
    approve(sod_approver, propose(sod_admin))
    grant = Grant.objects.get(role=role)
    revoke = {"actor": sod_admin, "reason": "x", "grant_id": grant.pk, "last_day": today() - DAY}
    assert code_of(grant_revoke, **revoke) == "IAM-012"


def test_who_may_only_look_at_grants_does_not_revoke(role, auditor, stranger, sod_approver, sod_admin):
    approve(sod_approver, propose(sod_admin))
    revoke = {"reason": "x", "grant_id": Grant.objects.get(role=role).pk, "last_day": today()}
    assert code_of(grant_revoke, actor=auditor, **revoke) == "IAM-001"
    assert code_of(grant_revoke, actor=stranger, **revoke) == "API-404"


def test_the_subject_of_a_grant_is_person_role_and_scope():
    payload = {"person": "p", "role": "r", "scope_kind": "system", "scope_id": 5}
    assert grant_key(payload) == "p/r/system:5"


def test_a_role_is_proposed_and_versioned(sod_admin, sod_approver):
    first = role_propose(actor=sod_admin, reason=WHY, code="ctl", name="Controller", functions=["MAP.APPR"])
    approve(sod_approver, first)
    again = role_propose(
        actor=sod_admin, reason=WHY, code="ctl", name="Controller", functions=["MAP.APPR", "VIEW"]
    )
    approve(sod_approver, again)
    role = Role.objects.get(code="ctl")
    assert (role.number, role.functions) == (2, ["MAP.APPR", "VIEW"])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"functions": ["MAP.EVERYTHING"]}, "IAM-012"),
        ({"code": "a b"}, "API-011"),
        ({"name": "x\u202e"}, "API-011"),
        ({"code": "AUTHOR"}, "IAM-010"),
        ({"code": "author", "name": "Author", "functions": ["CAT.AUTHOR"]}, "APR-008"),
    ],
)
def test_a_wrong_role_is_refused(role, sod_admin, values, code):
    usual = {"code": "new", "name": "New", "functions": ["VIEW"]}
    assert code_of(role_propose, actor=sod_admin, reason=WHY, **{**usual, **values}) == code


def test_who_holds_a_role_never_approves_a_change_of_it(sod_admin, sod_approver, make_user):
    change = role_propose(
        actor=sod_admin,
        reason=WHY,
        code="role-sod_approver",
        name="More",
        functions=["ROLE.APPR", "MAP.APPR"],
    )
    assert code_of(approve, sod_approver, change) == "APR-006"
    other = make_user("second_approver", [F.VIEW, F.ROLE_APPR])
    assert approve(actor_for(other, source=Source.UI), change).state == "active"


def test_who_received_the_role_meanwhile_does_not_approve_it_either(role, sod_admin, sod_approver):
    change = role_propose(actor=sod_admin, reason=WHY, code="author", name="Author", functions=["MAP.APPR"])
    Grant.objects.create(person_id=sod_approver.person_id, role=role, valid_from=today())
    assert code_of(approve, sod_approver, change) == "APR-006"

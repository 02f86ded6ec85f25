"""Lists are restricted by grants; single objects are 404 to strangers and 403 to those who may only look."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import Connection, FinanceObject, System
from catalog.permissions import P
from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.core import authority
from portal.core.actor import Source, system_actor
from portal.core.errors import DomainError, NotFound
from portal.people.actors import actor_for

FIRST = dt.date(2020, 1, 1)


@pytest.fixture
def systems(db):
    return [System.objects.create(code=code, name=code, kind="erp") for code in ("a", "b", "c")]


@pytest.fixture
def local(make_user, systems):
    """May author in system a, and look at system b."""
    user = make_user("local", [])
    for scope, functions in ((systems[0], [F.CAT_AUTHOR]), (systems[1], [F.VIEW])):
        role = Role.objects.create(code=f"in-{scope.code}", name="x", functions=list(map(str, functions)))
        Grant.objects.create(
            person=user.person, role=role, scope_kind="system", scope_id=scope.pk, valid_from=FIRST
        )
    return actor_for(user, source=Source.UI)


def code_of(actor, permission, **lookup) -> str:
    try:
        return System.objects.get_for(actor, permission, **lookup).code
    except DomainError as error:
        return f"{error.status}"


def test_a_list_shows_what_the_scopes_cover(systems, local, architect, stranger):
    def seen(actor):
        return [system.code for system in System.objects.restrict(actor, P.SYSTEM_VIEW)]

    assert seen(local) == ["a", "b"]
    assert seen(architect) == seen(system_actor()) == ["a", "b", "c"]
    assert seen(stranger) == []
    assert [s.code for s in System.objects.restrict(local, P.SYSTEM_EDIT)] == ["a"]


def test_one_object_is_found_forbidden_or_not_there(systems, local, stranger):
    found = [code_of(local, P.SYSTEM_EDIT, code=code) for code in "abcx"]
    assert found == ["a", "403", "404", "404"]
    assert code_of(stranger, P.SYSTEM_VIEW, code="a") == "404"
    assert code_of(local, P.SYSTEM_EDIT, code="a", lock=True) == "a"


def test_absent_and_foreign_objects_are_told_in_the_same_words(systems, local):
    words = []
    for code in ("c", "nowhere"):
        with pytest.raises(NotFound) as caught:
            System.objects.get_for(local, P.SYSTEM_VIEW, code=code)
        words.append((caught.value.code, caught.value.message, caught.value.hint))
    assert words[0] == words[1]


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "1\x00",
        "99999999999999999999999",
        10**30,
        -1,
        None,
        {"a": 1},
        [1],
        1.5e300,
        "１",
        "1_0",
        "+1",
        " 1",
    ],
)
def test_absurd_keys_are_not_found(systems, architect, key):
    assert code_of(architect, P.SYSTEM_VIEW, pk=key) == "404"


def test_scopes_reach_objects_below_the_scope_object(systems, local):
    for system in systems:
        Connection.objects.create(system=system, code=f"of-{system.code}", connector="file")
    seen = Connection.objects.restrict(local, P.SYSTEM_VIEW)
    assert [connection.code for connection in seen] == ["of-a", "of-b"]


def test_objects_without_a_scope_are_seen_by_any_holder_of_the_permission(local, stranger):
    FinanceObject.objects.create(code="actuals", name="Actuals")
    assert FinanceObject.objects.restrict(local, P.FINANCE_OBJECT_VIEW).count() == 1
    assert FinanceObject.objects.restrict(stranger, P.FINANCE_OBJECT_VIEW).count() == 0


def test_everywhere_is_more_than_somewhere(systems, local, architect):
    assert authority.allowed(local, P.SYSTEM_EDIT)
    authority.check_everywhere(architect, P.SYSTEM_EDIT)
    with pytest.raises(DomainError) as caught:
        authority.check_everywhere(local, P.SYSTEM_EDIT)
    assert caught.value.code == "IAM-001"


def test_before_an_authority_is_installed_everything_is_denied(architect, systems):
    nobody = authority._Nobody()
    assert not nobody.allowed(architect, P.SYSTEM_VIEW, None)
    assert not nobody.allowed_everywhere(architect, P.SYSTEM_VIEW)
    assert not nobody.restrict(architect, P.SYSTEM_VIEW, System.objects.all()).exists()

"""Pages of people before somebody whose grants cover one system: what they show, and what they offer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from catalog.models import System
from portal.access.functions import Function as F
from portal.access.models import Grant
from tests.conftest import make_person

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def local(db, client):
    """A browser of somebody who may read and give grants, and do whatever else, over one system only."""
    mine = System.objects.create(code="mine", name="Mine", kind="erp")
    user = make_person("local", [F.VIEW, F.ROLE_GRANT, F.ROLE_DEF, F.CAT_AUTHOR, F.CAL_MAINT, F.FX_RATE])
    Grant.objects.filter(person=user.person).update(scope_kind="system", scope_id=mine.pk, scope_label="mine")
    client.force_login(user, backend=BACKEND)
    return client


def person_page(browser, user) -> str:
    return browser.get(reverse("access:person-detail", kwargs={"pk": user.person_id})).content.decode()


def test_a_persons_page_says_what_the_reader_may_see_and_the_list_agrees(local):
    other = make_person("anna", [F.MAP_PREP])
    page = person_page(local, other)
    assert "No grant that you may see." in page
    assert "None that you may see." in page
    assert "may do nothing yet" not in page
    role = reverse("access:role-detail", kwargs={"pk": other.person.grants.get().role_id})
    assert "No grant of this role that you may see." in local.get(role).content.decode()
    people = reverse("access:person-list")
    assert "anna" not in shown_roles(local, people)
    role = other.person.grants.get().role
    mine = System.objects.get()
    Grant.objects.create(
        person=other.person, role=role, scope_kind="system", scope_id=mine.pk, scope_label="mine",
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    assert "anna" in shown_roles(local, people)
    assert "of the grants that you may see" in person_page(local, other)
    whole = make_person("chief", [F.VIEW, F.ROLE_GRANT])
    local.force_login(whole, backend=BACKEND)
    assert "This person may do nothing yet." in person_page(local, make_person("new", []))
    plain = make_person("plain", [F.VIEW])
    local.force_login(plain, backend=BACKEND)
    assert shown_roles(local, people) == {"plain"}, "one's own, as on one's own page"


@pytest.mark.parametrize(
    ("duties", "scoped", "label", "words"),
    [
        ([F.VIEW], False, "Roles that you may see", "You need the permission “See grants”"),
        (
            [F.VIEW, F.ROLE_GRANT],
            True,
            "Roles that you may see",
            "what your own permission “See grants” covers",
        ),
        ([F.VIEW, F.ROLE_GRANT], False, "Roles", ""),
    ],
)
def test_the_list_of_people_does_not_show_what_is_hidden_as_if_there_were_none(
    db, client, duties, scoped, label, words
):
    make_person("anna", [F.MAP_PREP])
    reader = make_person("reader", duties)
    if scoped:
        mine = System.objects.create(code="mine", name="Mine", kind="erp")
        Grant.objects.filter(person=reader.person).update(scope_kind="system", scope_id=mine.pk)
    client.force_login(reader, backend=BACKEND)
    address = reverse("access:person-list")
    page = client.get(address).content.decode()
    assert f'data-label="{label}"' in page
    assert words in page
    assert ("See grants" in page) is bool(words)
    head = b"".join(client.get(address + "?format=csv").streaming_content).decode().splitlines()[0]
    assert label in head.lstrip("\ufeff").split(",")


def shown_roles(browser, address: str) -> set[str]:
    page = browser.get(address)
    column = next(c for c in page.context["columns"] if c.name == "roles")
    return {role for row in page.context["page"].rows for role in column.raw(row)}


@pytest.mark.parametrize(
    "name",
    ["access:person-register", "access:role-propose", "catalog:system-register", "fiscal:calendar-register",
     "catalog:finance-object-register", "mappings:rate-set-register"],
)  # fmt: skip
def test_a_form_that_could_only_be_refused_is_not_opened_and_its_button_says_why(local, name):
    refused = local.get(reverse(name))
    assert refused.status_code == 403
    assert "IAM-001" in refused.content.decode()
    area, _, page = name.partition(":")
    listed = local.get(reverse(f"{area}:{page.rpartition('-')[0]}-list")).context["actions"]
    assert [action.why[-16:] for action in listed if action.url == reverse(name)] == [" for everything."]


def test_a_password_is_not_offered_to_be_set_where_it_would_be_refused(local):
    other = make_person("anna", [F.MAP_PREP])
    address = reverse("access:account-set-password", kwargs={"pk": other.pk})
    assert local.get(address).status_code == 403
    page = local.get(reverse("access:person-detail", kwargs={"pk": other.person_id}))
    assert address not in page.content.decode()
    assert {action.label: bool(action.why) for action in page.context["actions"]} == {
        "Propose a grant": False,
        "Add an account": True,
        "Edit": True,
    }

"""What a grant is over: named whole or not at all, and told by kind and code wherever somebody reads it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from catalog.models import System
from mappings.models import Dimension, MappingSet
from portal.access.models import Grant, Role
from portal.access.services import grant_propose, grant_revoke
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import diff_of
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError
from portal.people.models import Person
from tests.api.client import Caller

WHY = "Joins the group accounting team."
DAY = dt.date(2020, 1, 1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
OVER_SYSTEM, OVER_SET = "system fuzz-s (Fuzz)", "mapping set fuzz-m (Fuzz)"


@pytest.fixture
def fuzz(users):
    """A system and a mapping set of one name, and who may get a role over them."""
    system = System.objects.create(code="fuzz-s", name="Fuzz", kind="erp")
    line = Dimension.objects.create(system=system, code="line", name="Line")
    ends = {"source_system": system, "target_system": system, "target_dimension": line}
    mapping_set = MappingSet.objects.create(code="fuzz-m", name="Fuzz", columns=[], **ends)
    return {"system": system, "mapping_set": mapping_set}


@pytest.fixture
def browser(client, users):
    client.force_login(users["sod_admin"], backend=BACKEND)
    return client


def propose(actor, **kwargs) -> ChangeRequest:
    values = {"person": "stranger", "role": "role-operator", "valid_from": DAY, "reason": WHY, **kwargs}
    return grant_propose(actor=actor, **values)


def granted(fuzz, kind: str) -> Grant:
    """A grant as earlier versions kept it: its label is the bare name."""
    person, role = Person.objects.get(code="stranger"), Role.objects.get(code="role-operator")
    scope = {"scope_kind": kind, "scope_id": fuzz[kind].pk, "scope_label": "Fuzz"}
    return Grant.objects.create(person=person, role=role, valid_from=DAY, **scope)


HALVES = [
    ({"scope_id": 1}, "the kind is missing"),
    ({"scope_id": 1, "scope_kind": ""}, "the kind is missing"),
    ({"scope_kind": "system"}, "the id is missing"),
    ({"scope_kind": "system", "scope_id": None}, "the id is missing"),
]


@pytest.mark.parametrize(("half", "words"), HALVES)
def test_half_a_scope_is_refused_and_never_everything(fuzz, users, half, words):
    body = {"person": "stranger", "role": "role-operator", "valid_from": "2027-01-01", "reason": WHY}
    refused = Caller(users["sod_admin"]).post("/api/v1/grants/", {**body, **half})
    assert (refused.status_code, refused.json()["code"]) == (400, "IAM-016")
    assert words in refused.json()["title"]
    assert not ChangeRequest.objects.exists()


def test_a_grant_over_everything_names_neither_half(fuzz, users):
    body = {"person": "stranger", "role": "role-operator", "valid_from": "2027-01-01", "reason": WHY}
    for whole in ({}, {"scope_kind": "", "scope_id": None, "role": "role-auditor"}):
        assert Caller(users["sod_admin"]).post("/api/v1/grants/", {**body, **whole}).status_code == 202
    assert {c.title.partition(" over ")[2] for c in ChangeRequest.objects.all()} == {"everything"}


@pytest.mark.parametrize(("kind", "over"), [("system", OVER_SYSTEM), ("mapping_set", OVER_SET)])
def test_who_decides_reads_kind_and_code_of_what_a_grant_is_over(fuzz, sod_admin, sod_approver, kind, over):
    change = propose(sod_admin, scope_kind=kind, scope_id=fuzz[kind].pk)
    assert change.title == f"Grant role-operator to stranger over {over}"
    assert [(row.before, row.after) for row in diff_of(change) if row.field == "scope"] == [("", over)]
    change_approve(actor=sod_approver, reason="", change_id=change.pk, content_sha256=change.content_sha256)
    assert AuditEntry.objects.get(action="access:grant:activate").subject_label.endswith(f" over {over}")


def test_who_decides_on_the_days_of_a_grant_reads_what_it_is_over(fuzz, sod_admin):
    grant = granted(fuzz, "system")
    change = grant_revoke(actor=sod_admin, reason=WHY, grant_id=grant.pk, last_day=dt.date(2020, 2, 1))
    assert change.title.endswith(OVER_SYSTEM)
    assert [(row.field, row.after, row.place) for row in diff_of(change)] == [
        ("valid_to", "2020-02-01", OVER_SYSTEM)
    ]


@pytest.mark.parametrize("page", ["grants", "grants as CSV", "person", "role", "end"])
def test_pages_tell_grants_of_one_name_apart(fuzz, browser, page):
    system, mapping_set = granted(fuzz, "system"), granted(fuzz, "mapping_set")
    addresses = {
        "grants": reverse("access:grant-list"),
        "grants as CSV": reverse("access:grant-list") + "?format=csv",
        "person": reverse("access:person-detail", args=[system.person_id]),
        "role": reverse("access:role-detail", args=[system.role_id]),
        "end": reverse("access:grant-revoke", args=[mapping_set.pk]),
    }
    shown = browser.get(addresses[page])
    text = (b"".join(shown.streaming_content) if shown.streaming else shown.content).decode()
    assert OVER_SET in text
    assert (OVER_SYSTEM in text) is (page != "end")


def test_the_list_of_grants_is_searched_and_sorted_by_kind_and_code(fuzz, browser):
    system, mapping_set = granted(fuzz, "system"), granted(fuzz, "mapping_set")
    found = browser.get(reverse("access:grant-list") + "?q=fuzz-m").context["page"].rows
    assert [row.pk for row in found] == [mapping_set.pk]
    rows = browser.get(reverse("access:grant-list") + "?q=stranger&sort=scope").context["page"].rows
    assert [row.pk for row in rows] == [mapping_set.pk, system.pk]


def test_a_proposal_of_an_earlier_version_is_decided_and_shows_what_it_is_over(fuzz, sod_admin, sod_approver):
    """Its content, and so its hash, has the bare name; its title stays as it was submitted."""
    change = propose(sod_admin, scope_kind="system", scope_id=fuzz["system"].pk)
    assert change.payload["scope_label"] == "Fuzz"
    ChangeRequest.objects.filter(pk=change.pk).update(title="Grant role-operator to stranger over Fuzz")
    assert OVER_SYSTEM in {row.after for row in diff_of(change)}
    sha = change.content_sha256
    done = change_approve(actor=sod_approver, reason="", change_id=change.pk, content_sha256=sha)
    assert done.state == "active"


def typed(browser, scope: str):
    values = {"person": "stranger", "role": "role-operator", "valid_from": "2027-01-01", "reason": WHY}
    return browser.post(reverse("access:grant-propose"), {**values, "scope": scope})


def test_the_form_offers_each_scope_by_kind_and_code_to_be_searched_by_typing(fuzz, browser):
    page = browser.get(reverse("access:grant-propose")).content.decode()
    offered = page.split("<datalist")[1].split("</datalist>")[0]
    for over in ("everything", OVER_SYSTEM, OVER_SET):
        assert f'<option value="{over}">' in offered
    assert '<option value="role-operator">operator (role-operator)</option>' in page
    for index, (text, over) in enumerate(
        [(OVER_SYSTEM, OVER_SYSTEM), ("mapping set fuzz-m", OVER_SET), ("everything", "everything")]
    ):
        assert typed(browser, text).status_code == 302
        assert ChangeRequest.objects.count() == index + 1
        assert ChangeRequest.objects.latest("pk").title.endswith(f" over {over}")


@pytest.mark.parametrize("scope", ["", " ", "Fuzz", "fuzz-s", "system", "system nope", "flow fuzz-s", "system fuzz-s fuzz-m"])  # fmt: skip
def test_a_form_that_names_no_scope_proposes_nothing(fuzz, browser, scope):
    refused = typed(browser, scope)
    assert refused.status_code == 422
    assert refused.context["form"].errors["scope"]
    assert not ChangeRequest.objects.exists()


def test_a_scope_out_of_reach_is_as_unknown_to_the_service_as_one_that_is_not_there(fuzz, sod_admin):
    with pytest.raises(DomainError) as caught:
        propose(sod_admin, scope_kind="planet", scope_id=1)
    assert (caught.value.code, caught.value.message) == ("IAM-016", "A grant cannot be scoped to 'planet'.")

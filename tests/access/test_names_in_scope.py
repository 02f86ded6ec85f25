"""Names of things outside one's scope show nowhere: not in facts, choices, searches, refusals or answers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from catalog.models import Connection, FinanceObject, Ownership, System
from catalog.services import connection_propose, ownership_propose
from mappings.models import Dimension, MappingSet
from portal.access.functions import Function as F
from portal.access.models import Grant, Role
from portal.access.services import grant_propose
from portal.core.actor import Source
from portal.core.authority import OUTSIDE
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from syncengine.models import Flow, FlowVersion
from tests.api.client import Caller
from tests.conftest import make_person

WHY = "Reaches beyond its scope"
DAY = dt.date(2024, 1, 1)
SECRET = "Zyxtresor"
DUTIES = [F.VIEW, F.CAT_AUTHOR, F.SOR_ASSIGN, F.MAP_PREP, F.MDM_MAINT, F.FLOW_DEF, F.QUAR_FIX, F.ROLE_GRANT]


@pytest.fixture
def world(db):
    """Mine, and a system that is not: it owns actuals, and is where my mapping set and my flow lead."""
    mine = System.objects.create(code="mine", name="Mine", kind="erp")
    theirs = System.objects.create(code="zyx-code", name=SECRET, kind="treasury")
    actuals = FinanceObject.objects.create(code="actuals", name="Actuals")
    Ownership.objects.create(finance_object=actuals, system=theirs, valid_from=DAY, change_ref="CR-000000")
    line = Dimension.objects.create(system=theirs, code="zyx-line", name=f"{SECRET} line")
    mapping_set = MappingSet.objects.create(
        code="lines",
        name="Lines",
        source_system=mine,
        target_system=theirs,
        target_dimension=line,
        columns=[],
    )
    Connection.objects.create(system=theirs, code="zyx-files", connector="file", content_sha256="0" * 64)
    flow = Flow.objects.create(
        code="flow", name="Flow", finance_object=actuals, source_system=mine, target_system=theirs
    )
    FlowVersion.objects.create(flow=flow, number=1, definition={}, content_sha256="0" * 64)
    return {"mine": mine, "actuals": actuals, "set": mapping_set, "flow": flow}


@pytest.fixture
def local(world, make_user):
    user = make_user("local", DUTIES)
    Grant.objects.filter(person=user.person).update(
        scope_kind="system", scope_id=world["mine"].pk, scope_label="Mine"
    )
    return user


@pytest.fixture
def browser(local, client):
    client.force_login(local, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages(world) -> dict[str, str]:
    return {
        "object": reverse("catalog:finance-object-detail", args=[world["actuals"].pk]),
        "propose an owner": reverse("catalog:ownership-propose"),
        "register a set": reverse("mappings:mapping-set-register"),
        "register a dimension": reverse("mappings:dimension-register"),
        "set": reverse("mappings:mapping-set-detail", args=[world["set"].pk]),
        "sets": reverse("mappings:mapping-set-list"),
        "sets as CSV": reverse("mappings:mapping-set-list") + "?format=csv",
        "flow": reverse("syncengine:flow-detail", args=[world["flow"].pk]),
        "flow settings": reverse("syncengine:flow-detail", args=[world["flow"].pk]) + "?tab=settings",
        "flows": reverse("syncengine:flow-list"),
        "propose a grant": reverse("access:grant-propose"),
        "search": reverse("desk:search") + "?q=zyx",
    }


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


@pytest.mark.parametrize("name", ["object", "propose an owner", "register a set", "register a dimension",
                                  "set", "sets", "sets as CSV", "flow", "flow settings", "flows",
                                  "propose a grant", "search"])  # fmt: skip
def test_no_page_names_what_is_outside_the_scope(world, browser, users, name):
    address = pages(world)[name]
    shown = browser.get(address)
    assert shown.status_code == 200
    text = text_of(shown)
    assert SECRET not in text
    assert "zyx-code" not in text
    browser.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    if name not in ("propose a grant", "flow settings"):  # another duty; the flow has no approved definition
        assert SECRET in text_of(browser.get(address)), "whoever may see it reads the name"


@pytest.mark.parametrize("name", ["object", "set", "sets", "flow", "flows"])
def test_a_page_says_that_there_is_something_outside_the_scope(world, browser, name):
    assert OUTSIDE in text_of(browser.get(pages(world)[name]))


@pytest.mark.parametrize("name", ["sets", "flows"])
def test_a_list_cannot_be_searched_by_a_name_outside_the_scope(world, browser, users, name):
    address = f"{pages(world)[name]}?q={SECRET}"
    own = reverse("mappings:mapping-set-detail", args=[world["set"].pk])
    link = own if name == "sets" else reverse("syncengine:flow-detail", args=[world["flow"].pk])
    assert link not in text_of(browser.get(address))
    browser.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    assert link in text_of(browser.get(address))


def test_answers_of_the_api_leave_out_what_is_outside_the_scope(world, local, users):
    for resource in ("mapping-sets", "flows"):
        address = f"/api/v1/{resource}/"
        [row] = Caller(local).get(address).json()["results"]
        assert (row["source_system"], row["target_system"]) == ("mine", None)
        assert Caller(local).get(address, {"target_system": "zyx-code"}).json()["results"] == []
        everywhere = Caller(users["architect"])
        assert everywhere.get(address).json()["results"][0]["target_system"] == "zyx-code"
        assert len(everywhere.get(address, {"target_system": "zyx-code"}).json()["results"]) == 1


def test_refusals_do_not_name_what_is_outside_the_scope(world, local):
    actor = actor_for(local, source=Source.UI)
    for system in ("mine", "zyx-code"):  # the first meets the owner in force, the second is not one's own
        with pytest.raises(DomainError) as caught:
            ownership_propose(
                actor=actor, reason=WHY, finance_object="actuals", system=system, valid_from=DAY
            )
        assert SECRET not in caught.value.message


@pytest.fixture
def granted(world, users):
    """A grant over my system, one over my mapping set, one over what is not mine; all of one person."""
    person = users["operator"].person
    role = Role.objects.get(code="role-operator")
    theirs = System.objects.get(code="zyx-code")
    scopes = (("system", world["mine"]), ("mapping_set", world["set"]), ("system", theirs))
    for kind, scope in scopes:
        Grant.objects.create(
            person=person,
            role=role,
            scope_kind=kind,
            scope_id=scope.pk,
            scope_label=str(scope),
            valid_from=DAY,
        )
    return {
        "grants": reverse("access:grant-list"),
        "grants as CSV": reverse("access:grant-list") + "?format=csv",
        "person": reverse("access:person-detail", args=[person.pk]),
        "role": reverse("access:role-detail", args=[role.pk]),
    }


@pytest.mark.parametrize("name", ["grants", "grants as CSV", "person", "role"])
def test_grants_name_no_scope_outside_ones_own(granted, browser, users, name):
    text = text_of(browser.get(granted[name]))
    assert SECRET not in text
    assert "Mine" in text
    assert "Lines" in text, "the mapping set lies within the system"
    browser.force_login(users["sod_admin"], backend="django.contrib.auth.backends.ModelBackend")
    assert SECRET in text_of(browser.get(granted[name])), "whoever sees grants over everything reads all"


def test_the_api_gives_grants_within_ones_own_scope_only(granted, local, users):
    rows = Caller(local).get("/api/v1/grants/").json()["results"]
    assert {row["scope_label"] for row in rows} == {"Mine", "Lines"}
    theirs = Grant.objects.get(scope_label=SECRET)
    assert Caller(local).get(f"/api/v1/grants/{theirs.pk}/").status_code == 404
    assert Caller(users["sod_admin"]).get(f"/api/v1/grants/{theirs.pk}/").status_code == 200


def test_a_grant_outside_ones_scope_is_not_there_to_be_ended(granted, browser):
    theirs, mine = Grant.objects.get(scope_label=SECRET), Grant.objects.get(scope_label="Lines")
    answer = browser.get(reverse("access:grant-revoke", args=[theirs.pk]))
    assert (answer.status_code, SECRET in text_of(answer)) == (404, False)
    assert browser.get(reverse("access:grant-revoke", args=[mine.pk])).status_code == 200


def test_everyone_sees_all_grants_of_their_own(granted, client, users):
    client.force_login(users["operator"], backend="django.contrib.auth.backends.ModelBackend")
    assert SECRET in text_of(client.get(granted["person"]))


def test_what_is_hidden_is_refused_in_the_words_of_what_is_not_there(world, local):
    actor = actor_for(local, source=Source.UI)
    hidden = System.objects.get(code="zyx-code")
    acts = {
        "owner": lambda code, pk: ownership_propose(
            actor=actor, reason=WHY, finance_object="actuals", system=code, valid_from=DAY
        ),
        "connection": lambda code, pk: connection_propose(
            actor=actor, reason=WHY, system=code, code="files", connector="file", config={"folder": "x"}
        ),
        "grant": lambda code, pk: grant_propose(
            actor=actor,
            reason=WHY,
            person="operator",
            role="role-operator",
            valid_from=DAY,
            scope_kind="system",
            scope_id=pk,
        ),
    }
    make_person("operator", [F.FLOW_RUN])
    for name, act in acts.items():
        told = set()
        for code, pk in (("zyx-code", hidden.pk), ("nowhere", hidden.pk + 1000)):
            with pytest.raises(DomainError) as caught:
                act(code, pk)
            told.add((type(caught.value), caught.value.code, caught.value.message.replace(code, "X")))
        assert len(told) == 1, name
    form = {"finance_object": "actuals", "system": "", "valid_from": "2024-01-01", "reason": WHY}
    answers = [
        Caller(local).post("/api/v1/ownerships/", {**form, "system": code})
        for code in ("zyx-code", "nowhere")
    ]
    assert answers[0].status_code == answers[1].status_code == 422
    assert answers[0].json()["detail"].replace("zyx-code", "X") == answers[1].json()["detail"].replace(
        "nowhere", "X"
    )


def test_ids_of_flows_are_hidden_with_the_names(world, local, users):
    [row] = Caller(local).get("/api/v1/flows/").json()["results"]
    assert (row["source_system_id"], row["target_system_id"]) == (world["mine"].pk, None)
    [row] = Caller(users["architect"]).get("/api/v1/flows/").json()["results"]
    assert row["target_system_id"] == world["flow"].target_system_id


@pytest.mark.parametrize("name", ["sets", "flows"])
def test_sorting_a_list_does_not_tell_the_order_of_names_outside_the_scope(world, browser, users, name):
    """Between two of one's own, the hidden ones stand where their names would: unless they count as blank."""
    mine, flow = world["mine"], world["flow"]
    early = System.objects.create(code="aaa", name="Aardvark", kind="treasury")
    line = Dimension.objects.create(system=early, code="aaa-line", name="Line")
    for code, target in (("to-aaa", early), ("to-mine", mine)):
        ends = {"code": code, "name": code, "source_system": mine, "target_system": target}
        MappingSet.objects.create(**ends, target_dimension=line, columns=[])
        Flow.objects.create(**ends, finance_object=world["actuals"])
    column = "target_system" if name == "sets" else "target"
    own = {"to-mine": "Mine", "to-aaa": "", ("lines" if name == "sets" else flow.code): ""}

    def order(sort):
        return [row.code for row in browser.get(f"{pages(world)[name]}?sort={sort}").context["page"].rows]

    assert [own[code] for code in order(column)] == ["", "", "Mine"]
    assert [own[code] for code in order(f"-{column}")] == ["Mine", "", ""]
    browser.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    assert order(column)[:2] == ["to-aaa", "to-mine"]

"""A definition names only what its author may see: outside his scope is the same as not there."""

from __future__ import annotations

import copy

import pytest

from catalog.models import Connection, System
from mappings.models import Dimension, MappingSet
from portal.access.functions import Function as F
from portal.access.models import Grant
from portal.core.actor import Actor, Source
from portal.core.errors import Faults
from portal.people.actors import actor_for
from syncengine.definitions import findings_of
from syncengine.models import Flow, FlowVersion
from syncengine.services import flow_define, flow_version_start, flow_version_submit

WHY = "Looks around"


@pytest.fixture
def definition(mini):
    return copy.deepcopy(FlowVersion.objects.get().definition)


def copied(obj, **changes):
    found = copy.copy(obj)
    found.pk, found._state.adding = None, True
    for name, value in changes.items():
        setattr(found, name, value)
    found.save()
    return found


@pytest.fixture
def foreign(mini, definition) -> System:
    """A system with a connection, a dimension and a mapping set of its own, outside the local's scope."""
    system = System.objects.create(code="HARBOUR", name="Harbour", kind="erp")
    source = Connection.objects.get(code=definition["source"]["connection"])
    copied(source, system=system, code="harbour-files")
    dimension = copied(Dimension.objects.order_by("pk").first(), system=system, code="harbour-accounts")
    copied(MappingSet.objects.get(code="mini-lines"), code="harbour-lines", source_system=system,
           target_dimension=dimension)  # fmt: skip
    return system


@pytest.fixture
def local(mini, definition, foreign, make_user) -> Actor:
    """Somebody who defines flows between the systems of the mini flow, and sees no other system."""
    user = make_user("local", [F.VIEW, F.FLOW_DEF])
    flow = Flow.objects.get()
    grant = Grant.objects.get(person=user.person)
    for system in (flow.source_system, flow.target_system):
        copied(grant, scope_kind="system", scope_id=system.pk, scope_label=system.code)
    grant.delete()
    return actor_for(user, source=Source.UI, request_id="test-request")


def told(actor, definition, code):
    """What defining and submitting a flow say to the actor."""
    try:
        version = flow_define(actor=actor, reason=WHY, code=code, name="N", definition=definition)
        flow_version_submit(actor=actor, reason=WHY, version_id=version.pk)
    except Faults as error:
        return [(fault.code, fault.message, fault.place) for fault in error.faults]
    return []


def source(definition, name):
    definition["source"]["connection"] = name


def reconcile(definition, name):
    definition["reconcile"]["connection"] = name


def dimension(definition, name):
    definition["checks"] = [{"dimension": name, "field": "account"}]


def mapping_set(definition, name):
    definition["mappings"][0]["set"] = name


@pytest.mark.parametrize(
    ("put", "there", "nowhere"),
    [
        (source, "harbour-files", "nowhere-files"),
        (reconcile, "harbour-files", "nowhere-files"),
        (dimension, "harbour-accounts", "nowhere-accounts"),
        (mapping_set, "harbour-lines", "nowhere-lines"),
    ],
)
def test_what_lies_outside_the_scope_reads_as_what_is_not_there(local, definition, put, there, nowhere):
    answers = []
    for at, name in enumerate((there, nowhere)):
        content = copy.deepcopy(definition)
        put(content, name)
        answers.append(str(told(local, content, f"probe-{at}")).replace(name, "NAME"))
    assert answers[0] == answers[1]
    assert "There is no" in answers[0]


def test_another_flow_outside_the_scope_is_not_named(local, definition, foreign):
    Flow.objects.update(source_system=foreign)
    for column in definition["target"]["columns"]:
        if column["name"] == "flow":
            column["value"] = "mini-actuals"
    answer = told(local, definition, "probe")
    assert "RUN-006" in {code for code, _, _ in answer}
    assert "mini-actuals" not in str(answer)


def test_who_may_edit_one_flow_keeps_the_names_that_are_approved_in_it(mini, definition, make_user):
    user = make_user("narrow", [F.VIEW, F.FLOW_DEF])
    flow = Flow.objects.get()
    Grant.objects.filter(person=user.person).update(
        scope_kind="flow", scope_id=flow.pk, scope_label=flow.code
    )
    narrow = actor_for(user, source=Source.UI, request_id="test-request")
    definition["quarantine"]["max_share"] = "0.1"
    version = flow_version_start(actor=narrow, reason=WHY, flow_id=flow.pk, definition=definition)
    assert [found for found in findings_of(version, narrow) if found.level == "error"] == []

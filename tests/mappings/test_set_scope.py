"""A grant over one system names no dimension and no system beyond it, and cannot tell whether one exists."""

from __future__ import annotations

import pytest

from catalog.models import System
from mappings.models import MappingSet
from mappings.services import dimension_register, mapping_set_register
from mappings.validation import version_findings
from portal.access.functions import Function as F
from portal.access.models import Grant
from portal.core.actor import Actor, Source
from portal.core.errors import DomainError
from portal.people.actors import actor_for
from tests.api.client import Caller
from tests.factories.mappings import WHY, add, make_dimension, make_set, start

FIELDS = {
    "code": "reach",
    "name": "Reach",
    "source_system": "quay",
    "target_system": "quay",
    "target_dimension": "quay-line",
    "columns": [{"name": "account", "dimension": "quay-account"}],
}


@pytest.fixture
def local_user(architect, make_user):
    quay = System.objects.create(code="quay", name="Quay", kind="erp")
    make_set(architect)
    for code in ("quay-line", "quay-account"):
        make_dimension(architect, "quay", code, ("A",))
    user = make_user("local", [F.VIEW, F.CAT_AUTHOR, F.MAP_PREP, F.MDM_MAINT])
    Grant.objects.filter(person=user.person).update(scope_kind="system", scope_id=quay.pk, scope_label="quay")
    return user


@pytest.fixture
def local(local_user) -> Actor:
    return actor_for(local_user, source=Source.UI, request_id="test-request")


def test_a_set_within_the_scope_is_registered(local):
    assert mapping_set_register(actor=local, reason=WHY, **FIELDS).code == "reach"


@pytest.mark.parametrize(
    ("field", "there", "code"),
    [
        ("source_system", "ledger", "CTR-002"),
        ("target_system", "planning", "CTR-002"),
        ("target_dimension", "planning-line", "MDM-012"),
        ("columns", "ledger-account", "MDM-012"),
    ],
)
def test_what_lies_outside_is_refused_in_the_words_of_what_is_not_there(local, field, there, code):
    told = []
    for name in (there, "nowhere"):
        value = [{"name": "account", "dimension": name}] if field == "columns" else name
        with pytest.raises(DomainError) as caught:
            mapping_set_register(actor=local, reason=WHY, **{**FIELDS, field: value})
        assert caught.value.code == code
        told.append(caught.value.message.replace(name, "X"))
    assert told[0] == told[1]
    assert told[0].endswith("in your scope.")
    assert not MappingSet.objects.filter(code="reach").exists()


def test_a_dimension_is_registered_for_no_system_outside(local):
    told = set()
    for system in ("ledger", "nowhere"):
        with pytest.raises(DomainError) as caught:
            dimension_register(actor=local, reason=WHY, system=system, code="x", name="X")
        told.add((caught.value.code, caught.value.message.replace(system, "X")))
    assert len(told) == 1


def test_ids_and_columns_are_hidden_with_the_names(local_user):
    quay = System.objects.get(code="quay")
    MappingSet.objects.filter(code="lines").update(source_system=quay)
    row = next(
        row
        for row in Caller(local_user).get("/api/v1/mapping-sets/").json()["results"]
        if row["code"] == "lines"
    )
    assert (row["source_system"], row["source_system_id"]) == ("quay", quay.pk)
    assert (row["target_system"], row["target_system_id"], row["target_dimension"]) == (None, None, None)
    assert row["columns"] == [{"name": "account", "dimension": None}, {"name": "center", "dimension": ""}]


def test_findings_do_not_name_a_dimension_outside(local, architect):
    version = start(architect, MappingSet.objects.get(code="lines"))
    add(architect, version, "9999", "NOPE")
    told = " ".join(finding.message for finding in version_findings(version))
    assert "NOPE" in told
    assert "Planning-Line" not in told
    assert "Ledger-Account" not in told

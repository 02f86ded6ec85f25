"""Systems, finance objects, canonical schemas and connections."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import Connection, FinanceObject, FinanceObjectSchema, System
from catalog.ports import connectors
from catalog.schema import normal_fields
from catalog.services import (
    connection_propose,
    finance_object_edit,
    finance_object_register,
    schema_propose,
    system_edit,
    system_register,
)
from portal.approvals.services import change_approve
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError, Fault, Faults

SYSTEM = {"code": "erp", "name": "ERP", "kind": "erp"}
FIELDS = [{"name": "amount", "type": "amount", "classification": "restricted", "required": True}]


@pytest.fixture(autouse=True)
def connector():
    def check(config):
        return [Fault("CTR-005", "Name a path.", "path")] if not config.get("path") else []

    connectors.register("tests", check)
    yield
    connectors._entries.pop("tests")


@pytest.fixture
def erp(db):
    return System.objects.create(**SYSTEM)


def code_of(call, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(reason="Because", **kwargs)
    return caught.value.code


def approve(actor, change):
    return change_approve(actor=actor, reason="", change_id=change.pk, content_sha256=change.content_sha256)


def connect(actor, **kwargs):
    values = {"system": "erp", "code": "erp-files", "connector": "tests", "config": {"path": "/in"}, **kwargs}
    return connection_propose(actor=actor, reason="Because", **values)


def test_a_system_is_registered_edited_and_versioned(architect):
    system = system_register(actor=architect, reason="New", **SYSTEM, rpo_minutes=60)
    system_edit(actor=architect, reason="Renamed", system_id=system.pk, name="S/4")
    system_edit(actor=architect, reason="Nothing", system_id=system.pk, name="S/4")
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "catalog:system:register", "catalog:system:edit",
    ]  # fmt: skip
    assert system.history.count() == 3


@pytest.mark.parametrize(
    ("values", "code"),
    [({"code": "ERP"}, "CTR-001"), ({"code": "x y"}, "API-011"), ({"code": "n", "kind": "toaster"}, "API-005"),
     ({"code": "n", "name": "a\u200b"}, "API-011"), ({"code": "n", "rpo_minutes": -1}, "API-005"),
     ({"code": "n", "name": "=" + "x" * 300}, "API-011")],
)  # fmt: skip
def test_a_wrong_system_is_refused(erp, architect, values, code):
    assert code_of(system_register, actor=architect, **{**SYSTEM, **values}) == code
    assert System.objects.count() == 1


def test_who_may_only_look_does_not_edit_and_strangers_find_nothing(erp, controller_a, stranger):
    assert code_of(system_register, actor=controller_a, **{**SYSTEM, "code": "n"}) == "IAM-001"
    assert code_of(system_edit, actor=controller_a, system_id=erp.pk, name="x") == "IAM-001"
    assert code_of(system_edit, actor=stranger, system_id=erp.pk, name="x") == "API-404"


def test_a_finance_object_is_registered_and_edited(architect, controller_a):
    obj = finance_object_register(actor=architect, reason="New", code="actuals", name="Actuals")
    finance_object_edit(actor=architect, reason="x", finance_object_id=obj.pk, name="Actual amounts")
    obj.refresh_from_db()
    assert obj.name == "Actual amounts"
    assert code_of(finance_object_register, actor=architect, code="Actuals", name="x") == "CTR-001"
    assert code_of(finance_object_register, actor=controller_a, code="budget", name="x") == "IAM-001"


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ([], "fields", "at least one"),
        ([{"name": "Amount", "type": "amount"}], "fields/0", "not a field name"),
        ([{"name": "ａmount", "type": "amount"}], "fields/0", "not a field name"),
        ([{"name": "a", "type": "float"}], "fields/0", "must be one of"),
        ([{"name": "a", "type": "code"}, {"name": "a", "type": "code"}], "fields/1", "twice"),
        ([{"name": "a", "type": "code", "classification": "secret"}], "fields/0", "classification"),
        ([{"name": "a", "type": "code", "typo": 1}], "fields/0", "Unknown key 'typo'"),
        ([{"name": "a", "type": "code", "required": "yes"}], "fields/0", "true or false"),
        ([{"name": "a", "type": ["code"]}], "fields/0", "must be one of"),
        (["a"], "fields/0", "mapping"),
    ],
)
def test_a_wrong_schema_is_refused_with_its_place(fields, place, words):
    with pytest.raises(Faults) as caught:
        normal_fields(fields)
    assert any(f.place == place and words in f.message for f in caught.value.faults)


def test_a_description_that_hides_something_is_refused():
    with pytest.raises(DomainError) as caught:
        normal_fields([{"name": "a", "type": "code", "description": "x\u202e"}])
    assert caught.value.place == "fields/0/description"


def test_schemas_are_numbered_versions_that_never_change(architect, controller_a):
    FinanceObject.objects.create(code="actuals", name="Actuals")
    propose = {"actor": architect, "finance_object": "actuals"}
    approve(controller_a, schema_propose(reason="First", fields=FIELDS, **propose))
    assert code_of(schema_propose, fields=FIELDS, **propose) == "APR-008"
    more = [*FIELDS, {"name": "currency", "type": "code"}]
    approve(controller_a, schema_propose(reason="Second", fields=more, **propose))
    assert [(s.number, len(s.fields)) for s in FinanceObjectSchema.objects.order_by("number")] == [
        (1, 1),
        (2, 2),
    ]
    assert code_of(schema_propose, actor=architect, finance_object="nothing", fields=FIELDS) == "CTR-002"
    assert code_of(schema_propose, actor=controller_a, finance_object="actuals", fields=FIELDS) == "IAM-001"


def test_a_connection_is_bound_only_by_approval_and_changed_as_a_new_version(erp, architect, controller_a):
    change = connect(architect)
    assert not Connection.objects.exists()
    approve(controller_a, change)
    assert code_of(lambda reason: connect(architect)) == "APR-008"
    moved = connect(architect, config={"path": "/out", "timeout": Decimal("1.50")})
    approve(controller_a, moved)
    connection = Connection.objects.get()
    assert (connection.number, connection.config) == (2, {"path": "/out", "timeout": "1.5"})
    assert code_of(lambda reason: connect(architect, config={"path": "/out", "timeout": "1.5"})) == "APR-008"


@pytest.mark.parametrize(
    ("values", "code"),
    [({"system": "nowhere"}, "CTR-002"), ({"connector": "telepathy"}, "CTR-005"), ({"config": {}}, "CTR-005"),
     ({"code": "a/b"}, "API-011"), ({"environment": "x" * 17}, "CTR-005"), ({"environment": "pro duction"}, "API-011"),
     ({"config": {"path": "/in\x00"}}, "API-011"), ({"config": {"path": "/in", "n": 0.5}}, "API-005")],
)  # fmt: skip
def test_a_wrong_connection_is_refused(erp, architect, values, code):
    assert code_of(lambda reason: connect(architect, **values)) == code


def test_the_code_of_another_systems_connection_cannot_be_taken_over(erp, architect, controller_a):
    approve(controller_a, connect(architect))
    System.objects.create(code="other", name="Other", kind="other")
    assert code_of(lambda reason: connect(architect, system="other")) == "CTR-001"


def test_a_connection_that_changed_meanwhile_voids_the_approval(erp, architect, controller_a):
    approve(controller_a, connect(architect))
    change = connect(architect, config={"path": "/new"})
    Connection.objects.update(content_sha256="0" * 64)
    with pytest.raises(DomainError) as caught:
        approve(controller_a, change)
    assert caught.value.code == "APR-004"

"""Registering mapping sets."""

from __future__ import annotations

import pytest

from mappings.models import MappingSet
from mappings.services import mapping_set_register
from mappings.validation import version_findings
from portal.audit.models import AuditEntry
from portal.core.errors import DomainError
from tests.factories.mappings import WHY, add, make_set, start


def again(actor, **change):
    fields = {
        "code": "other", "name": "Other", "source_system": "ledger", "target_system": "planning",
        "target_dimension": "planning-line", "columns": [{"name": "account"}],
    }  # fmt: skip
    return mapping_set_register(actor=actor, reason=WHY, **{**fields, **change})


def test_a_set_is_registered_with_its_columns_and_audited(architect):
    mapping_set = make_set(architect)
    assert mapping_set.column_names == ("account", "center")
    assert AuditEntry.objects.filter(action="mappings:mapping-set:register").count() == 1
    assert again(architect).columns == [{"name": "account", "dimension": ""}]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("MAP-041", {"code": "LINES"}),
        ("API-011", {"code": "no spaces"}),
        ("CTR-002", {"source_system": "none"}),
        ("MDM-012", {"target_dimension": "none"}),
        ("MDM-012", {"columns": [{"name": "account", "dimension": "none"}]}),
        ("MAP-042", {"columns": []}),
        ("MAP-042", {"columns": [{"name": f"c{i}"} for i in range(13)]}),
        ("MAP-042", {"columns": [{"name": "a"}, {"name": "a"}]}),
        ("MAP-042", {"columns": [{"name": "target"}]}),
        ("MAP-042", {"columns": [{"name": "a__b"}]}),
        ("MAP-042", {"columns": [{"name": "Account"}]}),
    ],
)
def test_what_cannot_be_registered_is_refused(architect, code, change):
    make_set(architect)
    with pytest.raises(DomainError) as caught:
        again(architect, **change)
    assert caught.value.code == code
    assert MappingSet.objects.count() == 1


def test_an_unknown_kind_is_refused(architect):
    make_set(architect)
    with pytest.raises(DomainError) as caught:
        again(architect, kind="other")
    assert (caught.value.code, caught.value.status) == ("API-005", 422)


def test_only_preparers_register(architect, operator):
    make_set(architect)
    with pytest.raises(DomainError) as caught:
        again(operator)
    assert (caught.value.code, caught.value.status) == ("IAM-001", 403)
    assert AuditEntry.objects.filter(outcome="denied").count() == 1


def test_in_a_report_set_a_record_may_count_in_two_lines_but_not_twice_in_one(architect):
    version = start(architect, make_set(architect, kind="report"))
    for pattern, target in (("5?", "REV"), ("?1", "COMP")):
        add(architect, version, "", target, kind="wildcard", conditions={"account": {"like": pattern}})
    assert [f.code for f in version_findings(version)] == []
    add(architect, version, "", "REV", kind="wildcard", conditions={"account": {"like": "?3"}})
    assert [f.code for f in version_findings(version)] == ["MAP-002"]

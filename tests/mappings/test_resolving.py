"""A version answers alike whether all its rules are read or only those of the values asked for."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from mappings.models import MappingRule, MappingVersion
from mappings.rules.conditions import Exact
from mappings.rules.rule import Rule, RuleKind
from mappings.selectors import compiled_version, resolving
from portal.core.clock import now
from tests.examples import examples
from tests.factories.mappings import bulk_rules, make_set
from tests.mappings.rules.reference import universe
from tests.mappings.rules.strategies import rule_lists

ASKED = [(account, center) for account in universe("01a", 2) for center in (None, "", "0", "1a")]


@pytest.fixture
def version(architect):
    mapping_set = make_set(architect)
    return MappingVersion.objects.create(
        mapping_set=mapping_set, number=1, effective_from="2024-01", started_at=now()
    )


@examples(40)
@given(rule_lists(max_size=20))
def test_reading_only_what_is_asked_for_answers_the_same(version, rules: list[Rule]):
    MappingRule.objects.all().delete()
    bulk_rules(version.mapping_set, rules)
    answers = compiled_version(version).resolve_many(ASKED)
    with mock.patch.object(resolving, "reads_all", return_value=False):
        assert compiled_version(version).resolve_many(ASKED) == answers
        assert [compiled_version(version).resolve(values) for values in ASKED[:3]] == answers[:3]


def test_rules_that_are_all_read_are_read_once_however_often_it_is_asked(version):
    bulk_rules(version.mapping_set, [Rule("a", 100, RuleKind.EXPLICIT, {"account": Exact("0")}, "REV")])
    compiled = compiled_version(version)
    first = compiled.resolve_many(ASKED)
    with CaptureQueriesContext(connection) as queries:
        assert compiled.resolve_many(ASKED) == first
    assert len(queries) == 0

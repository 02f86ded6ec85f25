"""Ties found through the database's indexes are exactly those found by reading every rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import ties
from mappings.models import MappingRule, MappingSet, MappingVersion
from mappings.rows import incoming_of, rules_in
from mappings.rules.ambiguity import find_ambiguities
from mappings.rules.rule import Rule
from mappings.selectors.versions import live_rules
from portal.core.clock import now
from tests.examples import examples
from tests.factories.mappings import bulk_rules, make_set
from tests.mappings.rules.strategies import rule_lists


@pytest.fixture
def version(architect):
    mapping_set = make_set(architect)
    return MappingVersion.objects.create(
        mapping_set=mapping_set, number=1, effective_from="2024-01", started_at=now()
    )


def pairs(found) -> set[frozenset[str]]:
    return {frozenset((tie.rule_a.id, tie.rule_b.id)) for tie in found}


@examples(60)
@given(rule_lists(max_size=14), st.integers(0, 14), st.integers(0, 2))
def test_indexed_ties_are_the_ties(version, rules: list[Rule], split: int, few: int):
    ties._FEW = few
    MappingRule.objects.all().delete()
    bulk_rules(version.mapping_set, rules)
    rows = list(MappingRule.objects.order_by("id"))
    incoming = rows[split:]
    every = find_ambiguities(
        rules_in(live_rules(version.mapping_set_id, 1)),
        MappingSet.objects.get().column_names,
        among=frozenset(str(row.pk) for row in incoming),
    )
    new = [incoming_of(row) for row in incoming]
    assert pairs(ties.version_ties(version, ties.Coming(new), None)) == pairs(every)

"""What one more rule costs in a large mapping set, and what compiling it costs.

Twenty thousand rules in the suite; TIEOUT_BENCH_RULES=400000 for the size of the goals. Run with -s to
see the seconds.
"""

from __future__ import annotations

import os
import random
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mappings.models import MappingRule, MappingVersion
from mappings.rules.ambiguity import find_ambiguities
from mappings.rules.compile import compile_rules
from mappings.rules.conditions import Between, Compare, Exact, Like
from mappings.rules.rule import Rule, RuleKind
from mappings.selectors import compiled_version, rules_of, version_content_hash
from mappings.services import rules_import
from mappings.states import VersionState
from portal.core.clock import now
from tests.factories.mappings import WHY, add, approve, bulk_rules, make_set, start, submit

RULES = int(os.environ.get("TIEOUT_BENCH_RULES", "20000"))


def large_mapping(size: int) -> list[Rule]:
    """Explicit rules, 1,000 ranges, 1,000 wildcards and 60 over two columns; no ties."""
    rules = [
        Rule(f"e{i}", 100, RuleKind.EXPLICIT, {"account": Exact(f"A{i:06d}")}, "REV") for i in range(size)
    ]
    for i in range(1_000):
        low, high = f"{i * 100:06d}", f"{i * 100 + 50:06d}"
        rules.append(
            Rule(f"r{i}", 100, RuleKind.RANGE, {"account": Between(low, high, Compare.NUMBER)}, "COMP")
        )
        rules.append(Rule(f"w{i}", 100, RuleKind.WILDCARD, {"account": Like(f"B{i:03d}*")}, "TRAVEL"))
    for i in range(60):
        conditions = {"account": Like(f"C{i:02d}*"), "center": Exact(str(i))}
        rules.append(Rule(f"m{i}", 100, RuleKind.MULTI, conditions, "OTHER"))
    return rules


def timed(name: str, act):
    started = time.perf_counter()
    result = act()
    seconds = time.perf_counter() - started
    print(f"{name}: {seconds:.3f} s")
    return result, seconds


def test_compiling_checking_and_resolving_are_near_linear():
    rules = large_mapping(RULES)
    dice = random.Random(1)
    combinations = [
        (
            dice.choice(
                [
                    f"A{dice.randrange(RULES):06d}",
                    f"{dice.randrange(99999):06d}",
                    f"B{dice.randrange(999):03d}x",
                ]
            ),
            "7",
        )
        for _ in range(30_000)
    ]
    print(f"\n{len(rules)} rules")
    compiled, compiling = timed("compile", lambda: compile_rules(rules, ("account", "center")))
    answers, resolving = timed("resolve 30,000", lambda: compiled.resolve_many(combinations))
    ties, checking = timed("find ties", lambda: find_ambiguities(rules, ("account", "center")))
    assert ties == []
    assert {answer.target for answer in answers} == {"REV", "COMP", "TRAVEL", None}
    assert compiling + resolving + checking < 2 + RULES / 50_000


@pytest.fixture
def large_set(architect, controller_a):
    mapping_set = make_set(architect)
    version = start(architect, mapping_set)
    bulk_rules(mapping_set, large_mapping(RULES))
    MappingVersion.objects.filter(pk=version.pk).update(
        state=VersionState.APPROVED, approved_at=now(), content_sha256=version_content_hash(version)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE mappings_mappingrule")
    return mapping_set


def test_one_more_rule_costs_the_same_in_a_large_set(large_set, architect, controller_a):
    print(f"\n{MappingRule.objects.count()} rules in {connection.vendor}")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        version, starting = timed("start", lambda: start(architect, large_set))
        _, adding = timed("add an explicit rule", lambda: add(architect, version, "Z1"))
        wildcard = {"kind": "wildcard", "conditions": {"account": {"like": "Y*"}}}
        _, widening = timed("add a wildcard", lambda: add(architect, version, "", "COMP", **wildcard))
        change, submitting = timed("submit", lambda: submit(architect, version))
        _, approving = timed("approve", lambda: approve(controller_a, change))
    print(f"{len(queries)} queries")
    assert starting + adding + widening + submitting < 1.5
    assert approving < 1.5
    data = "kind,account,center,target\n" + "\n".join(f"explicit,N{i:05d},,REV" for i in range(1_000))
    third = start(architect, large_set)
    _, importing = timed(
        "import 1,000 rules",
        lambda: rules_import(actor=architect, reason=WHY, version_id=third.pk, data=data.encode()),
    )
    assert rules_of(third).count() == RULES + 2_060 + 2 + 1_000
    asked = [(f"A{i * 7 % RULES:06d}", "x") for i in range(30_000)] + [("B001x", None)]
    few, resolving_few = timed(
        "resolve 3,000 from the database", lambda: compiled_version(third).resolve_many(asked[-3_000:])
    )
    many, resolving_many = timed(
        "resolve 30,001 from the database", lambda: compiled_version(third).resolve_many(asked)
    )
    assert few == many[-3_000:]
    assert {answer.target for answer in many} == {"REV", "TRAVEL"}
    assert importing < 10
    assert resolving_few < 3
    assert resolving_many < 8

"""What one more rule costs in a mapping set of 400,000 rules beside one of a twentieth, and compiling it.

Run by hand: `python -m pytest -q -s tests/bench/mapping_scale.py` (SQLite, or DATABASE_URL); it prints
seconds for both sizes and their ratio. TIEOUT_BENCH_RULES changes the larger size.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from mappings.models import MappingVersion
from mappings.rules.ambiguity import find_ambiguities
from mappings.rules.compile import compile_rules
from mappings.rules.conditions import Between, Compare, Exact, Like
from mappings.rules.rule import Rule, RuleKind
from mappings.selectors import compiled_version, version_content_hash
from mappings.services import rules_import
from mappings.states import VersionState
from portal.core.actor import Actor
from portal.core.clock import now
from tests.factories.mappings import WHY, add, approve, bulk_rules, make_set, start, submit

LARGE = int(os.environ.get("TIEOUT_BENCH_RULES", "400000"))
SIZES = (LARGE // 20, LARGE)
Act = tuple[str, Callable[[], Any]]


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


def asked(size: int) -> list[tuple[str, str]]:
    """30,000 combinations that explicit, range and wildcard rules answer."""
    dice = random.Random(1)
    return [
        (dice.choice([f"A{dice.randrange(size):06d}", f"{dice.randrange(99999):06d}", "B001x"]), "7")
        for _ in range(30_000)
    ]


def seconds(acts: list[Act]) -> dict[str, float]:
    taken = {}
    for name, act in acts:
        began = time.perf_counter()
        act()
        taken[name] = time.perf_counter() - began
    return taken


def report(taken: list[dict[str, float]]) -> None:
    small, large = taken
    print(f"\n{'':32}{SIZES[0]:>10,}{SIZES[1]:>10,} rules in {connection.vendor}")
    for name, each in large.items():
        print(f"{name:32}{small[name]:10.3f}{each:10.3f} s, ratio {each / small[name]:.1f}")


def in_memory(size: int) -> dict[str, float]:
    rules, columns = large_mapping(size), ("account", "center")
    compiled = compile_rules(rules, columns)
    return seconds(
        [
            ("compile", lambda: compile_rules(rules, columns)),
            ("resolve 30,000", lambda: compiled.resolve_many(asked(size))),
            ("find ties", lambda: find_ambiguities(rules, columns)),
        ]
    )


def in_the_database(size: int, author: Actor, controller: Actor) -> dict[str, float]:
    """A set with this many rules in force, and each act of somebody who works on its next version."""
    mapping_set = make_set(author)
    first = start(author, mapping_set)
    bulk_rules(mapping_set, large_mapping(size))
    MappingVersion.objects.filter(pk=first.pk).update(
        state=VersionState.APPROVED, approved_at=now(), content_sha256=version_content_hash(first)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE mappings_mappingrule")
    version = start(author, mapping_set)
    wildcard = {"kind": "wildcard", "conditions": {"account": {"like": "Y*"}}}
    data = "kind,account,center,target\n" + "\n".join(f"explicit,N{i:05d},,REV" for i in range(1_000))
    return seconds(
        [
            ("add an explicit rule", lambda: add(author, version, "Z1")),
            ("add a wildcard", lambda: add(author, version, "", "COMP", **wildcard)),
            (
                "import 1,000 rules",
                lambda: rules_import(actor=author, reason=WHY, version_id=version.pk, data=data.encode()),
            ),
            ("submit and approve", lambda: approve(controller, submit(author, version))),
            ("resolve 30,000", lambda: compiled_version(version).resolve_many(asked(size))),
        ]
    )


def test_rules_in_memory() -> None:
    report([in_memory(size) for size in SIZES])


def test_rules_in_the_database(architect, controller_a) -> None:

    taken = []
    for size in SIZES:
        with transaction.atomic():
            taken.append(in_the_database(size, architect, controller_a))
            transaction.set_rollback(True)
    report(taken)

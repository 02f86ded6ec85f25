"""The compiled engine and the tie finder against a naive reading of the same rules."""

from __future__ import annotations

from hypothesis import given

from mappings.rules.ambiguity import find_ambiguities
from mappings.rules.compile import Outcome, compile_rules
from mappings.rules.conditions import Condition
from mappings.rules.intersection import intersect
from mappings.rules.rule import Rule, RuleKind
from tests.examples import examples
from tests.mappings.rules.reference import applies, compare, fits, universe, winners
from tests.mappings.rules.strategies import ALPHABET, COLUMNS, conditions, rule_lists

SHORT = list(universe(ALPHABET + "b", 2))
LONG = [*universe("01a", 5), *universe(ALPHABET + "b", 4)]


@examples(150)
@given(rule_lists())
def test_the_engine_answers_as_the_naive_reading_wherever_one_rule_wins(rules: list[Rule]) -> None:
    compiled = compile_rules(rules, COLUMNS)
    for account in SHORT:
        for center in SHORT:
            best = winners(rules, {"account": account, "center": center})
            answer = compiled.resolve((account, center))
            if len(best) == 1:
                assert answer.rule_id == best[0].id
                assert answer.target == best[0].target
                assert answer.sign == best[0].sign
                ignored = best[0].kind == RuleKind.IGNORE
                assert answer.outcome == (Outcome.IGNORED if ignored else Outcome.MAPPED)
            if not any(applies(rule, {"account": account, "center": center}) for rule in rules):
                assert answer.outcome == Outcome.UNMAPPED


@examples(200)
@given(rule_lists(max_size=6, priorities=1))
def test_exactly_the_ties_are_reported_and_each_witness_matches_both(rules: list[Rule]) -> None:
    found = find_ambiguities(rules, COLUMNS)
    reported = {frozenset((a.rule_a.id, a.rule_b.id)) for a in found}
    assert len(reported) == len(found)
    for ambiguity in found:
        values = dict(zip(COLUMNS, ambiguity.witness, strict=True))
        assert applies(ambiguity.rule_a, values)
        assert applies(ambiguity.rule_b, values)
        assert compare(ambiguity.rule_a, ambiguity.rule_b) == 0
    for i, left in enumerate(rules):
        for right in rules[i + 1 :]:
            if compare(left, right) == 0 and frozenset((left.id, right.id)) not in reported:
                assert not any(
                    applies(left, {"account": a, "center": c}) and applies(right, {"account": a, "center": c})
                    for a in SHORT
                    for c in SHORT
                )


@examples(1000)
@given(conditions, conditions)
def test_two_conditions_have_a_common_value_exactly_when_intersect_names_one(
    left: Condition, right: Condition
) -> None:
    witness = intersect(left, right)
    if witness is None:
        assert not any(fits(left, value) and fits(right, value) for value in LONG)
    else:
        assert fits(left, witness.value)
        assert fits(right, witness.value)


@examples(300)
@given(conditions)
def test_a_condition_matches_as_the_naive_reading_does(condition: Condition) -> None:
    for value in LONG:
        assert condition.matches(value) == fits(condition, value)

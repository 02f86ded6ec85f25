"""What an import changes, decided from hashes alone."""

from __future__ import annotations

from mappings.rules.conditions import Exact
from mappings.rules.merge import Existing, Incoming, plan_merge
from mappings.rules.rule import Rule, RuleKind, conditions_hash, rule_hash


def rule(account: str, target: str, priority: int = 100) -> Rule:
    return Rule("", priority, RuleKind.EXPLICIT, {"account": Exact(account)}, target)


def there(number: int, content: Rule) -> Existing:
    return Existing(number, 1, content.priority, conditions_hash(content.conditions), rule_hash(content))


def coming(line: int, content: Rule) -> Incoming:
    return Incoming(line, content, conditions_hash(content.conditions), rule_hash(content))


def test_the_same_content_is_unchanged_and_new_conditions_are_added() -> None:
    plan = plan_merge(
        [there(1, rule("4", "A"))], [coming(2, rule("4", "A")), coming(3, rule("5", "A"))], False
    )
    assert plan.unchanged == 1
    assert [new.line for new in plan.added] == [3]
    assert plan.changed == plan.removed == []


def test_one_rule_of_the_same_conditions_is_changed_even_in_priority() -> None:
    plan = plan_merge([there(1, rule("4", "A"))], [coming(2, rule("4", "B", 7))], False)
    assert [(old.id, new.line) for old, new in plan.changed] == [(1, 2)]


def test_of_several_rules_with_the_same_conditions_the_one_of_the_same_priority_is_changed() -> None:
    existing = [there(1, rule("4", "A", 1)), there(2, rule("4", "B", 2))]
    plan = plan_merge(existing, [coming(2, rule("4", "C", 2)), coming(3, rule("4", "D", 3))], False)
    assert [(old.id, new.line) for old, new in plan.changed] == [(2, 2), (1, 3)]


def test_only_replacing_removes() -> None:
    existing = [there(1, rule("4", "A")), there(2, rule("5", "A"))]
    assert plan_merge(existing, [coming(2, rule("4", "A"))], False).removed == []
    assert [old.id for old in plan_merge(existing, [coming(2, rule("4", "A"))], True).removed] == [2]

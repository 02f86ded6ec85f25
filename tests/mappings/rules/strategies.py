"""Hypothesis strategies: small alphabets and short values, so that rules meet often."""

from __future__ import annotations

from hypothesis import strategies as st

from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like
from mappings.rules.rule import Rule, RuleKind

ALPHABET = "01a"
COLUMNS = ("account", "center")

texts = st.text(ALPHABET, max_size=3)
digits = st.text("01", min_size=1, max_size=3)
values = st.one_of(st.none(), texts)
patterns = st.text("01a*?", max_size=4).map(Like)


@st.composite
def text_ranges(draw: st.DrawFn) -> Between:
    low, high = sorted((draw(texts), draw(texts)))
    return Between(low, high, Compare.TEXT)


@st.composite
def number_ranges(draw: st.DrawFn) -> Between:
    low, high = sorted((draw(digits), draw(digits)), key=int)
    return Between(low, high, Compare.NUMBER)


exacts = values.map(Exact)
lists = st.lists(values, min_size=1, max_size=3).map(In)
ranges = st.one_of(text_ranges(), number_ranges())
conditions: st.SearchStrategy[Condition] = st.one_of(exacts, lists, ranges, patterns)


def _kind(chosen: dict[str, Condition]) -> RuleKind:
    if all(isinstance(c, Exact) for c in chosen.values()):
        return RuleKind.EXPLICIT
    if len(chosen) > 1:
        return RuleKind.MULTI
    [only] = chosen.values()
    return {In: RuleKind.LIST, Between: RuleKind.RANGE, Like: RuleKind.WILDCARD}[type(only)]


@st.composite
def rule_lists(draw: st.DrawFn, max_size: int = 8, priorities: int = 2) -> list[Rule]:
    rules = []
    for number in range(draw(st.integers(1, max_size))):
        chosen = draw(st.dictionaries(st.sampled_from(COLUMNS), conditions, min_size=1, max_size=2))
        ignored = draw(st.integers(0, 5)) == 0
        rules.append(
            Rule(
                id=f"r{number}",
                priority=draw(st.integers(0, priorities - 1)),
                kind=RuleKind.IGNORE if ignored else _kind(chosen),
                conditions=chosen,
                target=None if ignored else f"T{number}",
                sign=draw(st.sampled_from((1, -1))),
                reason="not for the plan" if ignored else "",
            )
        )
    return rules

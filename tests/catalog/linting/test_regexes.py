"""Patterns of JavaScript: what they mean, and that none takes more than linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.linting.budget import Budget
from catalog.linting.codes import LintError
from catalog.linting.regexes import Regex, regex_of_literal
from tests.examples import examples

_PATTERNS = [
    r"^(a+)+$", r"a.*b", r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", r"\bab+\b", r"(a|b)*abb", r"a{2,4}c?", r"^a+?b$",
    r"[^a-c]+x", r"(?:ab|a)(?:c|bcd)*d$", r"x*$", r"^$|a+", r"a{0,2}\Bb", r"(?:)*b", r"\S+\s\w*",
]  # fmt: skip


@examples(80)
@given(st.sampled_from(_PATTERNS), st.text(alphabet="abcdx- \n1", max_size=12))
def test_an_automaton_answers_as_the_usual_engine_does(pattern: str, text: str) -> None:
    usual = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    assert Regex(pattern).search(text, Budget(10_000)) == bool(usual.search(text))


@pytest.mark.parametrize(
    ("literal", "text", "wanted"),
    [
        ("/^ABC$/i", "abc", True), ("^a$", "a\n", False), ("[^]x", "\nx", True), ("a{,2}", "a{,2}", True),
        (r"^\d+$", "٣", False), (r"^[\w-]+[.]$", "a-b.", True), ("/b$/m", "ab\nc", True), (r"\/v\d+\/", "/v1/", True),
        (r"(?<year>\d{4})-\k<year>", "2026-2026", True), (r"^(?!x-).+$", "x-a", False), (r"\u00e9+", "caféé", True),
        ("[[]", "[", True), (r"^(get|put)$", "put", True), (r"\p", "p", True),
    ],
)  # fmt: skip
def test_patterns_mean_what_they_mean_in_javascript(literal: str, text: str, wanted: bool) -> None:
    assert regex_of_literal(literal).search(text, Budget(10_000)) is wanted


@pytest.mark.parametrize(
    "pattern", [r"^(a+)+$", r"(.*)*b", r"a*a*a*a*a*a*b", r"(a|aa)+$", r"(?:a?){30}a{30}"]
)
def test_no_pattern_takes_more_than_linear_time(pattern: str) -> None:
    started = time.process_time()
    Regex(pattern).search("a" * 50_000, Budget(1_000_000))
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "pattern", ["(", "a{5000}", "(a{100}){100}", r"^(a+)+(?=b)$", "a" * 3_000, r"\p{L}", "(?i)a"]
)
def test_a_pattern_that_cannot_run_safely_is_refused(pattern: str) -> None:
    with pytest.raises(LintError, match="LNT-108"):
        Regex(pattern)


def test_what_costs_too_much_is_refused_by_count_not_by_time() -> None:
    with pytest.raises(LintError, match="LNT-121"):
        Regex("(a|b)*a(a|b){20}c").search("ab" * 50_000 + "a" * 30 + "bab" * 10_000, Budget(10_000))
    with pytest.raises(LintError, match="LNT-122"):
        Regex("^(?!a).*b.*c.*d.*$").search("a" * 10_000, Budget(100_000))

"""State machines as data, registries, refusals."""

from __future__ import annotations

import pytest

from portal.core.codes import Code, Help, all_help, help_for, register
from portal.core.errors import Conflict, Fault, Faults, Forbidden
from portal.core.ports import Registry
from portal.core.states import apply_transition, machine, possible, transition


class Thing:
    state = "draft"

    def __str__(self) -> str:
        return "Thing"


STATES = machine(
    transition("submit", "draft", "submitted"), transition("close", ("draft", "submitted"), "closed")
)


def test_a_verb_moves_the_object_and_returns_the_old_state():
    thing = Thing()
    assert apply_transition(thing, STATES, "submit") == "draft"
    assert thing.state == "submitted"
    assert possible(thing, STATES) == ["close"]


def test_a_verb_from_another_state_is_a_conflict_that_says_from_where():
    thing = Thing()
    thing.state = "closed"
    with pytest.raises(Conflict) as caught:
        apply_transition(thing, STATES, "close", code="APR-002")
    assert (caught.value.code, thing.state) == ("APR-002", "closed")
    assert "draft, submitted" in caught.value.message


def test_a_verb_is_named_once():
    with pytest.raises(ValueError, match="twice"):
        machine(transition("a", "x", "y"), transition("a", "y", "x"))


def test_a_registry_takes_a_name_once():
    registry: Registry[str] = Registry("thing")
    registry.register("a", "x")
    with pytest.raises(ValueError, match="twice"):
        registry.register("a", "y")
    with pytest.raises(KeyError, match="no thing named"):
        registry.get("b")


def test_a_code_keeps_its_words():
    with pytest.raises(ValueError, match="twice"):
        register({Code.API_001: Help("Other words", "x")})


def test_every_code_has_a_help_page_with_a_way_out():
    for code, page in all_help().items():
        assert page.title and page.cause and page.fix and page.who and page.numbers, code
        assert help_for(code) is page


def test_a_refusal_says_what_to_do_by_its_own_words_or_those_of_its_code():
    assert Forbidden(Code.IAM_001, "No.", hint="Ask Ann.").hint == "Ask Ann."
    assert Forbidden(Code.IAM_001, "No.").hint == help_for("IAM-001").fix


def test_many_faults_say_how_many_and_one_says_which():
    one, two = Fault("API-005", "Wrong.", "a"), Fault("API-011", "Bad.", "b")
    assert (Faults([one]).place, Faults([one]).message) == ("a", "Wrong.")
    assert (Faults([one, two]).code, Faults([one, two]).message) == (
        "API-005",
        "2 faults; nothing was changed.",
    )
    assert str(one) == "a: API-005 Wrong."

"""State machines as data: one function applies a transition; nothing else assigns a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from portal.core.codes import Code
from portal.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Transition:
    """A verb from any of `sources` to `target`; `needs_reason` asks for words of the actor."""

    verb: str
    sources: frozenset[str]
    target: str
    needs_reason: bool = False


class Stateful(Protocol):
    state: Any


StateMachine = Mapping[str, Transition]


def machine(*transitions: Transition) -> StateMachine:
    """A machine by verb; verbs are unique."""
    by_verb = {transition.verb: transition for transition in transitions}
    if len(by_verb) != len(transitions):
        raise ValueError("a verb is named twice")
    return by_verb


def transition(
    verb: str, sources: tuple[str, ...] | str, target: str, needs_reason: bool = False
) -> Transition:
    names = (sources,) if isinstance(sources, str) else sources
    return Transition(verb, frozenset(names), target, needs_reason)


def apply_transition(obj: Stateful, states: StateMachine, verb: str, *, code: str = Code.API_409) -> str:
    """Set the new state on `obj` (the caller saves) and return the old one. Raises Conflict when illegal."""
    step = states[verb]
    if obj.state not in step.sources:
        allowed = ", ".join(sorted(step.sources))
        raise Conflict(
            code, f"{obj} is {obj.state}; '{verb}' is possible only from: {allowed}.", hint="Reload the page."
        )
    old = str(obj.state)
    obj.state = step.target
    return old


def possible(obj: Stateful, states: StateMachine) -> list[str]:
    """Verbs that the object's present state allows."""
    return [verb for verb, step in states.items() if obj.state in step.sources]

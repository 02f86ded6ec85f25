"""Any sequence of verbs by anybody keeps the three promises of an approval."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.approvals.models import ChangeRequest, Contribution, Policy
from portal.approvals.services import (
    change_activate,
    change_push_back,
    change_reject,
    change_resubmit,
    change_withdraw,
)
from portal.audit.verification import verify
from portal.core.actor import Source
from portal.core.errors import Conflict, DomainError
from portal.people.actors import actor_for
from portal.people.models import User
from tests.approvals.conftest import KIND, WHY, Play, by_token, put
from tests.examples import examples

PEOPLE = ("architect", "controller_a", "controller_b", "operator", "stranger")
FACES = ("self", "second", "token", "service")
VERBS = (
    "submit", "propose", "propose", "edit", "approve", "approve", "approve", "reject", "push_back", "withdraw", "resubmit",
    "activate", "freeze", "thaw", "base",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(PEOPLE), st.sampled_from(FACES), st.integers(0, 2)),
    min_size=4,
    max_size=16,
)


class World:
    def __init__(self, play: Play, users: dict[str, User]) -> None:
        self.play, self.users = play, users
        self.faces: dict[tuple[str, str], object] = {}
        self.authors: dict[int, set[int]] = {}
        for name in PEOPLE:
            person = users[name].person
            second = User.objects.create(username=f"{name}.2", person=person)
            service = User.objects.create(username=f"{name}.bot", person=person, kind="service")
            own = actor_for(users[name], source=Source.UI)
            self.faces |= {
                (name, "self"): own,
                (name, "second"): actor_for(second, source=Source.UI),
                (name, "token"): by_token(own, "approvals:change:view", "catalog:ownership:approve"),
                (name, "service"): actor_for(service, source=Source.API),
            }

    def newest(self) -> ChangeRequest | None:
        return ChangeRequest.objects.filter(kind=KIND).first()

    def do(self, verb: str, name: str, face: str, number: int) -> None:
        actor, change = self.faces[name, face], self.newest()
        if verb in ("freeze", "thaw"):
            self.play.subject.raises = Conflict("API-409", "Frozen.") if verb == "freeze" else None
        elif verb == "base":
            put("base", str(number))
        elif verb == "edit":
            self.play.edit(actor, f"text {number}")
        elif verb == "submit":
            self.play.submit(actor)
        elif verb == "propose":
            change = self.play.submit(actor, payload={"text": str(number)})
            self.authors.setdefault(change.pk, set()).add(actor.person_id)
        elif change is not None:
            self.decide(verb, actor, change)

    def decide(self, verb, actor, change) -> None:
        known = {"actor": actor, "reason": WHY, "change_id": change.pk}
        match verb:
            case "approve":
                self.play.approve(actor, change)
            case "reject":
                change_reject(**known, content_sha256=change.content_sha256)
            case "push_back":
                change_push_back(**known, content_sha256=change.content_sha256)
            case "withdraw":
                change_withdraw(**known)
            case "resubmit":
                change_resubmit(**known)
            case "activate":
                change_activate(change_id=change.pk)

    def check(self, contributed: dict[int, set[int]], applied: int) -> None:
        for change in ChangeRequest.objects.filter(kind=KIND):
            counted = change.decisions.filter(round=change.round, verdict="approve", voided=False)
            people = [seat.person_id for seat in counted]
            assert len(people) == len(set(people))
            assert all(seat.content_sha256 == change.content_sha256 for seat in counted)
            if change.state == "active":
                assert not set(people) & (contributed[change.pk] | self.authors.get(change.pk, set()))
                assert len(people) >= change.policy.approvals
                assert change.content_sha256 in self.play.subject.applied
        active = ChangeRequest.objects.filter(kind=KIND, state="active").count()
        assert len(self.play.subject.applied) - applied == active


def play_through(world: World, sequence) -> None:
    applied = len(world.play.subject.applied)
    contributed: dict[int, set[int]] = {}
    for verb, name, face, number in sequence:
        before = world.newest()
        open_people = set(
            Contribution.objects.filter(kind=KIND, settled_by=None).values_list("person_id", flat=True)
        )
        try:
            world.do(verb, name, face, number)
        except DomainError:
            pass
        for change in ChangeRequest.objects.filter(kind=KIND).exclude(pk__in=contributed):
            if change.state == "active":
                contributed[change.pk] = open_people | {change.requested_by_id}
        assert before is None or world.newest() is not None
    world.check(contributed, applied)
    assert verify().ok


@examples(25)
@given(sequence=steps, approvals=st.integers(1, 2))
def test_no_sequence_lets_a_contributor_approve_or_other_content_come_into_force(
    play, users, sequence, approvals
):
    from django.db import transaction

    with transaction.atomic():
        role = users["architect"].person.grants.get().role
        role.functions = [*role.functions, "SOR.APPR"]
        role.save()
        Policy.objects.create(kind=KIND, number=1, approvals=approvals)
        play.subject.raises = None
        play_through(World(play, users), sequence)
        transaction.set_rollback(True)

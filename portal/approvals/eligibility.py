"""Who may decide on a request: a person, with the duty over every scope, who contributed nothing."""

from __future__ import annotations

from django.db.models import Q

from portal.approvals.codes import Code
from portal.approvals.content import subject_of
from portal.approvals.models import ChangeRequest, Contribution, Decision
from portal.core import authority
from portal.core.actor import Actor, ActorKind, Source
from portal.core.errors import Forbidden
from portal.people.models import Person, User


def contributors_of(change: ChangeRequest) -> set[int]:
    """Ids of all persons who had a hand in the content since it was last in force, the requester included."""
    rows = Contribution.objects.filter(
        Q(settled_by=None) | Q(settled_by=change), kind=change.kind, subject_key=change.subject_key
    )
    return {change.requested_by_id, *rows.values_list("person_id", flat=True)}


def demand_person(actor: Actor) -> int:
    """Id of the deciding person. Raises Forbidden APR-005 for machines, whatever their scopes."""
    if actor.is_machine or actor.person_id is None:
        raise Forbidden(Code.APR_005, "Machines never approve: tokens prepare and run, people decide.")
    return actor.person_id


def demand_seat(actor: Actor, change: ChangeRequest) -> int:
    """Id of the person. Raises Forbidden unless this actor, as a person, may decide on this request."""
    try:
        return _demand_seat(actor, change)
    except Forbidden as error:
        error.details["subject"] = (change._meta.label_lower, str(change.pk))
        raise


def password_setters(actor: Actor) -> set[int]:
    """Ids of who set the password the actor signed in with, or that of somebody who did: they all could act
    in the actor's name."""
    found: set[int] = set()
    behind = User.objects.filter(pk=actor.account_id or 0)
    while more := set(behind.exclude(password_set_by=None).values_list("password_set_by", flat=True)) - found:
        found |= more
        behind = User.objects.filter(person_id__in=more)
    return found - {actor.person_id or 0}


def _demand_seat(actor: Actor, change: ChangeRequest) -> int:
    person_id = demand_person(actor)
    contributors, barred = contributors_of(change), set(subject_of(change).barred(change))
    if person_id in contributors:
        raise Forbidden(Code.APR_006, "You contributed to this content, so another person must decide.")
    if person_id in barred:
        raise Forbidden(Code.APR_006, "This change concerns yourself, so another person must decide.")
    in_hand = User.objects.filter(person_id__in=contributors, password_set_by=person_id)
    if account := in_hand.select_related("person").first():
        words = f"You set the password of {account.person}, who contributed to this content"
        raise Forbidden(Code.APR_006, f"{words}, so another person must decide.")
    if behind := password_setters(actor) & (contributors | barred):
        setter = Person.objects.filter(pk__in=behind).order_by("pk")[0]
        why = "who contributed to this change" if setter.pk in contributors else "whom this change concerns"
        words = f"{setter}, {why}, set your password or the address that a link to set it was mailed to"
        how = "have it set by another administrator or on the command line"
        raise Forbidden(Code.APR_011, f"{words}; {how}.")
    demand_cover(actor, change)
    return person_id


def demand_cover(actor: Actor, change: ChangeRequest) -> None:
    """Raises Forbidden IAM-001 unless the actor may approve over every scope object the change touches."""
    subject = subject_of(change)
    scopes = list(subject.scopes(change))
    for scope in scopes:
        authority.check(actor, subject.approve_permission, scope, name=str(scope))
    if not scopes:
        authority.check_everywhere(actor, subject.approve_permission)


def covers(actor: Actor, change: ChangeRequest) -> bool:
    """Whether `demand_cover` lets the actor pass."""
    try:
        demand_cover(actor, change)
    except Forbidden:
        return False
    return True


def _still_eligible(person: Person, change: ChangeRequest) -> bool:
    actor = Actor(ActorKind.PERSON, person.name, Source.SYSTEM, person_id=person.pk)
    try:
        demand_seat(actor, change)
    except Forbidden:
        return False
    return person.is_active


def seats_filled(change: ChangeRequest) -> int:
    """Approvals of this round by persons who are eligible now; others stay readable but do not count."""
    seats = change.decisions.filter(round=change.round, verdict=Decision.Verdict.APPROVE, voided=False)
    return sum(_still_eligible(seat.person, change) for seat in seats.select_related("person"))

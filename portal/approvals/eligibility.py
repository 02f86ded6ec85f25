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


def password_setter(actor: Actor) -> Person | None:
    """Who set the password the actor signed in with, and so could act in the actor's name."""
    if actor.account_id is None:
        return None
    return Person.objects.filter(
        pk__in=User.objects.filter(pk=actor.account_id).values("password_set_by")
    ).first()


def _demand_seat(actor: Actor, change: ChangeRequest) -> int:
    person_id = demand_person(actor)
    contributors, barred = contributors_of(change), set(subject_of(change).barred(change))
    if person_id in contributors:
        raise Forbidden(Code.APR_006, "You contributed to this content, so another person must decide.")
    if person_id in barred:
        raise Forbidden(Code.APR_006, "This change concerns yourself, so another person must decide.")
    setter = password_setter(actor)
    if setter is not None and setter.pk in contributors | barred:
        why = "who contributed to this change" if setter.pk in contributors else "whom this change concerns"
        how = "have it set by another administrator or by a mailed link"
        raise Forbidden(Code.APR_011, f"Your password was set by {setter}, {why}; {how}.")
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

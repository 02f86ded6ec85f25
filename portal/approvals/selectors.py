"""Reads of change requests."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.approvals.content import subject_of
from portal.approvals.eligibility import covers, demand_seat, password_setters
from portal.approvals.models import ChangeRequest, Contribution, Decision, Policy
from portal.approvals.permissions import P
from portal.approvals.ports import DiffRow, subjects
from portal.approvals.states import DECIDABLE, OPEN, ChangeState
from portal.core import authority
from portal.core.actor import Actor
from portal.core.errors import Forbidden
from portal.people.models import User

WAITING_CAP = 200
"""Requests that a queue shows at most."""

_CHUNK = 200
_SPARE = 20
_MAX_CHUNKS = 10


def changes(actor: Actor) -> QuerySet[ChangeRequest]:
    """Requests the actor may see, newest first."""
    return ChangeRequest.objects.restrict(actor, P.CHANGE_VIEW).select_related("requested_by", "policy")


def open_change(kind: str, subject_key: str) -> ChangeRequest | None:
    return ChangeRequest.objects.filter(kind=kind, subject_key=subject_key, state__in=OPEN).first()


def open_changes(kind: str, **payload: str) -> QuerySet[ChangeRequest]:
    """Open requests of a kind whose payload has these values."""
    named = {f"payload__{name}": value for name, value in payload.items()}
    return ChangeRequest.objects.filter(kind=kind, state__in=OPEN, **named).order_by("id")


def pushed_back_change(actor: Actor, kind: str, wanted: str) -> ChangeRequest | None:
    """The pushed-back request that a form was asked to correct; None for anything else."""
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return None
    return changes(actor).filter(pk=int(wanted), kind=kind, state=ChangeState.PUSHED_BACK).first()


def refusal(actor: Actor, change: ChangeRequest) -> Forbidden | None:
    """Why this actor may not decide on this request, or None when he may."""
    try:
        demand_seat(actor, change)
    except Forbidden as error:
        return error
    return None


def awaiting(actor: Actor, limit: int = WAITING_CAP) -> list[ChangeRequest]:
    """Requests that wait for a decision of this very actor, oldest first."""
    found: list[ChangeRequest] = []
    verdicts: dict[tuple[str, tuple[str, ...]], bool] = {}
    last = 0
    behind = {actor.person_id or 0, *password_setters(actor)}
    undecided = (
        _undecided(actor, behind).defer("findings", "preview", "difference").prefetch_related("scopes")
    )
    size = min(limit + _SPARE, _CHUNK)
    for _ in range(_MAX_CHUNKS):
        chunk = list(undecided.filter(pk__gt=last)[:size])
        found += [change for change in chunk if _seat_open(actor, behind, change, verdicts)]
        if len(found) >= limit or len(chunk) < size:
            break
        last = chunk[-1].pk
    return found[:limit]


def _undecided(actor: Actor, behind: set[int]) -> QuerySet[ChangeRequest]:
    """Open requests of kinds the actor may approve somewhere, without those he decided on already, or that
    one of the persons `behind` the account, himself or who set his password, had a hand in, or somebody
    whose password he set."""
    if actor.is_machine or actor.person_id is None:
        return ChangeRequest.objects.none()
    kinds = [
        kind
        for kind, subject in subjects.all().items()
        if authority.allowed(actor, subject.approve_permission)
    ]
    mine = Decision.objects.filter(
        change=OuterRef("pk"), round=OuterRef("round"), voided=False, person_id=actor.person_id
    )
    in_hand = User.objects.filter(person=OuterRef("requested_by"), password_set_by=actor.person_id)
    hand = Contribution.objects.filter(
        Q(person_id__in=behind) | Q(person__accounts__password_set_by=actor.person_id),
        kind=OuterRef("kind"),
        subject_key=OuterRef("subject_key"),
    )
    return (
        changes(actor)
        .filter(state__in=DECIDABLE, kind__in=kinds)
        .exclude(requested_by_id__in=behind)
        .exclude(Exists(in_hand))
        .exclude(Exists(mine))
        .exclude(Exists(hand.filter(settled_by=None)))
        .exclude(Exists(hand.filter(settled_by=OuterRef("pk"))))
        .order_by("id")
    )


def _seat_open(
    actor: Actor,
    behind: set[int],
    change: ChangeRequest,
    verdicts: dict[tuple[str, tuple[str, ...]], bool],
) -> bool:
    """What `demand_seat` would say of an undecided request, asked once per kind and set of scope objects."""
    key = (change.kind, tuple(sorted(scope.token for scope in change.scopes.all())))
    if key not in verdicts:
        verdicts[key] = covers(actor, change)
    return verdicts[key] and behind.isdisjoint(subject_of(change).barred(change))


def subject_url(change: ChangeRequest) -> str:
    return subject_of(change).url(change)


def diff_of(change: ChangeRequest) -> list[DiffRow]:
    """What the change changes: against what is in force while it is open, then as it was last examined."""
    if change.is_open:
        return subject_of(change).diff(change)
    return [DiffRow(**row) for row in change.difference]


def findings_of(change: ChangeRequest) -> list[dict[str, str]]:
    """What validation finds: now while it is to be decided, then as it was last examined."""
    if change.state in DECIDABLE:
        return [finding.as_dict() for finding in subject_of(change).validate(change)]
    return list(change.findings)


def policies(actor: Actor) -> QuerySet[Policy]:
    """Every version of every policy, for those who see change requests."""
    return Policy.objects.all() if authority.allowed(actor, P.CHANGE_VIEW) else Policy.objects.none()

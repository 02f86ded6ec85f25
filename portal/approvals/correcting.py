"""How pushed-back content is corrected, in the words that pages and refusals use."""

from __future__ import annotations

from enum import Enum, auto
from urllib.parse import urlencode

from portal.approvals.content import subject_of
from portal.approvals.models import ChangeRequest

CORRECTS = "corrects"
"""The parameter by which a form is told which change request it corrects."""


class Way(Enum):
    EDIT = auto()
    """The content stands in rows of its own and is edited there."""
    REPLACE = auto()
    """The content came with the proposal: a new proposal over the same subject takes its place."""
    ANEW = auto()
    """The content names exactly what it is about: it is withdrawn and proposed anew."""


def way_of(change: ChangeRequest) -> Way:
    if subject_of(change).fixed:
        return Way.ANEW
    return Way.EDIT if change.payload is None else Way.REPLACE


def corrected(url: str, change: ChangeRequest) -> str:
    """The address of a form that is to be filled in with what was pushed back."""
    return f"{url}?{urlencode({CORRECTS: change.pk})}"


def faulty_words(change: ChangeRequest) -> str:
    """What becomes of content that can no longer be put in force, for who decides."""
    if way_of(change) is Way.ANEW:
        return "It cannot be corrected: reject it, or let it be withdrawn and propose anew what still holds."
    return "Push the change back to be corrected, or reject it."


def resubmit_words(change: ChangeRequest) -> str:
    """What becomes of pushed-back content that has faults, for who submits it again; "": correct them."""
    return "Withdraw it and propose anew what still holds." if way_of(change) is Way.ANEW else ""


def pushed_back_title(change: ChangeRequest) -> str:
    if way_of(change) is Way.ANEW:
        return "Pushed back: withdraw and propose anew"
    return "Pushed back to be corrected"


def pushed_back_words(change: ChangeRequest) -> str:
    """What its requester, and others, can do with a request that is pushed back."""
    match way_of(change):
        case Way.EDIT:
            return "Edit the content on its own page; then its requester submits it again."
        case Way.REPLACE:
            return (
                "Propose the corrected content over the same subject, as for a new one: it takes the place "
                f"of this content under {change.ref}, and a new round begins."
            )
        case Way.ANEW:
            return (
                "Its content names exactly what it is about: its requester withdraws it, and what is right "
                "is proposed anew at once; or the same content is submitted again."
            )


def open_words(change: ChangeRequest) -> str:
    """What to do first where an open request stands in the way of another proposal."""
    if not change.is_pushed_back:
        return f"Let {change.ref} be decided, pushed back or withdrawn first."
    if way_of(change) is Way.REPLACE:
        return f"{change.ref} is outside your scope: let its requester correct or withdraw it."
    return pushed_back_words(change)

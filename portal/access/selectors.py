"""Reads of people, roles, grants and tokens."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.access.authority import permissions_held
from portal.access.models import ApiToken, Grant, Role
from portal.access.permissions import P
from portal.core import authority
from portal.core.actor import Actor
from portal.people.models import Person, User
from portal.people.permissions import P as PeopleP


def people(actor: Actor) -> QuerySet[Person]:
    return Person.objects.restrict(actor, PeopleP.PERSON_VIEW).prefetch_related("accounts", "grants__role")


def roles(actor: Actor) -> QuerySet[Role]:
    return Role.objects.restrict(actor, P.ROLE_VIEW)


def grants(actor: Actor) -> QuerySet[Grant]:
    return Grant.objects.restrict(actor, P.GRANT_VIEW).select_related("person", "role")


def grants_seen(actor: Actor) -> QuerySet[Grant]:
    """Grants on the pages of people: those the actor may see, and always one's own."""
    seen = Grant.objects.restrict(actor, P.GRANT_VIEW)
    own = Q(person_id=actor.person_id or 0)
    return Grant.objects.filter(own | Q(pk__in=seen.values("pk"))).select_related("role")


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """Tokens of the actor's own accounts; a token sees itself alone."""
    own = Q(account__person_id=actor.person_id or 0)
    if actor.token_id is not None:
        own &= Q(pk=actor.token_id)
    return ApiToken.objects.filter(own).select_related("account")


def held(actor: Actor) -> set[str]:
    """Every permission the actor holds anywhere, in one query; for navigation, not for decisions."""
    return permissions_held(actor)


def tokens_revocable(actor: Actor) -> QuerySet[ApiToken]:
    """Tokens the actor may revoke: one's own, or everyone's with the permission."""
    if authority.allowed(actor, P.TOKEN_REVOKE):
        return ApiToken.objects.select_related("account")
    return tokens_of(actor)


def accounts(actor: Actor) -> QuerySet[User]:
    """Accounts of the persons the actor may see."""
    seen = Person.objects.restrict(actor, PeopleP.PERSON_VIEW)
    return User.objects.filter(person__in=seen).select_related("person")

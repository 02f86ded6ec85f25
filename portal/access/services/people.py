"""Persons and accounts, registered by role administrators. Having an account grants nothing."""

from __future__ import annotations

from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.access.administrators import demand_without
from portal.access.codes import Code
from portal.access.notices import tell_old_address
from portal.access.tags import Tag
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import BadInput, Conflict, Forbidden, Invalid, NotFound
from portal.core.locking import locked
from portal.core.text import clean_code, clean_text
from portal.people.models import Person, User
from portal.people.permissions import P


@audited(Tag.PERSON_REGISTER)
def person_register(*, actor: Actor, reason: str, code: str, name: str, email: str = "") -> Person:
    """Register a natural person. Raises Conflict IAM-010 when the code is taken."""
    authority.check_everywhere(actor, P.PERSON_MANAGE)
    code = clean_code(code, place="code")
    if Person.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.IAM_010, f"There is a person with the code {code} already.", place="code")
    person = Person(code=code, name=clean_text(name, 200, place="name"), email=email)
    person.email_set_by_id = _address_setter(person, actor) if email else None
    person.full_clean()
    person.save()
    record(
        Tag.PERSON_REGISTER,
        actor=actor,
        subject=person,
        reason=reason,
        after={"code": code, "name": person.name, "email": email},
    )
    return person


@audited(Tag.PERSON_EDIT)
def person_edit(
    *, actor: Actor, reason: str, person_id: int, name: str, email: str = "", is_active: bool = True
) -> Person:
    """Change a person. Making one inactive ends every session, token and grant of theirs at once.

    Links to set a password go to the new address only, and the old one is told by mail that it is not used.
    Raises Forbidden IAM-018 (oneself), Denied409 IAM-019 (administration would end).
    """
    person = Person.objects.get_for(actor, P.PERSON_MANAGE, pk=person_id, lock=True)
    if person.is_active and not is_active:
        if person.pk == actor.person_id:
            raise Forbidden(Code.IAM_018, "You cannot disable yourself.", place="is_active")
        demand_without(person.pk)
    before = {"name": person.name, "email": person.email, "is_active": person.is_active}
    person.name, person.email, person.is_active = clean_text(name, 200, place="name"), email, is_active
    moved = email != before["email"]
    if moved:
        person.email_set_by_id = _address_setter(person, actor) if email else None
    person.full_clean()
    person.save()
    if moved:
        _move_address(person, str(before["email"]), actor)
    after = {"name": person.name, "email": email, "is_active": is_active}
    record(Tag.PERSON_EDIT, actor=actor, subject=person, reason=reason, before=before, after=after)
    return person


def _address_setter(person: Person, actor: Actor) -> int | None:
    """Id of who else may read the mail of the new address; None for the command line."""
    if actor.person_id != person.pk:
        return actor.person_id
    return _password_setter_of(actor)


def _move_address(person: Person, old: str, actor: Actor) -> None:
    """Accounts to sign in with follow their person's address; a link mailed to the old one opens nothing."""
    User.objects.filter(person=person, kind=User.Kind.PERSON).update(email=person.email)
    EmailAddress.objects.filter(user__person=person).delete()
    if old and settings.EMAIL_HOST:
        transaction.on_commit(partial(tell_old_address, person.name, old, actor.label), robust=True)


def set_password(user: User, password: str, actor: Actor) -> None:
    """Validate, set and remember who did. Raises BadInput IAM-011."""
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise BadInput(Code.IAM_011, " ".join(exc.messages), place="password") from None
    user.set_password(password)
    user.password_set_by_id = _setter(user, actor)
    user.password_set_at = now() if user.password_set_by_id else None


def _setter(user: User, actor: Actor) -> int | None:
    """Id of the person who knows the password from now on; None for the command line.

    Whoever sets one for an account of their own stays known to those who had set it, or set the one
    they act with.
    """
    if actor.person_id != user.person_id:
        return actor.person_id
    return _password_setter_of(actor) or user.password_set_by_id


def _password_setter_of(actor: Actor) -> int | None:
    return User.objects.filter(pk=actor.account_id or 0).values_list("password_set_by_id", flat=True).first()


def _demand_no_service(kind: str) -> None:
    """Raises Invalid IAM-021: nobody signs in as a service account."""
    if kind == User.Kind.SERVICE:
        raise Invalid(
            Code.IAM_021,
            "A service account has no password: nobody signs in with it.",
            place="password",
            hint="Issue an API token for it, or make an account of the kind person.",
        )


@audited(Tag.ACCOUNT_CREATE)
def account_create(
    *,
    actor: Actor,
    reason: str,
    person_id: int,
    username: str,
    password: str | None = None,
    kind: str = User.Kind.PERSON,
) -> User:
    """Give a person an account; without a password it cannot sign in until one is set.

    Raises Conflict IAM-010 (name taken), BadInput IAM-011 (weak password), Invalid IAM-021 (a service's).
    """
    person = Person.objects.get_for(actor, P.ACCOUNT_MANAGE, pk=person_id)
    username = clean_code(username, place="username")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(Code.IAM_010, f"There is an account named {username} already.", place="username")
    address = person.email if kind == User.Kind.PERSON else ""
    user = User(username=username, person=person, kind=kind, email=address)
    if password is None:
        user.set_unusable_password()
    else:
        _demand_no_service(kind)
        set_password(user, password, actor)
    user.full_clean(exclude=["password"])
    user.save()
    after = {"username": username, "person": person.code, "kind": str(kind)}
    record(Tag.ACCOUNT_CREATE, actor=actor, subject=person, reason=reason, after=after)
    return user


@audited(Tag.ACCOUNT_SET_PASSWORD)
def account_set_password(*, actor: Actor, reason: str, account_id: int, password: str) -> User:
    """Set the password of an account; its sessions end.

    Raises BadInput IAM-011 when it is weak, Invalid IAM-021 for a service account, NotFound.
    """
    authority.check_everywhere(actor, P.ACCOUNT_MANAGE)
    user = locked(User.objects.select_related("person")).filter(pk=account_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    _demand_no_service(user.kind)
    set_password(user, password, actor)
    user.save(update_fields=["password", "password_set_by", "password_set_at"])
    after = {"username": user.username}
    record(Tag.ACCOUNT_SET_PASSWORD, actor=actor, subject=user.person, reason=reason, after=after)
    return user


@audited(Tag.ACCOUNT_SET_ACTIVE)
def account_set_active(*, actor: Actor, reason: str, account_id: int, active: bool) -> User:
    """Enable or disable one account.

    Raises NotFound, Forbidden IAM-018 (one's own), Denied409 IAM-019 (administration would end).
    """
    authority.check_everywhere(actor, P.ACCOUNT_MANAGE)
    user = locked(User.objects.select_related("person")).filter(pk=account_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    if user.is_active and not active:
        if user.pk == actor.account_id:
            raise Forbidden(Code.IAM_018, "You cannot disable the account you act with.", place="active")
        others = User.objects.filter(person=user.person, kind=User.Kind.PERSON, is_active=True)
        if not others.exclude(pk=user.pk).exists():
            demand_without(user.person_id)
    before = {"username": user.username, "is_active": user.is_active}
    user.is_active = active
    user.save(update_fields=["is_active"])
    after = {"username": user.username, "is_active": active}
    record(
        Tag.ACCOUNT_SET_ACTIVE, actor=actor, subject=user.person, reason=reason, before=before, after=after
    )
    return user

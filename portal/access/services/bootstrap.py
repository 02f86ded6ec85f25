"""The first two role administrators, once, on an empty database. Everything after goes through grants."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.access.codes import Code
from portal.access.functions import Function
from portal.access.models import Grant, Role
from portal.access.services.people import set_password
from portal.access.tags import Tag
from portal.audit.services import audited, record
from portal.core.actor import Actor
from portal.core.clock import today
from portal.core.errors import Conflict
from portal.core.locking import lock_name
from portal.core.text import clean_code, clean_text
from portal.people.models import Person, User

# Proposing and approving are two roles, so that the starter rule R03 holds from the first day.
ROLES = {
    "role-administrator": (
        "Role administrator",
        (Function.ROLE_DEF, Function.ROLE_GRANT, Function.POLICY_EDIT, Function.VIEW),
    ),
    "role-approver": ("Role approver", (Function.ROLE_APPR, Function.POLICY_APPR, Function.VIEW)),
}


@dataclass(frozen=True, slots=True)
class FirstPerson:
    code: str
    name: str
    password: str = field(repr=False)


@audited(Tag.BOOTSTRAP)
def bootstrap(*, actor: Actor, reason: str, administrator: FirstPerson, approver: FirstPerson) -> list[User]:
    """Create the two.

    Raises Conflict IAM-013 when anybody exists already, IAM-010 when both are the same person, BadInput
    IAM-011 on weak passwords.
    """
    lock_name("access:bootstrap")
    if Person.objects.exists():
        raise Conflict(Code.IAM_013, "There are people in this database already; bootstrap runs only once.")
    if administrator.code.casefold() == approver.code.casefold():
        raise Conflict(Code.IAM_010, "The two administrators must be different persons.", place="approver")
    users = []
    for first, (code, (name, functions)) in zip((administrator, approver), ROLES.items(), strict=True):
        person = Person(
            code=clean_code(first.code, place="code"), name=clean_text(first.name, 200, place="name")
        )
        person.full_clean()
        person.save()
        user = User(username=person.code, person=person)
        set_password(user, first.password, actor)
        user.save()
        role = Role.objects.create(code=code, name=name, functions=sorted(str(f) for f in functions))
        Grant.objects.create(person=person, role=role, valid_from=today(), change_ref="bootstrap")
        record(
            Tag.BOOTSTRAP,
            actor=actor,
            subject=person,
            reason=reason,
            after={"code": first.code, "role": code},
        )
        users.append(user)
    return users

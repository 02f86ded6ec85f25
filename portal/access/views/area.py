"""What the access pages share: the tabs of the area."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from portal.access.permissions import P
from portal.access.selectors import held
from portal.core.actor import Actor
from portal.core.views import Crumb
from portal.people.permissions import P as People

AREA = (
    ("People", "access:person-list", People.PERSON_VIEW),
    ("Roles", "access:role-list", P.ROLE_VIEW),
    ("Grants", "access:grant-list", P.GRANT_VIEW),
    ("My API tokens", "access:token-list", ""),
)
HOME: Crumb = ("People and access", "")


class AccessArea:
    """Mixin: tabs of the area, only those the person may open."""

    actor: Actor

    def siblings(self) -> Sequence[Crumb]:
        permissions = held(self.actor)
        return [(label, reverse(name)) for label, name, needed in AREA if not needed or needed in permissions]

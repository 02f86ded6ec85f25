"""What one operation of a resource is: its permission, what it takes, what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework.serializers import BaseSerializer

from portal.core.api.serializers import Body

AnyOne: None = None
"""Permission of operations on what is the caller's own: signing in is enough."""


@dataclass(frozen=True, slots=True)
class Op:
    """One row of a resource's table of operations; an action without a row does not exist (default deny).

    `permission` None: any signed-in account (the selector shows only what is its own).
    `if_match` False: the write names its content in another way (a hash, a state) or must never be hindered.
    `attempted`: what a refused write is called in the audit where no permission stands for it.
    `people_only`: a decision, which machines never take; tokens get 403 APR-005.
    `upload`: takes multipart/form-data instead of JSON. `paged`: answers a cursor page.
    """

    permission: str | None
    body: type[BaseSerializer] = Body
    answer: type[BaseSerializer] | None = None
    status: int = 200
    if_match: bool = True
    upload: bool = False
    paged: bool = False
    many: bool = False
    people_only: bool = False
    attempted: str = ""

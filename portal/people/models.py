"""Persons and their accounts: every account belongs to exactly one natural person (controls.md)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from simple_history.models import HistoricalRecords

from portal.core.querysets import Governed
from portal.people.permissions import P


class Person(Governed):
    """A natural person. Every separation-of-duties test compares persons, not accounts."""

    view_permission = P.PERSON_VIEW

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    email_set_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who registered the address of somebody else, and so may be the one who reads its mail: a "
        "password set by a link mailed there counts as set by them.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """An account to sign in with. `is_superuser` and `is_staff` mean nothing to Tieout."""

    class Kind(models.TextChoices):
        PERSON = "person", "person"
        SERVICE = "service", "service account"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)

    password_set_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who last set the password for somebody else, or registered the address that a link to set "
        "it was mailed to; nobody after bootstrap or the command line. Changing one's own password keeps it: "
        "the setter could have done that too.",
    )
    password_set_at = models.DateTimeField(null=True, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def name(self) -> str:
        """The person's name, which a password must not resemble."""
        return self.person.name

    @property
    def label(self) -> str:
        """The person with the account, as the audit calls them."""
        return f"{self.person.name} ({self.username})"

    @property
    def may_sign_in(self) -> bool:
        return self.is_active and self.person.is_active

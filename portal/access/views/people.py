"""Pages of persons and their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from portal.access import selectors, services
from portal.access.authority import active_grants
from portal.access.filters import PersonFilter
from portal.access.forms import (
    AccountCreateForm,
    AccountSetPasswordForm,
    PersonEditForm,
    PersonRegisterForm,
)
from portal.access.functions import LABELS, Function
from portal.access.permissions import P
from portal.access.scopes import with_scope
from portal.access.views.area import AccessArea
from portal.core import authority
from portal.core.errors import OutOfScope
from portal.core.views import (
    Action,
    ActionPage,
    Column,
    Crumb,
    DetailPage,
    EditPage,
    Empty,
    Fact,
    ListPage,
    ObjectActionPage,
    RegisterPage,
    permitted,
)
from portal.people.models import Person, User
from portal.people.permissions import P as People


def person_url(person: Person) -> str:
    return reverse("access:person-detail", kwargs={"pk": person.pk})


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [("People", reverse("access:person-list")), *more]


class PersonListView(AccessArea, ListPage):
    title = "People"
    lead = "Natural persons. Duties are compared by person, whatever accounts they use."
    model = Person
    permission = People.PERSON_VIEW
    filterset_class = PersonFilter
    ordering = ("name",)
    empty = Empty("Nobody is registered.", "manage.py bootstrap creates the first two role administrators.")
    columns = (
        Column("name", "Name", primary=True, link=person_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("accounts", "Accounts", kind="tags", value=lambda p: [a.username for a in p.accounts.all()]),
        Column("roles", "Roles", kind="tags", value=lambda p: sorted({g.role.name for g in p.grants.all()})),
        Column("email", "E-mail"),
        Column("state", "State", kind="status", value=lambda p: "enabled" if p.is_active else "disabled"),
    )

    def _sees_all_roles(self) -> bool:
        return authority.allowed_everywhere(self.actor, P.GRANT_VIEW)

    def get_columns(self) -> Sequence[Column]:
        """Roles that are hidden from the reader are not shown as if there were none."""
        if self._sees_all_roles():
            return self.columns
        return [replace(c, label="Roles that you may see") if c.name == "roles" else c for c in self.columns]

    def get_lead(self) -> str:
        if self._sees_all_roles():
            return self.lead
        if authority.allowed(self.actor, P.GRANT_VIEW):
            hidden = "You see roles over what your own permission “See grants” covers; there may be others."
        else:
            hidden = "You need the permission “See grants” to see the roles of others."
        return f"{self.lead} {hidden}"

    def get_queryset(self) -> QuerySet:
        return Person.objects.restrict(self.actor, self.permission)

    def decorate(self, rows: QuerySet) -> QuerySet:
        seen = Prefetch("grants", selectors.grants_seen(self.actor))
        return rows.distinct().prefetch_related("accounts", seen)

    def actions(self) -> Sequence[Action]:
        url = reverse("access:person-register")
        return [
            permitted(
                self.actor,
                People.PERSON_MANAGE,
                "Register a person",
                url,
                everywhere=True,
                tone="primary",
                icon="plus",
            )
        ]


class PersonDetailView(DetailPage):
    model = Person
    permission = People.PERSON_VIEW
    template_name = "access/person_detail.html"
    code_field = "code"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, ""))

    def actions(self) -> Sequence[Action]:
        key = {"pk": self.object.pk}
        grant = f"{reverse('access:grant-propose')}?person={self.object.code}"
        return [
            permitted(self.actor, P.GRANT_PROPOSE, "Propose a grant", grant, tone="primary"),
            permitted(
                self.actor,
                People.ACCOUNT_MANAGE,
                "Add an account",
                reverse("access:account-create", kwargs=key),
                obj=self.object,
            ),
            permitted(
                self.actor,
                People.PERSON_MANAGE,
                "Edit",
                reverse("access:person-edit", kwargs=key),
                obj=self.object,
            ),
        ]

    def facts(self) -> Sequence[Fact]:
        person = self.object
        return [
            Fact("State", "enabled" if person.is_active else "disabled", "status"),
            Fact("E-mail", person.email),
            *([Fact("E-mail registered by", person.email_set_by.name)] if person.email_set_by else []),
            Fact("Registered", person.created_at, "time"),
        ]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        person = self.object
        own = person.pk == self.actor.person_id
        see_grants = own or authority.allowed(self.actor, P.GRANT_VIEW)
        grants = with_scope(selectors.grants_seen(self.actor)).filter(person=person)
        today = active_grants(person.pk).filter(pk__in=grants.values("pk")).select_related("role")
        duties = {name for grant in today for name in grant.role.functions}
        known = [(str(f), label) for f, label in LABELS.items() if str(f) in duties and f in Function]
        return super().get_context(
            accounts=person.accounts.select_related("password_set_by").order_by("username"),
            grants=grants.select_related("role").order_by("role__name") if see_grants else None,
            duties=known if see_grants else None,
            may_end=authority.allowed(self.actor, P.GRANT_PROPOSE),
            may_set=authority.allowed_everywhere(self.actor, People.ACCOUNT_MANAGE),
            all_seen=own or authority.allowed_everywhere(self.actor, P.GRANT_VIEW),
            **extra,
        )


class _People:
    """Mixin: where people are listed and shown, and who changes them."""

    area = ("People", "access:person-list")
    detail = "access:person-detail"
    permission: str = People.PERSON_MANAGE


class PersonRegisterView(_People, RegisterPage):
    title = "Register a person"
    everywhere = True
    lead = "A registered person may do nothing yet: duties come from grants, which another person approves."
    form_class = PersonRegisterForm
    service = staticmethod(services.person_register)


class PersonEditView(_People, EditPage):
    model = Person
    form_class = PersonEditForm
    fields = ("name", "email", "is_active")
    key = "person_id"
    service = staticmethod(services.person_edit)


class AccountCreateView(ObjectActionPage):
    model = Person
    permission = People.ACCOUNT_MANAGE
    form_class = AccountCreateForm
    submit_label = "Create the account"

    def get_title(self) -> str:
        return f"Add an account for {self.object.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return _crumbs((self.object.name, person_url(self.object)), ("Add an account", ""))

    def cancel_url(self) -> str:
        return person_url(self.object)

    def perform(self, form: AccountCreateForm) -> User:
        values = {**form.values, "password": form.cleaned_data["password"] or None}
        return services.account_create(actor=self.actor, person_id=self.object.pk, **values)

    def success_url(self, result: User) -> str:
        return person_url(self.object)

    def success_message(self, result: User) -> str:
        return f"The account {result.username} exists."


class AccountSetPasswordView(ActionPage):
    """The first password of an account, or a new one for somebody who has forgotten theirs."""

    lead = "Sessions of the account end. The audit trail keeps who set it and why, never the password."
    permission = People.ACCOUNT_MANAGE
    everywhere = True
    form_class = AccountSetPasswordForm
    submit_label = "Set the password"
    account: User

    def prepare(self) -> None:
        super().prepare()
        account = selectors.accounts(self.actor).filter(pk=self.kwargs["pk"]).first()
        if account is None:
            raise OutOfScope("There is no such account in your scope.")
        self.account = account

    def get_title(self) -> str:
        return f"Set a password of {self.account.username}"

    def crumbs(self) -> Sequence[Crumb]:
        person = self.account.person
        return _crumbs((person.name, person_url(person)), ("Set a password", ""))

    def cancel_url(self) -> str:
        return person_url(self.account.person)

    def perform(self, form: AccountSetPasswordForm) -> User:
        return services.account_set_password(actor=self.actor, account_id=self.account.pk, **form.values)

    def success_url(self, result: User) -> str:
        return person_url(self.account.person)

    def success_message(self, result: User) -> str:
        return f"{result.username} signs in with the new password from now on."

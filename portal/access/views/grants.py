"""Pages of roles and grants; both are proposed here and approved in the change queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from portal.access import selectors, services
from portal.access.filters import GrantFilter
from portal.access.forms import GrantProposeForm, GrantRevokeForm, RoleProposeForm
from portal.access.functions import LABELS, Function, permissions_of
from portal.access.models import Grant, Role
from portal.access.permissions import P
from portal.access.scopes import scope_words, with_scope
from portal.access.views.area import AccessArea
from portal.access.views.people import person_url
from portal.approvals.addresses import change_url
from portal.approvals.correction_page import Correction
from portal.approvals.models import ChangeRequest
from portal.core import authority
from portal.core.clock import today
from portal.core.views import (
    Action,
    ActionPage,
    Column,
    Crumb,
    DetailPage,
    Empty,
    ListPage,
    ObjectActionPage,
    Proposal,
    permitted,
)


def role_url(role: Role) -> str:
    return reverse("access:role-detail", kwargs={"pk": role.pk})


def when_of(grant: Grant) -> str:
    """in_force, future or ended, today."""
    if grant.valid_from > today():
        return "future"
    return "ended" if grant.valid_to and grant.valid_to < today() else "in_force"


class RoleListView(AccessArea, ListPage):
    title = "Roles"
    lead = "Named sets of duties. A change of a role is approved like any other change."
    model = Role
    permission = P.ROLE_VIEW
    ordering = ("name",)
    empty = Empty("No role exists.")
    columns = (
        Column("name", "Role", primary=True, link=role_url, sort="name"),
        Column("code", "Code", kind="code", sort="code"),
        Column("functions", "Duties", kind="tags"),
        Column("number", "Version", kind="count"),
    )

    def actions(self) -> Sequence[Action]:
        url = reverse("access:role-propose")
        return [
            permitted(
                self.actor,
                P.ROLE_PROPOSE,
                "Propose a role",
                url,
                everywhere=True,
                tone="primary",
                icon="plus",
            )
        ]


class RoleDetailView(DetailPage):
    model = Role
    permission = P.ROLE_VIEW
    template_name = "access/role_detail.html"
    code_field = "code"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Roles", reverse("access:role-list")), (self.object.name, "")]

    def actions(self) -> Sequence[Action]:
        url = f"{reverse('access:role-propose')}?role={self.object.code}"
        return [permitted(self.actor, P.ROLE_PROPOSE, "Propose a new version", url, everywhere=True)]

    def get_context(self, **extra: Any) -> dict[str, Any]:
        labels = authority.all_permissions()
        duties = [
            (name, LABELS.get(Function(name), name), sorted(labels.get(p, p) for p in permissions_of([name])))
            for name in self.object.functions
        ]
        holders = with_scope(selectors.grants(self.actor)).filter(role=self.object).order_by("person__name")
        see = authority.allowed(self.actor, P.GRANT_VIEW)
        return super().get_context(
            duties=duties,
            holders=holders if see else None,
            all_seen=authority.allowed_everywhere(self.actor, P.GRANT_VIEW),
            **extra,
        )


class RoleProposeView(Correction, ActionPage):
    title = "Propose a role"
    permission = P.ROLE_PROPOSE
    everywhere = True
    form_class = RoleProposeForm
    subject_kind = "access.role"

    def crumbs(self) -> Sequence[Crumb]:
        return [("Roles", reverse("access:role-list")), (self.title, "")]

    def cancel_url(self) -> str:
        return reverse("access:role-list")

    def stored_rows(self) -> QuerySet:
        change = self.corrects()
        code = (change.payload or {})["code"] if change else self.request.GET.get("role", "")[:64]
        return Role.objects.filter(code=code)

    def stored(self) -> dict[str, Any]:
        role = self.stored_rows().first()
        return {"code": role.code, "name": role.name, "functions": role.functions} if role else {}

    def perform(self, form: RoleProposeForm) -> ChangeRequest:
        return services.role_propose(actor=self.actor, **form.values)


class GrantListView(AccessArea, ListPage):
    title = "Grants"
    lead = "Who holds which role, over what, from when to when."
    model = Grant
    permission = P.GRANT_VIEW
    filterset_class = GrantFilter
    ordering = ("person__name", "role__name")
    empty = Empty("No grant exists.")
    columns = (
        Column(
            "person",
            "Person",
            value="person.name",
            primary=True,
            link=lambda g: person_url(g.person),
            sort="person__name",
        ),
        Column("role", "Role", value="role.name", link=lambda g: role_url(g.role), sort="role__name"),
        Column("scope", "Scope", value="over", sort="over"),
        Column("valid_from", "From", kind="date", sort="valid_from"),
        Column("valid_to", "To", kind="date", sort="valid_to"),
        Column("when", "State", kind="status", value=when_of),
        Column("change_ref", "Change", kind="code", link=lambda row: change_url(row.change_ref)),
    )

    def get_queryset(self) -> QuerySet:
        return with_scope(super().get_queryset())

    def decorate(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("person", "role")

    def actions(self) -> Sequence[Action]:
        url = reverse("access:grant-propose")
        return [permitted(self.actor, P.GRANT_PROPOSE, "Propose a grant", url, tone="primary", icon="plus")]


class GrantProposeView(Correction, ActionPage):
    title = "Propose a grant"
    lead = "The person named here never approves it."
    permission = P.GRANT_PROPOSE
    form_class = GrantProposeForm
    subject_kind = "access.grant"

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def crumbs(self) -> Sequence[Crumb]:
        return [("People", reverse("access:person-list")), (self.title, "")]

    def cancel_url(self) -> str:
        return reverse("access:person-list")

    def initial(self) -> dict[str, Any]:
        return {"person": self.request.GET.get("person", "")}

    def refilled(self, payload: dict[str, Any]) -> dict[str, Any]:
        scope = scope_words(payload["scope_kind"], payload["scope_id"], payload["scope_label"])
        return {**payload, "scope": scope}

    def perform(self, form: GrantProposeForm) -> ChangeRequest:
        return services.grant_propose(actor=self.actor, **form.values)


class GrantRevokeView(Proposal, ObjectActionPage):
    model = Grant
    permission = P.GRANT_PROPOSE
    form_class = GrantRevokeForm

    def get_queryset(self) -> Any:
        return with_scope(Grant.objects.select_related("person", "role"))

    def get_title(self) -> str:
        return f"End {self.object.role} for {self.object.person} over {self.object.over}"

    def crumbs(self) -> Sequence[Crumb]:
        person = self.object.person
        return [
            ("People", reverse("access:person-list")),
            (person.name, person_url(person)),
            ("End a grant", ""),
        ]

    def cancel_url(self) -> str:
        return person_url(self.object.person)

    def perform(self, form: GrantRevokeForm) -> ChangeRequest:
        return services.grant_revoke(actor=self.actor, grant_id=self.object.pk, **form.values)

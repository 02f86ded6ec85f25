"""People and their accounts."""

from __future__ import annotations

from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.access import selectors, services
from portal.core.api.operations import Op
from portal.core.api.serializers import Body, Representation
from portal.core.api.values import Choice, CodeText, Flag, Reason, Text
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import FlagFilter, ListFilter, TextFilter, WholeFilter
from portal.people.models import Person, User
from portal.people.permissions import P


class AccountView(Representation):
    """An account to sign in with, or of a service."""

    person = serializers.CharField(source="person.code")

    class Meta:
        model = User
        fields = ["id", "username", "kind", "is_active", "person", "person_id", "date_joined"]


class PersonAccountView(Representation):
    """An account, inside its person."""

    class Meta:
        model = User
        fields = ["id", "username", "kind", "is_active"]


class PersonView(Representation):
    """A natural person."""

    accounts = PersonAccountView(many=True)

    class Meta:
        model = Person
        fields = ["id", "code", "name", "email", "is_active", "created_at", "accounts"]


class PersonBody(Body):
    code = CodeText()
    name = Text()
    email = serializers.EmailField(required=False, allow_blank=True)
    reason = Reason()


class PersonEditBody(Body):
    name = Text(required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    is_active = Flag(required=False)
    reason = Reason()


class AccountBody(Body):
    """Without a password the account cannot sign in until one is set."""

    username = CodeText()
    kind = Choice(User.Kind.choices, required=False)
    password = serializers.CharField(
        required=False, write_only=True, min_length=1, max_length=200, trim_whitespace=False
    )
    reason = Reason()


class AccountEditBody(Body):
    active = Flag()
    reason = Reason()


class PersonFilter(ListFilter):
    code = TextFilter()
    name = TextFilter(lookup_expr="icontains")
    is_active = FlagFilter()


class AccountFilter(ListFilter):
    username = TextFilter()
    person = TextFilter(field_name="person__code")
    person_id = WholeFilter()
    kind = filters.ChoiceFilter(choices=User.Kind.choices)


class PersonViewSet(Listed, Detailed):
    """Natural persons. Having an account grants nothing."""

    selector = staticmethod(selectors.people)
    serializer_class = PersonView
    filterset_class = PersonFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.PERSON_VIEW),
        "retrieve": Op(P.PERSON_VIEW),
        "create": Op(P.PERSON_MANAGE, body=PersonBody, status=201),
        "partial_update": Op(P.PERSON_MANAGE, body=PersonEditBody),
        "accounts": Op(P.ACCOUNT_MANAGE, body=AccountBody, answer=AccountView, status=201),
    }

    def create(self, request: Request) -> Response:
        """Register a person."""
        return self.created(services.person_register(actor=self.actor, **self.body()))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a person; making one inactive ends sessions, tokens and grants at once."""
        person = self.instance
        values = {"name": person.name, "email": person.email, "is_active": person.is_active, **self.body()}
        return self.changed(services.person_edit(actor=self.actor, person_id=person.pk, **values))

    @action(detail=True, methods=["post"])
    def accounts(self, request: Request, pk: str) -> Response:
        """Give the person an account."""
        user = services.account_create(actor=self.actor, person_id=self.instance.pk, **self.body())
        return Response(AccountView(user).data, 201, headers={"Location": f"/api/v1/accounts/{user.pk}/"})


class AccountViewSet(Listed, Detailed):
    """Accounts; each belongs to exactly one person."""

    selector = staticmethod(selectors.accounts)
    serializer_class = AccountView
    filterset_class = AccountFilter
    operations = {
        "list": Op(P.PERSON_VIEW),
        "retrieve": Op(P.PERSON_VIEW),
        "partial_update": Op(P.ACCOUNT_MANAGE, body=AccountEditBody),
    }

    def partial_update(self, request: Request, pk: str) -> Response:
        """Enable or disable the account."""
        user = services.account_set_active(actor=self.actor, account_id=self.instance.pk, **self.body())
        return self.changed(user)

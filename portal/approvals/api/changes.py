"""Change requests over REST: read, decide, discuss. Machines read and comment; people decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_filters import filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.approvals import selectors, services
from portal.approvals.api.receipts import Receipt, proposed
from portal.approvals.api.serializers import (
    ChangeDetail,
    ChangeView,
    CommentBody,
    CommentView,
    DecisionBody,
    PolicyBody,
    PolicyView,
)
from portal.approvals.models import ChangeRequest
from portal.approvals.permissions import P
from portal.approvals.states import ChangeState
from portal.core.api.operations import Op
from portal.core.api.serializers import ReasonBody
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import ListFilter, TextFilter, WholeFilter

Verb = Callable[..., ChangeRequest]
SEE = P.CHANGE_VIEW


def decision(answer: type = ChangeDetail) -> Op:
    """A decision names its content by hash (409 when stale), so it needs no If-Match."""
    return Op(SEE, body=DecisionBody, answer=answer, if_match=False, people_only=True)


class ChangeFilter(ListFilter):
    kind = TextFilter()
    state = filters.ChoiceFilter(choices=ChangeState.choices)
    subject_key = TextFilter()
    requested_by = TextFilter(field_name="requested_by__code")
    requested_by_id = WholeFilter()


class ChangeViewSet(Listed, Detailed):
    """Proposals over exact content, decided under a policy by people who had no hand in them."""

    selector = staticmethod(selectors.changes)
    serializer_class = ChangeDetail
    filterset_class = ChangeFilter
    operations = {
        "list": Op(SEE, answer=ChangeView),
        "retrieve": Op(SEE),
        "approve": decision(),
        "reject": decision(),
        "push_back": decision(),
        "withdraw": Op(SEE, body=ReasonBody),
        "resubmit": Op(SEE, body=ReasonBody),
        "comment": Op(P.CHANGE_COMMENT, body=CommentBody, answer=CommentView, status=201, if_match=False),
    }

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "diff": selectors.diff_of}

    def list(self, request: Request) -> Response:
        return self.page(self.get_queryset(), ChangeView)

    def _act(self, verb: Verb) -> Response:
        return self.changed(verb(actor=self.actor, change_id=self.instance.pk, **self.body()))

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approve exactly this content; at quorum it comes into force."""
        return self._act(services.change_approve)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuse the content for good."""
        return self._act(services.change_reject)

    @action(detail=True, methods=["post"], url_path="push-back")
    def push_back(self, request: Request, pk: str) -> Response:
        """Give the content back to be corrected."""
        return self._act(services.change_push_back)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take one's own request back."""
        return self._act(services.change_withdraw)

    @action(detail=True, methods=["post"])
    def resubmit(self, request: Request, pk: str) -> Response:
        """Submit a pushed-back request again."""
        return self._act(services.change_resubmit)

    @action(detail=True, methods=["post"])
    def comment(self, request: Request, pk: str) -> Response:
        """Say something about the change."""
        text = self.body()["text"]
        comment = services.change_comment(actor=self.actor, reason=text, change_id=self.instance.pk)
        return Response(CommentView(comment).data, 201)


class PolicyViewSet(Listed, Detailed):
    """Approval policies, changed under approval themselves."""

    selector = staticmethod(selectors.policies)
    serializer_class = PolicyView
    operations = {
        "list": Op(SEE),
        "retrieve": Op(SEE),
        "create": Op(P.POLICY_PROPOSE, body=PolicyBody, answer=Receipt, status=202),
    }

    def create(self, request: Request) -> Response:
        """Propose how many approvals a kind of change needs."""
        return proposed(services.policy_propose(actor=self.actor, **self.body()))

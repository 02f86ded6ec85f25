"""Rate sets, their versions and rates."""

from __future__ import annotations

from dataclasses import asdict

from django_filters import filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from mappings import selectors, services
from mappings.api.sets import PeriodsBody
from mappings.models import Rate, RateSet, RateSetVersion, RateType
from mappings.permissions import P
from mappings.services import RateSpec
from mappings.states import VersionState
from portal.approvals.api.receipts import Receipt, proposed
from portal.core.api.operations import Op
from portal.core.api.related import take_related
from portal.core.api.serializers import Body, ReasonBody, Representation, View
from portal.core.api.values import Choice, CodeText, DecimalText, Flag, Reason, Rows, Text, Whole
from portal.core.api.viewsets import Detailed, Listed
from portal.core.filters import ListFilter, TextFilter, WholeFilter


class RateSetView(Representation):
    """A named series of exchange rates."""

    class Meta:
        model = RateSet
        fields = ["id", "code", "name"]


class RateVersionView(Representation):
    """A version of a rate set; it holds all its rates."""

    rate_set = serializers.CharField(source="rate_set.code")

    class Meta:
        model = RateSetVersion
        fields = [
            "id", "rate_set", "rate_set_id", "number", "state", "effective_from", "effective_to", "base_id",
            "content_sha256", "revision", "started_at", "approved_at", "change_ref",
        ]  # fmt: skip


class RateView(Representation):
    """Units of `to_currency` for one of `from_currency`, as text."""

    rate = DecimalText()

    class Meta:
        model = Rate
        fields = ["id", "rate_type", "from_currency", "to_currency", "period", "rate"]


class RatesLoadedView(View):
    """What a load of rates did."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    version_etag = serializers.CharField()


class RateSetBody(Body):
    code = CodeText()
    name = Text()
    reason = Reason()


class RateVersionBody(PeriodsBody):
    rate_set = CodeText(required=False, help_text="Its code; or rate_set_id.")
    rate_set_id = Whole(required=False)


class RateBody(Body):
    rate_type = Choice(RateType.choices)
    from_currency = Text(max_length=3)
    to_currency = Text(max_length=3)
    period = Text(max_length=7)
    rate = Text(max_length=30, help_text="Plain decimal text, at most 8 digits and 12 decimals.")


class RatesBody(Body):
    """All or nothing; `replace` removes the rates that are not named."""

    rates = Rows(child=RateBody(), min_length=1, max_length=20_000)
    replace = Flag(required=False)
    reason = Reason()


class RateSetFilter(ListFilter):
    code = TextFilter()


class RateVersionFilter(ListFilter):
    rate_set = TextFilter(field_name="rate_set__code")
    rate_set_id = WholeFilter()
    state = filters.ChoiceFilter(choices=VersionState.choices)
    number = WholeFilter()


class RateFilter(ListFilter):
    rate_type = filters.ChoiceFilter(choices=RateType.choices)
    from_currency = TextFilter()
    to_currency = TextFilter()
    period = TextFilter()


class RateSetViewSet(Listed, Detailed):
    """Rate sets."""

    selector = staticmethod(selectors.rate_sets)
    serializer_class = RateSetView
    filterset_class = RateSetFilter
    cursor_orderings = ("code", "-code", "id", "-id")
    operations = {
        "list": Op(P.RATE_SET_VIEW),
        "retrieve": Op(P.RATE_SET_VIEW),
        "create": Op(P.RATE_SET_EDIT, body=RateSetBody, status=201),
    }

    def create(self, request: Request) -> Response:
        """Register a rate set."""
        return self.created(services.rate_set_register(actor=self.actor, **self.body()))


class RateVersionViewSet(Listed, Detailed):
    """Versions of rate sets and their rates."""

    selector = staticmethod(selectors.rate_versions)
    serializer_class = RateVersionView
    filterset_class = RateVersionFilter
    operations = {
        "list": Op(P.RATE_SET_VIEW),
        "retrieve": Op(P.RATE_SET_VIEW),
        "create": Op(P.RATE_SET_EDIT, body=RateVersionBody, status=201),
        "submit": Op(P.RATE_SET_EDIT, body=ReasonBody, answer=Receipt, status=202),
        "withdraw": Op(P.RATE_SET_EDIT, body=ReasonBody),
        "rates": Op(P.RATE_SET_VIEW, answer=RateView, paged=True),
        "rates_load": Op(P.RATE_SET_EDIT, body=RatesBody, answer=RatesLoadedView),
    }

    def create(self, request: Request) -> Response:
        """Start a draft with the rates of the last approved version."""
        values = self.body()
        named = take_related(values, "rate_set", selectors.rate_sets(self.actor))
        return self.created(services.rate_set_version_start(actor=self.actor, rate_set_id=named.pk, **values))

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Put a draft under review."""
        return proposed(
            services.rate_set_version_submit(actor=self.actor, version_id=self.instance.pk, **self.body())
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Give up an open version."""
        return self.changed(
            services.rate_set_version_withdraw(actor=self.actor, version_id=self.instance.pk, **self.body())
        )

    @action(detail=True, methods=["get"], filterset_class=RateFilter)
    def rates(self, request: Request, pk: str) -> Response:
        """Rates of the version."""
        return self.page(selectors.rates_of(self.instance), RateView)

    @rates.mapping.post
    def rates_load(self, request: Request, pk: str) -> Response:
        """Add and change rates of an open version, or replace all of them."""
        values = self.body()
        values["rates"] = [
            RateSpec(**rate, place=f"/rates/{index}") for index, rate in enumerate(values["rates"])
        ]
        result = services.rates_load(actor=self.actor, version_id=self.instance.pk, **values)
        etag = self.etag(self.fetch(self.instance.pk))
        data = RatesLoadedView({**asdict(result), "version_etag": etag}).data
        return Response(data, headers={"ETag": etag})

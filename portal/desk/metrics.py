"""Numbers for Prometheus at /metrics/, read by a token or person that may see them; filled through a port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.core import authority
from portal.core.ports import Registry
from portal.desk.permissions import P

gauges: Registry[Callable[[], Iterable[GaugeMetricFamily]]] = Registry("metric")


class _Plugged(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in gauges.all().values():
            yield from gauge()


class MetricsView(APIView):
    """The exposition format of Prometheus. Default deny: it needs the permission to see metrics."""

    schema = None

    def get(self, request: Request) -> HttpResponse:
        authority.check_everywhere(request._request.actor, P.METRICS_VIEW)  # type: ignore[attr-defined]
        registry = CollectorRegistry()
        registry.register(_Plugged())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

"""Server time of the list pages over 100,000 objects each, in a scratch database that quickstart has filled.

Run it by hand: `TIEOUT_DATA_DIR=FOLDER python -m tests.bench.pages [--fill]`; it prints milliseconds
and SQL queries of each page, the best of five. The goal of the interface is 100 ms.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import django

NUMBER = 100_000
GOAL_MS = 100


def fill() -> None:
    """100,000 change requests, audit entries, members, rules and rates; only for a scratch database."""
    from mappings.models import Dimension, MappingVersion, Member, RateSetVersion
    from portal.approvals.models import ChangeRequest, ChangeScope

    first = ChangeRequest.objects.filter(kind="catalog.ownership").earliest("id")
    last = ChangeRequest.objects.latest("id").pk
    save(_changes(first))
    token = first.scopes.get().token
    new = ChangeRequest.objects.filter(pk__gt=last).values_list("pk", flat=True)
    save(ChangeScope(change_id=pk, token=token) for pk in new.iterator())
    save(_entries())
    dimension = Dimension.objects.earliest("id")
    save(Member(dimension=dimension, code=f"M{n:06d}", name=f"Member {n}") for n in range(NUMBER))
    save(_rules(MappingVersion.objects.latest("id")))
    save(_rates(RateSetVersion.objects.latest("id")))


def save(rows: Iterator[Any]) -> None:
    found = list(rows)
    type(found[0])._base_manager.bulk_create(found, batch_size=2_000)


def _changes(first: Any) -> Iterator[Any]:
    """One in twenty is undecided."""
    from portal.approvals.models import ChangeRequest
    from portal.core.clock import now

    keys = ("kind", "payload", "content_sha256", "policy_id", "requested_by_id")
    same = {key: getattr(first, key) for key in keys}
    for number in range(NUMBER):
        state = "submitted" if number % 20 == 0 else "active"
        yield ChangeRequest(
            **same, subject_key=f"bench-{number}", title=f"Owner of object {number}", state=state,
            submitted_at=now(), activated_at=now() if state == "active" else None,
        )  # fmt: skip


def _entries() -> Iterator[Any]:
    from portal.audit.models import AuditEntry
    from portal.core.clock import now

    for number in range(NUMBER):
        yield AuditEntry(
            stream_type="bench", stream_id=str(number // 10), stream_seq=number, at=now(), action="mappings:rule:edit",
            outcome="denied" if number % 50 == 0 else "ok", actor_kind="person", actor_label="Anna (anna)",
            actor_person=1, source="ui", subject_label=f"rule {number}", reason="Because", prev="0" * 64,
            leaf=f"{number:064x}",
        )  # fmt: skip


def _rules(version: Any) -> Iterator[Any]:
    from mappings.rows import new_row
    from mappings.rules.conditions import Exact
    from mappings.rules.rule import Rule, RuleKind

    column = version.mapping_set.column_names[0]
    for number in range(NUMBER):
        rule = Rule("x", 100, RuleKind.EXPLICIT, {column: Exact(f"B{number:06d}")}, "T", 1, "", "")
        yield new_row(version.mapping_set, version.number, rule)


def _rates(version: Any) -> Iterator[Any]:
    from mappings.models import Rate

    letters = [f"{a}{b}Q" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ"]
    codes = [(one, two) for one in letters for two in letters if one != two]
    for number in range(NUMBER):
        one, two = codes[number % len(codes)]
        period = f"{1900 + number // len(codes)}-01"
        yield Rate(
            version=version, rate_type="average", from_currency=one, to_currency=two, period=period, rate=Decimal("1.1")
        )  # fmt: skip


def addresses() -> Iterator[tuple[str, str]]:
    """Pages with the person who opens them."""
    from django.urls import reverse

    from mappings.models import Dimension, MappingVersion, RateSetVersion

    for name in (
        "desk:home", "approvals:change-list", "catalog:system-list", "catalog:finance-object-list",
        "catalog:ownership-list", "catalog:ownership-matrix", "mappings:mapping-set-list", "mappings:dimension-list",
        "mappings:rate-set-list", "fiscal:calendar-list", "syncengine:flow-list", "syncengine:run-list",
        "syncengine:exception-list",
    ):  # fmt: skip
        try:
            yield reverse(name), "mira"
        except django.urls.NoReverseMatch:
            continue
    changes = reverse("approvals:change-list")
    yield from (
        (f"{changes}{query}", "mira")
        for query in ("?view=waiting", "?q=object+777", "?state=submitted", "?page=1500", "?sort=title")
    )
    yield reverse("mappings:dimension-detail", kwargs={"pk": Dimension.objects.earliest("id").pk}), "mira"
    yield reverse("mappings:version-detail", kwargs={"pk": MappingVersion.objects.latest("id").pk}), "mira"
    rates = reverse("mappings:rate-set-version-detail", kwargs={"pk": RateSetVersion.objects.latest("id").pk})
    yield rates, "mira"
    for name in ("audit:entry-list", "access:person-list", "access:role-list", "access:grant-list"):
        yield reverse(name), "paul"
    audit = reverse("audit:entry-list")
    yield from (
        (f"{audit}{query}", "paul")
        for query in ("?outcome=denied", "?q=rule+777", "?person=anna", "?since=2026-01-01")
    )


def measure() -> bool:
    """Print every page's time; whether all reach the goal."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from portal.people.models import User

    settings.ALLOWED_HOSTS = ["*"]
    slow = False
    for url, person in addresses():
        client = Client()
        client.force_login(User.objects.get(username=person), backend=settings.AUTHENTICATION_BACKENDS[1])
        client.get(url)
        wall, busy = (min(each) for each in zip(*(_time(client, url) for _ in range(5)), strict=True))
        with CaptureQueriesContext(connection) as queries:
            status = client.get(url).status_code
        slow = slow or wall > GOAL_MS
        print(f"{wall:7.1f} ms {busy:7.1f} ms busy {len(queries):4d} queries {status} {url}")
        if wall > GOAL_MS:
            for query in sorted(queries, key=lambda q: -float(q["time"]))[:2]:
                print(f"      {query['time']} s  {query['sql'][:220]}")
    return not slow


def _time(client: Any, url: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process alone."""
    wall, busy = time.perf_counter(), time.process_time()
    client.get(url)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - busy) * 1000


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    if "--fill" in sys.argv:
        fill()
    sys.exit(0 if measure() else 1)

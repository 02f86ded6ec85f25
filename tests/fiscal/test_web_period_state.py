"""Opening and closing a period on screen: what can follow is offered, what cannot is explained."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.audit.naming import add_names
from portal.fiscal.models import FiscalPeriod
from portal.fiscal.services import PeriodSpec, calendar_register
from tests.factories.web import WHY, version_read

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def period(architect) -> FiscalPeriod:
    january = PeriodSpec("2025-01", dt.date(2025, 1, 1), dt.date(2025, 1, 31))
    calendar_register(actor=architect, reason=WHY, code="group", name="Group", periods=[january])
    return FiscalPeriod.objects.get()


@pytest.fixture
def url(period, users, client) -> str:
    client.force_login(users["architect"], backend=BACKEND)
    return reverse("fiscal:period-set-state", kwargs={"pk": period.pk})


def offered(answer) -> list[str]:
    return [value for value, _ in answer.context["form"]["state"].field.widget.choices]


@pytest.mark.parametrize(
    ("state", "following"),
    [("open", ["", "closed", "locked"]), ("closed", ["", "open", "locked"]), ("locked", [""])],
)
def test_only_what_can_follow_is_offered_and_nothing_is_chosen_already(period, url, client, state, following):
    FiscalPeriod.objects.update(state=state)
    answer = client.get(url)
    assert offered(answer) == following
    assert " selected" not in answer.content.decode()
    assert ("stays locked" in answer.context["blocked"]) == (state == "locked")
    detail = client.get(reverse("fiscal:calendar-detail", kwargs={"pk": period.calendar_id}))
    assert (url in detail.content.decode()) == (state != "locked")


def test_nothing_chosen_is_asked_for_and_the_present_state_is_explained(period, url, client):
    bare = client.post(url, {"reason": WHY, **version_read(client, url)})
    assert (bare.status_code, list(bare.context["form"].errors)) == (422, ["state"])
    same = client.post(url, {"state": "open", "reason": WHY, **version_read(client, url)})
    assert same.status_code == 409
    assert "It can become closed or locked." in same.content.decode()


def test_a_page_left_open_is_told_what_happened_and_offers_what_can_follow_now(period, url, client):
    read = version_read(client, url)
    FiscalPeriod.objects.update(state="closed")
    stale = client.post(url, {"state": "closed", "reason": WHY, **read})
    assert stale.status_code == 412
    assert offered(stale) == ["", "open", "locked"]
    assert " selected" not in stale.content.decode()


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_refused_state_names_the_period_and_its_calendar_in_the_audit(period, url, users, client, by):
    client.force_login(users["controller_a"], backend=BACKEND)
    if by == "page":
        answer = client.post(url, {"state": "closed", "reason": WHY})
    else:
        address = f"/api/v1/periods/{period.pk}/"
        answer = client.patch(address, {"state": "closed", "reason": WHY}, content_type="application/json")
    assert answer.status_code == 403
    entry = AuditEntry.objects.get(outcome="denied")
    add_names([entry])
    assert (entry.action, entry.named) == ("fiscal:calendar:maintain", "2025-01 of Group")

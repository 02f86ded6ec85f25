"""A calendar is made once; whoever completes it names the version that was read."""

from __future__ import annotations

import pytest

from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from tests.api.client import problem
from tests.api.world import WHY

LIST = "/api/v1/calendars/"
FEBRUARY = {"code": "2024-02", "start": "2024-02-01", "end": "2024-02-29"}


@pytest.fixture
def url(world) -> str:
    return f"{LIST}{world.ids['calendars']}/"


def test_a_code_that_is_there_is_refused_and_nothing_of_the_calendar_changes(world, call, url):
    short = {"code": "2024-01", "start": "2024-01-01", "end": "2024-01-15"}
    body = {"code": "monthly", "name": "Renamed", "periods": [short, FEBRUARY], "reason": WHY}
    answer = call("architect").post(LIST, body)
    assert (answer.status_code, problem(answer)["code"]) == (409, "PER-004")
    assert "PATCH it with If-Match" in answer.content.decode()
    assert FiscalCalendar.objects.get(code="monthly").name == "Monthly"
    assert FiscalPeriod.objects.get(calendar__code="monthly").end.isoformat() == "2024-01-31"


def test_a_patch_completes_the_calendar_that_was_read_and_no_other(world, call, url):
    caller = call("architect")
    read = caller.etag(url)
    body = {"periods": [FEBRUARY], "reason": WHY}
    done = caller.patch(url, body, If_Match=read)
    assert done.status_code == 200
    assert done["ETag"] != read, "its periods are part of what it is"
    stale = caller.patch(url, {"periods": [{**FEBRUARY, "name": "February"}], "reason": WHY}, If_Match=read)
    assert (stale.status_code, problem(stale)["code"]) == (412, "API-007")
    again = caller.patch(url, body, If_Match=done["ETag"])
    assert again["ETag"] == done["ETag"], "the same again changes nothing"


def test_days_left_out_between_periods_are_refused_with_their_place(world, call, url):
    caller = call("architect")
    late = {**FEBRUARY, "start": "2024-02-03"}
    answer = caller.patch(url, {"periods": [late], "reason": WHY}, If_Match=caller.etag(url))
    assert (answer.status_code, problem(answer)["code"]) == (422, "PER-002")
    assert "days between the periods 2024-01 and 2024-02" in answer.content.decode()

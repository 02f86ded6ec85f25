"""Calendars by CSV on screen: a dry run first, faults with their line, nothing half done."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.fiscal.models import FiscalCalendar, FiscalPeriod
from tests.factories.web import WHY, as_shown, version_read

HEAD = "code,start,end,name,state\n"
GOOD = f"{HEAD}2024-01,2024-01-01,2024-01-31,January,open\n2024-02,2024-02-01,2024-02-29,,\n"


@pytest.fixture
def send(users, client):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")

    def post(text: str | bytes, **more):
        data = text if isinstance(text, bytes) else text.encode()
        form = {
            "code": "group",
            "name": "Group",
            "reason": WHY,
            "file": SimpleUploadedFile("p.csv", data),
            **more,
        }
        return client.post(reverse("fiscal:calendar-register"), form)

    return post


def test_a_dry_run_registers_nothing_and_the_import_does(send):
    shown = send(GOOD)
    assert shown.status_code == 200
    assert shown.context["rehearsed"] == [("new", 2), ("changed", 0), ("unchanged", 0)]
    assert not FiscalCalendar.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="fiscal:").exists()
    assert shown.context["form"].initial["code"] == "group"
    assert send(GOOD, apply="1").status_code == 302
    assert list(FiscalPeriod.objects.values_list("code", "state")) == [
        ("2024-01", "open"),
        ("2024-02", "open"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (f"{HEAD}2024-01,2024-01-01,soon,,\n", "PER-002", "periods:2, column end"),
        (f"{HEAD}2024-01,2024-01-01,,,\n", "PER-002", "periods:2"),
        (f"{HEAD}2024-17,2024-01-01,2024-01-31,,\n", "PER-002", "periods:2"),
        (f"{HEAD}2024-01,2024-01-31,2024-01-01,,\n", "PER-002", "periods:2"),
        (f"{GOOD}2024-03,2024-02-10,2024-03-31,,\n", "PER-002", "periods:4"),
        (f"{HEAD}2024-01,2024-01-01,2024-01-31,,ajar\n", "PER-002", "periods:2"),
        ("code,start,end,colour\n2024-01,2024-01-01,2024-01-31,red\n", "PER-002", "colour"),
        (f"{HEAD}2024-01,2024-01-01,2024-01-31\n", "YAM-108", "periods:2"),
        (f"{HEAD}2024-01,2024-01-01,2024-01-31,=1+1,\n", "YAM-108", "periods:2"),
        (GOOD.encode() + b"\xff\n", "YAM-108", "periods:4"),
        (HEAD, "PER-002", ""),
        ("", "", "empty"),
        (HEAD + "x" * 2_000_000, "API-002", ""),
        (b"PK\x03\x04" + b"\0" * 500, "YAM-108", "periods:1"),
    ],
)
def test_what_is_no_calendar_is_refused_with_its_place(send, text, code, place):
    for more in ({}, {"apply": "1"}):
        answer = send(text, **more)
        words = answer.content.decode()
        assert answer.status_code in (400, 413, 422)
        assert code in words
        assert place in words
    assert not FiscalCalendar.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="fiscal:").exists()


def test_a_calendar_that_is_there_is_completed_on_its_own_page(send, client):
    assert send(GOOD, apply="1").status_code == 302
    refused = send(GOOD, name="Other", apply="1")
    assert refused.status_code == 409
    assert "PER-004" in refused.content.decode()
    calendar = FiscalCalendar.objects.get()
    assert calendar.name == "Group"
    page = reverse("fiscal:calendar-edit", kwargs={"pk": calendar.pk})
    assert page in client.get(reverse("fiscal:calendar-detail", kwargs={"pk": calendar.pk})).content.decode()
    march = f"{HEAD}2024-02,2024-02-01,2024-02-29,,\n2024-03,2024-03-01,2024-03-31,March,\n"
    form = {"name": "Group", "text": march, **version_read(client, page)}
    shown = client.post(page, form)
    assert shown.context["rehearsed"] == [("new", 1), ("changed", 0), ("unchanged", 1)]
    assert FiscalPeriod.objects.count() == 2
    act = {**as_shown(shown), "reason": WHY, "apply": "1"}
    done = client.post(page, act, follow=True)
    assert "Periods: 1 new, 1 unchanged." in done.content.decode()
    assert FiscalPeriod.objects.count() == 3


def test_an_import_over_a_calendar_that_was_renamed_meanwhile_is_refused(send, client):
    send(GOOD, apply="1")
    page = reverse("fiscal:calendar-edit", kwargs={"pk": FiscalCalendar.objects.get().pk})
    stale = version_read(client, page)
    FiscalCalendar.objects.update(name="Renamed")
    answer = client.post(page, {"name": "Group", "text": GOOD, **stale})
    assert answer.status_code == 412
    assert "Renamed" in answer.content.decode()
    assert answer.context["form"]["name"].value() == "Renamed", "nobody had typed another name"


@pytest.fixture
def edit(send, client):
    assert send(GOOD, apply="1").status_code == 302
    url = reverse("fiscal:calendar-edit", kwargs={"pk": FiscalCalendar.objects.get().pk})

    def post(**form):
        return client.post(url, {"name": "Group", **version_read(client, url), **form})

    post.url = url
    return post


def test_a_state_of_a_period_that_is_there_is_refused_and_not_ignored(edit):
    answer = edit(text=f"{HEAD}2024-01,2024-01-01,2024-01-31,January,closed\n")
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "PER-006" in words
    assert "periods:2" in words
    assert "change it on the page of the period" in words
    assert "state is that of a new period" in words


def test_a_calendar_is_renamed_without_lines(edit, client):
    shown = edit(name="Halden group")
    assert shown.context["rehearsed"][-1] == ("name changed", 1)
    assert FiscalCalendar.objects.get().name == "Group"
    done = client.post(edit.url, {**as_shown(shown), "reason": WHY, "apply": "1"}, follow=True)
    assert "The calendar is now called Halden group." in done.content.decode()
    assert (FiscalCalendar.objects.get().name, FiscalPeriod.objects.count()) == ("Halden group", 2)


def test_neither_lines_nor_another_name_is_told(edit):
    answer = edit()
    assert answer.status_code == 422
    assert "Choose a file or paste lines, or write another name." in answer.content.decode()
    headings = edit(text=HEAD)
    assert "Below the headings there is no period." in headings.content.decode()
    assert "Write a line for each period" in headings.content.decode()


def test_registering_needs_lines(client, send):
    form = {"code": "group", "name": "Group", "reason": WHY}
    answer = client.post(reverse("fiscal:calendar-register"), form)
    assert "Choose a file or paste lines." in answer.content.decode()


def test_pasted_lines_kept_from_a_dry_run_are_called_lines_when_the_page_was_stale(edit, client):
    shown = edit(text=f"{HEAD}2024-03,2024-03-01,2024-03-31,March,\n")
    FiscalCalendar.objects.update(name="Renamed")
    answer = client.post(edit.url, {**as_shown(shown), "reason": WHY, "apply": "1"})
    assert answer.status_code == 412
    assert answer.context["file_name"] == "the lines of the dry run"

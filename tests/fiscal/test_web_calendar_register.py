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
    assert shown.context["rehearsed"] == [("periods", 2)]
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
    march = f"{HEAD}2024-03,2024-03-01,2024-03-31,March,\n"
    form = {"name": "Group", "text": march, **version_read(client, page)}
    shown = client.post(page, form)
    assert shown.context["rehearsed"] == [("periods", 1)]
    assert FiscalPeriod.objects.count() == 2
    act = {**as_shown(shown), "reason": WHY, "apply": "1"}
    assert client.post(page, act).status_code == 302
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

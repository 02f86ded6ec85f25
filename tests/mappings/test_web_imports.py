"""Uploads on screen: a dry run changes nothing, a hostile file gets a code and a place, nothing is half done."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.urls import reverse

from mappings.models import Dimension, MappingRule, MappingVersion, Member, Rate, RateSetVersion
from portal.access.models import Grant, Role
from portal.audit.models import AuditEntry
from tests.factories.web import WHY


@pytest.fixture
def world(module_world, db):
    return copy.deepcopy(module_world)


@pytest.fixture(autouse=True)
def no_staged_files(settings, tmp_path):
    settings.STAGED_DIR = tmp_path / "staged"


@pytest.fixture
def users(world):
    return world.users


@pytest.fixture
def browser(world, client):
    client.force_login(world.users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def state() -> tuple:
    """Everything that an import could touch."""
    return (
        sorted(Member.objects.values_list("dimension_id", "code", "name", "parent", "valid_to")),
        sorted(Dimension.objects.values_list("code", "revision")),
        sorted(Rate.objects.values_list("version_id", "period", "rate")),
        sorted(MappingRule.objects.values_list("match_text", "target")),
        AuditEntry.objects.filter(outcome="ok").count(),
    )


PAGES = {
    "members": ("mappings:members-import", "dimension", b"code,name\nNEW,New line\nREV,Revenue\n"),
    "rates": (
        "mappings:rates-import",
        "rate-set-version",
        b"rate_type,from_currency,to_currency,period,rate\naverage,GBP,EUR,2024-01,1.17\n",
    ),
    "rules": ("mappings:rules-import", "version", b"kind,account,center,target,sign\nexplicit,4010,,REV,1\n"),
}


@pytest.fixture(params=PAGES)
def page(request, world, browser):
    """send(data, **more) posts to the page; `good` is a file it takes."""
    name, key, good = PAGES[request.param]
    url = reverse(name, kwargs={"pk": world.ids[key]})

    def send(data: bytes | None, **more):
        form = {"reason": WHY, **more}
        shown = browser.get(url).context["form"]
        if "revision" in shown.fields:
            form["revision"] = shown.initial["revision"]
        if data is not None:
            form["file"] = SimpleUploadedFile("table.csv", data)
        return browser.post(url, form)

    send.good, send.kind, send.url = good, request.param, url
    return send


def test_a_dry_run_changes_nothing_and_the_import_does_what_it_said(page, browser):
    before = state()
    shown = page(page.good)
    assert shown.status_code == 200
    assert "Nothing was changed" in shown.content.decode() or "nothing was changed" in shown.content.decode()
    assert state() == before
    carried = shown.context["form"].initial["carried"]
    done = page(None, carried=carried, apply="1")
    assert done.status_code == 302, done.content.decode()[:2000]
    assert state() != before
    again = browser.get(done.url).content.decode()
    assert "Imported: " in again


def staged(settings) -> list[Path]:
    return sorted(Path(settings.STAGED_DIR).glob("*"))


def carried(shown) -> str:
    return shown.context["form"].initial["carried"]


def test_a_large_file_is_kept_in_private_and_imported_once_with_one_click(page, browser, settings):
    shown = page(page.good + b"\n" * 100_000)
    reference = carried(shown)
    assert reference
    assert len(reference) < 1_000
    assert "table.csv" in shown.content.decode()
    [file] = staged(settings)[-1:]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert page(None, carried=reference, apply="1").status_code == 302
    assert not file.exists()
    before = state()
    again = page(None, carried=reference, apply="1")
    assert (again.status_code, "API-013" in again.content.decode()) == (422, True)
    assert 'name="apply"' not in again.content.decode()
    assert state() == before


def test_a_kept_file_is_for_one_account_on_one_page_for_two_hours(
    page, browser, users, settings, monkeypatch
):
    def refused(reference: str, url: str = page.url) -> bool:
        shown = browser.get(url).context["form"]
        form = {"reason": WHY, "carried": reference, "apply": "1"}
        form |= {"revision": shown.initial["revision"]} if "revision" in shown.fields else {}
        text = browser.post(url, form).content.decode()
        return "API-013" in text and "imported, replaced by newer ones, too old, or of another form" in text

    reference = carried(page(page.good))
    before = state()[:-1]
    browser.force_login(users["controller_a"], backend="django.contrib.auth.backends.ModelBackend")
    Grant.objects.filter(person=users["controller_a"].person).update(
        role=Role.objects.get(code="role-architect")
    )
    assert refused(reference)
    browser.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    assert refused(reference[:-2] + "xx")
    other = "mappings:rates-import" if page.kind == "rules" else "mappings:rules-import"
    key = (
        Rate.objects.first().version_id
        if page.kind == "rules"
        else MappingVersion.objects.get(state="draft").pk
    )
    assert refused(reference, reverse(other, kwargs={"pk": key}))
    with monkeypatch.context() as later:
        later.setattr("portal.core.staging.MAX_AGE", dt.timedelta(seconds=-1))
        assert refused(reference)
    assert state()[:-1] == before
    for _ in range(9):
        page(page.good)
    assert len(staged(settings)) == 5


def test_what_was_not_shown_is_shown_before_it_is_imported(page, browser, world):
    reference = carried(page(page.good))
    before = state()
    other = page(page.good + b"\n", carried=reference, apply="1")
    assert (other.status_code, state()) == (200, before), "another file is a dry run first"
    if page.kind != "members":
        changed = page(None, carried=carried(other), replace="on", apply="1")
        assert (changed.status_code, state()) == (200, before), "so are other options"
        other = changed
    reference = carried(other)
    kept_options = {"replace": "on"} if page.kind != "members" else {}
    model, key = {"members": (Dimension, "dimension"), "rates": (RateSetVersion, "rate-set-version"),
                  "rules": (MappingVersion, "version")}[page.kind]  # fmt: skip
    model.objects.filter(pk=world.ids[key]).update(revision=F("revision") + 1)
    before = state()
    stale = page(None, carried=reference, apply="1", **kept_options)
    text = stale.content.decode()
    assert (stale.status_code, "API-007" in text, state()) == (412, True, before)
    assert 'name="apply"' in text, "the new dry run can be imported at once"
    assert page(None, carried=carried(stale), apply="1", **kept_options).status_code == 302


def test_a_missing_reason_does_not_lose_the_file(browser, world):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    reference = carried(browser.post(url, {"file": SimpleUploadedFile("m.csv", b"code\nNEW\n")}))
    asked = browser.post(url, {"carried": reference, "apply": "1"})
    assert asked.status_code == 422
    assert 'name="apply"' in asked.content.decode()
    assert browser.post(url, {"carried": reference, "apply": "1", "reason": WHY}).status_code == 302


def workbook(fill) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@functools.cache
def zip_bomb() -> bytes:
    plain = io.BytesIO(workbook(lambda sheet: sheet.append(["code"])))
    bomb = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item, b"0" * 300_000_000 if item.filename.endswith("sheet1.xml") else old.read(item))
    return bomb.getvalue()


HOSTILE = {
    "broken encoding": (lambda good: good + b"\xff\xfe,x\n", "MAP-021", "line"),
    "an unknown column": (lambda good: good.replace(b"\n", b",secret\n", 1), "MAP-020", "line 1"),
    "a missing cell": (lambda good: good + b"only-one\n", "MAP-021", "line"),
    "an open quote": (lambda good: good + b'"no end', "MAP-021", "line"),
    "nothing": (lambda good: b"\n", "MAP-020", ""),
    "an old Excel file": (lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1" + b"0" * 600, "MAP-024", ""),
    "half an archive": (lambda good: b"PK\x03\x04" + b"0" * 600, "MAP-024", ""),
    "a zip bomb": (lambda good: zip_bomb(), "MAP-024", ""),
    "a formula in a sheet": (
        lambda good: workbook(
            lambda sheet: sheet.append([f"={'1+1'}"] * len(good.split(b"\n")[0].split(b",")))
        ),
        "MAP-023",
        "cell A1",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_place_and_does_nothing(page, name):
    make, code, place = HOSTILE[name]
    before = state()
    for more in ({}, {"apply": "1"}):
        answer = page(make(page.good), **more)
        text = answer.content.decode()
        assert answer.status_code in (400, 413, 422), (name, answer.status_code)
        assert code in text, (name, code)
        assert place in text
    assert state() == before


def test_a_line_without_end_is_refused(page):
    before = state()
    length = 200_000_000 if page.kind == "rules" else 65 * 1024 * 1024
    answer = page(page.good + b"x" * length)
    assert answer.status_code == 413
    assert "API-002" in answer.content.decode()
    assert state() == before


def test_a_long_cell_is_refused_with_its_line(page):
    answer = page(page.good + b"x" * 5_000 + b"," * page.good.split(b"\n")[0].count(b",") + b"\n")
    assert answer.status_code == 422
    assert "shorten it" in answer.content.decode()
    assert "MAP-025" in answer.content.decode()


@pytest.mark.parametrize("rate", ["NaN", "1e3", "１２", "1_000", "-1", "0", "", "=1+1", "inf", "1,5"])
def test_a_rate_that_is_no_plain_number_is_refused(browser, world, rate):
    url = reverse("mappings:rates-import", kwargs={"pk": world.ids["rate-set-version"]})
    revision = browser.get(url).context["form"].initial["revision"]
    before = state()
    text = f'rate_type,from_currency,to_currency,period,rate\naverage,GBP,EUR,2024-01,"{rate}"\n'
    answer = browser.post(url, {"text": text, "revision": revision, "apply": "1"})
    assert answer.status_code == 422
    assert "line 2" in answer.content.decode()
    assert state() == before


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("NEW,=cmd|calc,", "MAP-023"),
        ("NEW,x,NOWHERE", "MDM-011"),
        ("REV,x,REV", "MDM-011"),
        (",x,", "MDM-010"),
        ("REV,x,\nREV,y,", "MDM-010"),
        ("NEW,a\u202eb,", "API-011"),
    ],
)
def test_a_member_that_cannot_be_is_refused_with_its_line(browser, world, line, code):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    before = state()
    answer = browser.post(url, {"text": f"code,name,parent\n{line}\n", "reason": WHY, "apply": "1"})
    text = answer.content.decode()
    assert answer.status_code in (400, 422)
    assert code in text
    assert "line " in text
    assert state() == before


def test_all_faults_of_a_members_file_are_told_at_once(browser, world):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    lines = (
        "code,name,valid_from,valid_to",
        "A,=1+1,,",
        "B,x,31.01.2024,",
        ",x,,",
        "C,x,2024-02-01,2024-01-01",
    )
    answer = browser.post(url, {"text": "\n".join(lines), "reason": WHY, "apply": "1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    for line, words in (
        (2, "holds a formula"),
        (3, "is not a date"),
        (4, "needs a code"),
        (5, "ends before it begins"),
    ):
        assert f"line {line}" in text
        assert words in text


def test_members_are_exported_as_they_are_imported(browser, world):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    text = (
        "code,name,parent,valid_from,valid_to,attributes.area\n"
        "TOP,'=not a formula,,2024-01-01,2024-12-31,north\nLOW,Low,TOP,,,\n"
    )
    assert browser.post(url, {"text": text, "reason": WHY, "apply": "1"}).status_code == 302
    assert Member.objects.get(code="TOP").name == "=not a formula"
    export = reverse("mappings:members-export", kwargs={"pk": world.ids["dimension"]})
    exported = b"".join(browser.get(export).streaming_content).decode()
    assert "TOP,'=not a formula,,2024-01-01,2024-12-31,north" in exported
    shown = browser.post(url, {"text": exported, "reason": WHY})
    assert dict(shown.context["rehearsed"])["changed"] == 0
    assert dict(shown.context["rehearsed"])["added"] == 0


def test_members_with_names_that_a_spreadsheet_would_compute_come_back_exactly(browser, world):
    dimension = Dimension.objects.get(pk=world.ids["dimension"])
    names = ["=1", "'=1", "''=1", "＝1", "'＋1", "-5", "@x", "'plain", "－"]
    for at, name in enumerate(names):
        Member.objects.create(dimension=dimension, code=f"{name}#{at}", name=name, attributes={"area": name})
    export = reverse("mappings:members-export", kwargs={"pk": dimension.pk})
    exported = b"".join(browser.get(export).streaming_content).decode()
    url = reverse("mappings:members-import", kwargs={"pk": dimension.pk})
    shown = browser.post(url, {"text": exported, "reason": WHY})
    assert shown.status_code == 200, shown.content.decode()
    assert {word: number for word, number in shown.context["rehearsed"] if word != "unchanged"} == {
        "added": 0,
        "changed": 0,
    }


def test_a_dry_run_on_the_page_says_that_submitting_would_be_refused(browser, world):
    url = reverse("mappings:rules-import", kwargs={"pk": world.ids["version"]})
    revision = browser.get(url).context["form"].initial["revision"]
    text = "kind,account,center,target,sign\nexplicit,4010,,NOWHERE,1\nguess,1,,REV,1\n"
    for lines, status in ((text, 422), (text.partition("guess")[0], 200)):
        answer = browser.post(url, {"text": lines, "revision": revision})
        words = answer.content.decode()
        assert answer.status_code == status
        assert "Submitting would be refused" in words
        assert "MAP-030" in words
        assert "target NOWHERE, line 2" in words


def test_an_import_of_members_needs_a_reason(browser, world):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    before = state()
    answer = browser.post(url, {"text": "code\nNEW\n", "apply": "1"})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert state() == before


def test_a_damaged_carried_file_is_refused(page):
    answer = page(None, carried="%%%")
    assert answer.status_code in (400, 422)
    assert "API-013" in answer.content.decode()


def test_somebody_without_the_duty_cannot_upload(page, client, world):
    client.force_login(world.users["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    before = state()
    assert client.post(page.url, {"text": "x", "apply": "1"}).status_code == 403
    assert state() == before


@pytest.mark.parametrize(
    ("name", "words"), [("members.xlsx", "no XLSX workbook"), ("setup.exe", "CSV or XLSX")]
)
def test_a_file_that_is_not_what_its_name_says_is_refused_by_name(page, name, words):
    before = state()
    answer = page(None, file=SimpleUploadedFile(name, b"hello"))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "is missing" not in answer.content.decode()
    assert state() == before


def test_a_refused_character_of_a_file_is_told_by_line_and_column(browser, world):
    url = reverse("mappings:members-import", kwargs={"pk": world.ids["dimension"]})
    text = browser.post(url, {"text": "code,name\nNEW,a\u202eb\n", "reason": WHY}).content.decode()
    assert "line 2, column name" in text
    assert "send the request" not in text
    assert "send it again" not in text

"""Dimensions, members and rate sets by form: made, edited, refused with words at the field."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from mappings.models import Dimension, Member, RateSet, RateSetVersion
from portal.approvals.models import ChangeRequest
from portal.audit.models import AuditEntry
from tests.factories.web import WHY, version_read


@pytest.fixture
def world(module_world, db):
    return copy.deepcopy(module_world)


@pytest.fixture
def users(world):
    return world.users


@pytest.fixture
def browser(world, client):
    client.force_login(world.users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_dimension_is_registered_renamed_and_filled(browser):
    made = browser.post(
        reverse("mappings:dimension-register"),
        {"system": "ledger", "code": "center", "name": "Center", "reason": WHY},
    )
    dimension = Dimension.objects.get(code="center")
    assert made.url == reverse("mappings:dimension-detail", kwargs={"pk": dimension.pk})
    edit = reverse("mappings:dimension-edit", kwargs={"pk": dimension.pk})
    assert (
        browser.post(edit, {"name": "Cost center", "reason": WHY, **version_read(browser, edit)}).status_code
        == 302
    )
    assert Dimension.objects.get(code="center").name == "Cost center"
    add = reverse("mappings:member-add", kwargs={"pk": dimension.pk})
    fields = {
        "code": "100",
        "name": "Sales",
        "attributes": "area = north",
        "valid_to": "2024-12-31",
        "reason": WHY,
    }
    assert browser.post(add, fields).status_code == 302
    member = Member.objects.get(dimension=dimension)
    assert (member.name, member.attributes) == ("Sales", {"area": "north"})
    tags = AuditEntry.objects.order_by("-id").values_list("action", flat=True)[:3]
    assert list(tags) == ["mappings:members:load", "mappings:dimension:edit", "mappings:dimension:register"]


def test_a_member_is_not_added_over_another_one(browser, world):
    add = reverse("mappings:member-add", kwargs={"pk": world.ids["dimension"]})
    answer = browser.post(add, {"code": "REV", "name": "Other", "reason": WHY})
    assert answer.status_code == 409
    assert Member.objects.get(code="REV").name == "Name of REV"


def test_a_member_is_edited_and_its_page_shows_what_it_is(browser, world):
    url = reverse(
        "mappings:member-edit", kwargs={"pk": world.ids["dimension"], "member": world.ids["member"]}
    )
    member = Member.objects.get(pk=world.ids["member"])
    assert member.name in browser.get(url).content.decode()
    fields = {"name": "Renamed", "attributes": "b = 2\na = 1", "reason": WHY}
    assert browser.post(url, {**fields, **version_read(browser, url)}).status_code == 302
    member.refresh_from_db()
    assert (member.name, member.attributes) == ("Renamed", {"a": "1", "b": "2"})
    broken = browser.post(url, {"name": "x", "attributes": "no equals sign", "reason": WHY})
    assert broken.status_code == 422
    assert "name = value" in broken.content.decode()
    backwards = {"name": "x", "valid_from": "2024-02-01", "valid_to": "2024-01-01", "reason": WHY}
    assert "MDM-010" in browser.post(url, {**backwards, **version_read(browser, url)}).content.decode()


def test_a_member_of_another_dimension_is_not_found_here(browser, world):
    other = Member.objects.exclude(dimension_id=world.ids["dimension"]).earliest("id")
    url = reverse("mappings:member-edit", kwargs={"pk": world.ids["dimension"], "member": other.pk})
    assert browser.get(url).status_code == 404


def test_a_rate_set_goes_from_registration_to_its_change_request(browser):
    made = browser.post(
        reverse("mappings:rate-set-register"), {"code": "plan", "name": "Plan", "reason": WHY}
    )
    rate_set = RateSet.objects.get(code="plan")
    assert made.status_code == 302
    start = reverse("mappings:rate-set-version-start", kwargs={"pk": rate_set.pk})
    assert browser.post(start, {"effective_from": "2024-13-1", "reason": WHY}).status_code == 422
    assert browser.post(start, {"effective_from": "2024-01", "reason": WHY}).status_code == 302
    version = RateSetVersion.objects.get(rate_set=rate_set)
    load = reverse("mappings:rates-import", kwargs={"pk": version.pk})
    text = "rate_type,from_currency,to_currency,period,rate\nclosing,USD,EUR,2024-01,0.91\n"
    revision = browser.get(load).context["form"].initial["revision"]
    assert browser.post(load, {"text": text, "revision": revision, "apply": "1"}).status_code == 302
    version.refresh_from_db()
    submit = reverse("mappings:rate-set-version-submit", kwargs={"pk": version.pk})
    done = browser.post(submit, {"revision": version.revision, "reason": WHY})
    change = ChangeRequest.objects.get(kind="mappings.rate_set_version", subject_key="plan/1")
    assert done.url == reverse("approvals:change-detail", kwargs={"pk": change.pk})


def test_a_draft_of_rates_is_withdrawn(browser, world):
    url = reverse("mappings:rate-set-version-withdraw", kwargs={"pk": world.ids["rate-set-version"]})
    assert browser.post(url, {"reason": WHY, "revision": "0"}).status_code == 302
    assert RateSetVersion.objects.get(pk=world.ids["rate-set-version"]).state == "withdrawn"


def test_an_import_over_a_newer_revision_is_refused(browser, world):
    url = reverse("mappings:rates-import", kwargs={"pk": world.ids["rate-set-version"]})
    text = "rate_type,from_currency,to_currency,period,rate\nclosing,USD,EUR,2024-01,0.91\n"
    stale = browser.get(url).context["form"].initial["revision"]
    assert browser.post(url, {"text": text, "revision": stale, "apply": "1"}).status_code == 302
    answer = browser.post(url, {"text": text.replace("0.91", "0.92"), "revision": stale, "apply": "1"})
    assert answer.status_code in (409, 412)


def test_exported_rules_are_kept_by_no_cache(browser, world):
    answer = browser.get(reverse("mappings:rules-export", kwargs={"pk": world.ids["version"]}))
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("revision", ["", "x", "1.5"])
def test_a_damaged_revision_is_refused_with_words(browser, world, revision):
    add = reverse("mappings:rule-add", kwargs={"pk": world.ids["version"]})
    form = {"kind": "explicit", "column_account": "5100", "target": "REV", "sign": "1", "priority": "100"}
    answer = browser.post(add, {**form, "revision": revision})
    assert answer.status_code == 422
    assert "came back damaged" in answer.content.decode()
    assert "Open the page again" in answer.content.decode()

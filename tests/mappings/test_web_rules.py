"""Writing rules on screen: targets to choose from, and what is not there yet is said."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from mappings.models import Member
from mappings.services import MemberSpec, members_load
from tests.factories.mappings import WHY, add, make_set, start


@pytest.fixture
def browser(users, client):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def version(architect):
    return start(architect, make_set(architect))


def write(browser, url: str, target: str) -> str:
    revision = browser.get(url).context["form"].initial["revision"]
    form = {"kind": "explicit", "column_account": "4000", "target": target, "sign": "1", "priority": "100"}
    return browser.post(url, {**form, "revision": revision}, follow=True).content.decode()


def test_a_target_that_is_not_there_yet_is_said_beside_the_success(browser, version):
    shown = write(browser, reverse("mappings:rule-add", kwargs={"pk": version.pk}), "NOPE")
    assert "is added." in shown
    assert "The target NOPE does not exist yet; submitting is refused until it does." in shown


def test_a_target_that_is_there_gives_no_warning(browser, version, architect):
    rule = add(architect, version, "5000", "NOPE")
    url = reverse("mappings:rule-edit", kwargs={"pk": version.pk, "rule": rule.pk})
    shown = write(browser, url, "REV")
    assert "is saved." in shown
    assert "does not exist yet" not in shown


def test_the_form_offers_the_members_that_are_effective(browser, version, architect):
    dimension = version.mapping_set.target_dimension
    ended = MemberSpec("OLD", "Ended <b>", valid_to=dt.date(2001, 1, 1))
    named = MemberSpec("TRAVEL", "Travel & <b>")
    members_load(actor=architect, reason=WHY, dimension_id=dimension.pk, members=[ended, named])
    page = browser.get(reverse("mappings:rule-add", kwargs={"pk": version.pk})).content.decode()
    assert 'list="target-offered"' in page
    assert '<option value="TRAVEL">Travel &amp; &lt;b&gt;</option>' in page
    assert 'value="OLD"' not in page
    Member.objects.bulk_create([Member(dimension=dimension, code=f"M{n:04}") for n in range(600)])
    page = browser.get(reverse("mappings:rule-add", kwargs={"pk": version.pk})).content.decode()
    offered = page.split('<datalist id="target-offered">')[1].split("</datalist>")[0]
    assert offered.count("<option") == 500


def test_one_rule_is_not_rules(browser, version, architect):
    add(architect, version, "4000", "REV")
    page = browser.get(reverse("mappings:version-submit", kwargs={"pk": version.pk})).content.decode()
    assert "rule added" in page
    assert "rules removed" in page

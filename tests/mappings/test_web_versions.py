"""Acts on a version by page: offered only while they are possible, and a review that says what it leaves out."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from mappings.models import MappingVersion, RateSetVersion
from mappings.services import rate_set_version_start, rate_set_version_submit, version_submit
from tests.factories.mappings import start
from tests.factories.web import WHY, approve


@pytest.fixture
def world(module_world, db):
    return copy.deepcopy(module_world)


@pytest.fixture
def browser(world, client):
    client.force_login(world.users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def blocked(browser, name: str, pk: int) -> str:
    page = browser.get(reverse(f"mappings:{name}", kwargs={"pk": pk}))
    assert page.status_code == 200
    assert bool(page.context["blocked"]) == ("Not possible now" in page.content.decode())
    return str(page.context["blocked"])


def test_forms_of_a_mapping_version_say_at_once_when_they_could_only_be_refused(world, browser):
    pk = world.ids["version"]
    forms = ("version-edit", "version-withdraw", "version-submit")
    assert [blocked(browser, name, pk) for name in forms] == ["", "", ""]
    change = version_submit(actor=world.actor("architect"), reason=WHY, version_id=pk)
    assert [bool(blocked(browser, name, pk)) for name in forms] == [False, False, True]
    assert "under review already" in blocked(browser, "version-submit", pk)
    approve(change, world.actor("controller_a"))
    assert all("is approved; start a new version" in blocked(browser, name, pk) for name in forms)
    again = start(world.actor("architect"), MappingVersion.objects.get(pk=pk).mapping_set)
    again.effective_from = MappingVersion.objects.get(pk=pk).effective_from
    again.save()
    assert "has the same rules and periods" in blocked(browser, "version-submit", again.pk)


def test_forms_of_a_rate_set_version_do_too(world, browser):
    pk = world.ids["rate-set-version"]
    forms = ("rate-set-version-submit", "rate-set-version-withdraw")
    assert [blocked(browser, name, pk) for name in forms] == ["", ""]
    change = rate_set_version_submit(actor=world.actor("architect"), reason=WHY, version_id=pk)
    assert [bool(blocked(browser, name, pk)) for name in forms] == [True, False]
    approve(change, world.actor("controller_a"))
    assert all("is approved; start a new version" in blocked(browser, name, pk) for name in forms)
    old = RateSetVersion.objects.get(pk=pk)
    again = rate_set_version_start(
        actor=world.actor("architect"), reason=WHY, rate_set_id=old.rate_set_id,
        effective_from=old.effective_from, effective_to=old.effective_to,
    )  # fmt: skip
    assert "has the same rates and periods" in blocked(browser, "rate-set-version-submit", again.pk)


def test_the_review_of_a_mapping_version_says_that_it_moves_balances_it_does_not_compute(world, client):
    change = version_submit(actor=world.actor("architect"), reason=WHY, version_id=world.ids["version"])
    client.force_login(world.users["controller_a"], backend="django.contrib.auth.backends.ModelBackend")
    words = "This page does not compute which balances the version moves."
    shown = client.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()
    assert words in shown
    assert "a dry run of the flow shows them" in shown
    other = client.get(reverse("approvals:change-detail", kwargs={"pk": world.ids["approvals"]}))
    assert words not in other.content.decode()

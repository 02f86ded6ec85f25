"""With nothing ever loaded the close desk claims nothing: no green nought, but the way to the first slice."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from syncengine.models import Run
from tests.factories.web import make_world, with_engine

BACKEND = "django.contrib.auth.backends.ModelBackend"


def desk(client, user) -> str:
    client.force_login(user, backend=BACKEND)
    return client.get("/").content.decode()


def figures(page: str) -> dict[str, str]:
    """Label of each figure with its tone."""
    found = re.findall(
        r'<a class="kpi"[^>]*?(?: data-tone="(\w+)")?><span class="value">.*?"label">(.*?)<', page
    )
    return {label: tone for tone, label in found}


@pytest.mark.parametrize("name", ["architect", "controller_a", "operator", "sod_admin", "auditor"])
def test_an_empty_portal_is_not_green(client, users, name):
    page = desk(client, users[name])
    assert figures(page)
    assert "good" not in figures(page).values()
    assert "nothing was loaded yet" in page
    assert "Whether the close is safe can be said once a first slice is loaded" in page


def test_the_first_steps_lead_to_whoever_takes_them(client, users):
    page = desk(client, users["architect"])
    assert f'href="{reverse("catalog:system-list")}">Register the systems' in page
    assert "Load the first slice<small>" in page, "no link without the duty to run"
    page = desk(client, users["operator"])
    assert f'href="{reverse("syncengine:flow-list")}">Load the first slice' in page


def test_nobody_without_a_duty_reads_of_steps(client, users):
    assert "Register the systems" not in desk(client, users["stranger"])


def test_steps_taken_are_marked_and_go_once_a_slice_is_loaded(client, users, settings, tmp_path):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    world = with_engine(make_world(users), tmp_path)
    page = desk(client, users["architect"])
    assert page.count('<span class="due">done</span>') == 3, "systems, owners, flow"
    assert page.count('<span class="due">to do</span>') == 2
    Run.objects.filter(pk=world.ids["run"]).update(state="completed", confirmation="confirmed")
    page = desk(client, users["architect"])
    assert "Register the systems" not in page
    assert figures(page)["Slices not proven"] == "good"


def test_an_empty_exception_queue_does_not_claim_that_all_was_loaded(client, users):
    client.force_login(users["operator"], backend=BACKEND)
    for name in ("exception-list", "record-list"):
        page = client.get(reverse(f"syncengine:{name}")).content.decode()
        assert "Every record of every run was loaded" not in page
        assert "Nothing was loaded so far" in page

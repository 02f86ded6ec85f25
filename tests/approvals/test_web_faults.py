"""The review page tells faults that have come up since the proposal, and a failed submit where it stands."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.approvals.models import ChangeRequest
from tests.api.client import Caller
from tests.approvals.conftest import put

BACKEND = "django.contrib.auth.backends.ModelBackend"
TOLD = "This content can no longer be put in force"


@pytest.fixture
def change(play, architect) -> ChangeRequest:
    return play.submit(architect)


@pytest.fixture
def browser(users) -> Client:
    client = Client()
    client.force_login(users["controller_a"], backend=BACKEND)
    return client


def page_of(browser: Client, change: ChangeRequest) -> str:
    return browser.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()


def decide(browser: Client, change: ChangeRequest, verb: str, words: str = "The record is settled already."):
    change.refresh_from_db()
    url = reverse(f"approvals:change-{verb}", kwargs={"pk": change.pk})
    return browser.post(url, {"content_sha256": change.content_sha256, "comment": words})


def test_faults_found_since_the_proposal_are_shown_and_nothing_is_offered_for_approval(browser, change):
    before = page_of(browser, change)
    assert TOLD not in before
    assert "disabled>Approve" not in before
    put("fault", "The record is no longer held.")
    page = page_of(browser, change)
    assert TOLD in page
    assert "Push the change back to be corrected, or reject it." in page
    assert "The record is no longer held." in page
    assert "Validation found no fault." not in page
    assert "disabled>Approve" in page
    assert "disabled>Push back" not in page


@pytest.mark.parametrize(("verb", "state"), [("push-back", "pushed_back"), ("reject", "rejected")])
def test_such_a_change_is_turned_down(browser, change, verb, state):
    put("fault", "The record is no longer held.")
    assert decide(browser, change, verb).status_code == 302
    change.refresh_from_db()
    assert change.state == state


def test_an_approval_that_is_tried_says_what_to_do_next(users, browser, change):
    put("fault", "The record is no longer held.")
    assert decide(browser, change, "approve").status_code == 409, "examined afresh"
    answer = decide(browser, change, "approve")
    assert "Push the change back to be corrected, or reject it." in answer.content.decode()
    body = {"content_sha256": change.content_sha256, "reason": "Read it."}
    problem = Caller(users["controller_a"]).post(f"/api/v1/changes/{change.pk}/approve/", body).json()
    assert (problem["code"], problem["detail"]) == (
        "CTR-006",
        "Push the change back to be corrected, or reject it.",
    )


def test_after_a_failed_submit_title_and_focus_say_so(browser, change):
    assert "<title>Error: " not in page_of(browser, change)
    answer = decide(browser, change, "reject", words="no").content.decode()
    assert "<title>Error: " in answer
    assert answer.count(" data-focused") == 1
    assert 'role="alert" tabindex="-1" data-focused' in answer


def test_a_form_with_a_wrong_field_says_so_in_its_title(client, users):
    client.force_login(users["sod_admin"], backend=BACKEND)
    url = reverse("access:person-register")
    assert "<title>Error: " not in client.get(url).content.decode()
    answer = client.post(url, {"code": "", "name": "", "reason": ""}).content.decode()
    assert "<title>Error: " in answer
    assert 'aria-invalid="true"' in answer

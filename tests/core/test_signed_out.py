"""A form sent after the session has ended: nothing is done, and whoever typed it is told so."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import System
from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_submit
from tests.conftest import PASSWORD

NOTICE = "You were signed out; what you typed was not saved."


def sign_in(client, address):
    return client.post(address, {"login": "architect", "password": PASSWORD}, follow=True)


def test_after_sign_in_the_form_is_there_again_with_a_notice(client, users):
    form = reverse("catalog:system-register")
    sent = client.post(form, {"code": "new", "name": "New", "reason": "Typed for a long time"})
    assert sent.status_code == 302
    page = sign_in(client, sent.url)
    assert page.redirect_chain[-1][0] == form
    assert NOTICE in page.content.decode()
    assert NOTICE not in client.get(form).content.decode()
    assert not System.objects.filter(code="new").exists()


def test_who_only_looked_is_told_nothing(client, users):
    asked = client.get(reverse("catalog:system-register"))
    assert NOTICE not in sign_in(client, asked.url).content.decode()


def test_a_decision_sent_after_the_session_ended_leads_back_to_the_change(client, users, architect):
    policy = {"kind": "", "approvals": 2}
    change = change_submit(
        actor=architect, reason="Two of us", kind="approvals.policy", subject_key="every", payload=policy
    )
    page = reverse("approvals:change-detail", kwargs={"pk": change.pk})
    for verb in ("comment", "approve", "reject", "push-back", "withdraw", "resubmit"):
        client.logout()
        address = reverse(f"approvals:change-{verb}", kwargs={"pk": change.pk})
        sent = client.post(address, {"comment": "Typed for a long time", "content_sha256": "0" * 64})
        shown = sign_in(client, sent.url)
        assert shown.redirect_chain[-1][0] == page, verb
        assert shown.status_code == 200
        assert NOTICE in shown.content.decode()
        assert client.get(address).url == page
    assert ChangeRequest.objects.get().state == "submitted"


def test_what_was_typed_waits_for_its_own_account_only_and_the_notice_says_so(client, users):
    form = reverse("catalog:system-register")
    sent = client.post(form, {"code": "new"})
    assert "only the account that typed it finds it again" in sign_in(client, sent.url).content.decode()


LIST = "/catalog/systems/"


def sent_to(client, address: str, **headers: str) -> str:
    answer = client.get(address, headers={"HX-Request": "true", **headers})
    assert (answer.status_code, answer.content) == (200, b"")
    return answer["HX-Redirect"]


def test_a_part_asked_for_after_the_session_ended_leaves_the_page_and_comes_back_to_it(client, users):
    seen = {"HX-Current-URL": "http://testserver/sync/runs/20/?tab=proof"}
    target = sent_to(client, "/sync/runs/20/live/", **seen)
    assert target == "/accounts/login/?next=/sync/runs/20/%3Ftab%3Dproof"
    assert sent_to(client, "/sync/runs/20/live/") == "/accounts/login/?next=/sync/runs/20/"
    page = sent_to(client, f"{LIST}?q=a", **{"HX-Current-URL": f"http://testserver{LIST}"})
    assert sign_in(client, page).redirect_chain[-1][0] == LIST


@pytest.mark.parametrize(
    "seen",
    ["https://evil.example/", "//evil.example/", "http://testserver//evil.example/", "javascript:alert(1)",
     "http://testserver@evil.example/x", "/\\evil.example", "http://testserver/\\evil.example", "nonsense"],
)  # fmt: skip
def test_no_address_outside_is_led_to(client, users, seen):
    target = sent_to(client, LIST, **{"HX-Current-URL": seen})
    assert "evil" not in target and "alert" not in target
    assert sign_in(client, target).redirect_chain[-1][0] == LIST


def test_a_page_restored_by_back_follows_a_redirect(client, users):
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert client.get(LIST, headers=back).url == f"/accounts/login/?next={LIST}"

"""Four eyes in the browser: the same refusals as everywhere, shown with their code and kept in the audit."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Ownership
from mappings.services import rule_add, version_submit
from portal.approvals.models import ChangeRequest, Decision, Policy
from portal.approvals.selectors import open_change
from portal.approvals.services import change_approve, change_withdraw
from portal.audit.models import AuditEntry
from portal.audit.services import record, record_denial
from portal.core.actor import Actor
from portal.core.errors import DomainError, Forbidden
from portal.people.models import User
from tests.approvals.conftest import by_token
from tests.conftest import PASSWORD, make_person
from tests.factories.web import WHY

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def world(module_world, db):
    return copy.deepcopy(module_world)


@pytest.fixture
def users(world):
    return world.users


@pytest.fixture
def change(world) -> ChangeRequest:
    return ChangeRequest.objects.get(pk=world.ids["approvals"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def decide(client: Client, change: ChangeRequest, verb: str = "approve", sha: str = "", words: str = WHY):
    url = reverse(f"approvals:change-{verb}", kwargs={"pk": change.pk})
    return client.post(url, {"content_sha256": sha or change.content_sha256, "comment": words})


def denials(code: str) -> list[str]:
    return list(AuditEntry.objects.filter(outcome="denied", code=code).values_list("action", flat=True))


def proposes_as_controller(world) -> ChangeRequest:
    """A mapping version that controller_a prepared, who may also approve mappings."""
    actor = world.actor("controller_a")
    return version_submit(actor=actor, reason=WHY, version_id=world.ids["version"])


def test_nobody_approves_an_own_proposal(world):
    change = proposes_as_controller(world)
    browser = signed_in(world.users["controller_a"])
    page = browser.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()
    assert "APR-006" in page
    answer = decide(browser, change)
    assert answer.status_code == 403
    assert "APR-006" in answer.content.decode()
    assert not Decision.objects.filter(change=change).exists()
    assert denials("APR-006") == ["approvals:change:approve"]


def test_a_forced_decision_shows_its_refusal_once(world):
    change = proposes_as_controller(world)
    browser = signed_in(world.users["controller_a"])
    page = reverse("approvals:change-detail", kwargs={"pk": change.pk})
    for answer in (browser.get(page), decide(browser, change)):
        text = answer.content.decode()
        assert text.count("You contributed to this content") == 1
        assert "disabled>Approve" in text


def test_a_damaged_hash_is_refused_with_words(world, change):
    answer = decide(signed_in(world.users["controller_a"]), change, sha="0" * 65)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "came back damaged. Ensure this value has at most 64 characters" in text
    assert "Nothing was changed. Open the page again" in text


def test_a_second_account_of_the_same_person_is_refused(world):
    change = proposes_as_controller(world)
    person = world.users["controller_a"].person
    second = User.objects.create_user(username="controller_a_2", password=PASSWORD, person=person)
    answer = decide(signed_in(second), change)
    assert answer.status_code == 403
    assert "APR-006" in answer.content.decode()
    entry = AuditEntry.objects.get(outcome="denied", code="APR-006")
    assert entry.actor_account == second.pk
    assert entry.actor_person == person.pk


def test_one_person_fills_one_seat_of_two_through_any_account(world, change):
    Policy.objects.create(kind="", number=2, approvals=2)
    controller = world.users["controller_a"]
    assert decide(signed_in(controller), change).status_code == 302
    second = User.objects.create_user(username="again", password=PASSWORD, person=controller.person)
    decide(signed_in(second), change)
    change.refresh_from_db()
    assert change.state == "in_review"
    assert decide(signed_in(world.users["controller_b"]), change).status_code == 302
    change.refresh_from_db()
    assert change.state == "active"


def test_a_helpful_editor_no_longer_approves(world):
    change = version_submit(actor=world.actor("architect"), reason=WHY, version_id=world.ids["version"])
    rule_add(
        actor=world.actor("controller_a"), reason=WHY, version_id=world.ids["version"], kind="explicit",
        conditions={"account": {"is": "5000"}}, target="REV",
    )  # fmt: skip
    change.refresh_from_db()
    answer = decide(signed_in(world.users["controller_a"]), change)
    assert answer.status_code == 403
    assert "APR-006" in answer.content.decode()


def test_a_stale_page_gets_a_conflict_and_shows_what_holds_now(world, change):
    answer = decide(signed_in(world.users["controller_a"]), change, sha="0" * 64)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "APR-" in text
    assert change.content_sha256 in text
    assert AuditEntry.objects.filter(outcome="denied", action="approvals:change:approve").count() == 1
    change.refresh_from_db()
    assert change.state == "submitted"


def test_an_edit_voids_the_approvals_that_were_given(world):
    Policy.objects.create(kind="", number=2, approvals=2)
    change = version_submit(actor=world.actor("architect"), reason=WHY, version_id=world.ids["version"])
    first, second = (signed_in(world.users[name]) for name in ("controller_a", "controller_b"))
    read = change.content_sha256
    assert decide(first, change).status_code == 302
    editor = signed_in(world.users["architect"])
    add = reverse("mappings:rule-add", kwargs={"pk": world.ids["version"]})
    form = {
        "kind": "explicit", "column_account": "5100", "target": "REV", "sign": "1", "priority": "100",
        "revision": editor.get(add).context["form"].initial["revision"],
    }  # fmt: skip
    assert editor.post(add, form).status_code == 302
    assert decide(second, change, sha=read).status_code == 409
    change = open_change(change.kind, change.subject_key)
    assert change.content_sha256 != read
    assert change.decisions.get().voided
    page = second.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()
    assert "0 of 2" in page
    for browser in (second, first):
        assert decide(browser, change).status_code == 302
    change.refresh_from_db()
    assert change.state == "active"


@pytest.mark.parametrize("verb", ["reject", "push-back"])
def test_turning_down_needs_words(world, change, verb):
    browser = signed_in(world.users["controller_a"])
    assert decide(browser, change, verb, words="no").status_code in (400, 422)
    change.refresh_from_db()
    assert change.state == "submitted"
    assert decide(browser, change, verb, words="The owner is somebody else.").status_code == 302


@pytest.mark.parametrize("name", ["architect", "operator", "auditor", "sod_admin"])
def test_without_the_duty_a_decision_is_refused_and_recorded(world, change, name):
    answer = decide(signed_in(world.users[name]), change)
    assert answer.status_code == 403
    assert AuditEntry.objects.filter(outcome="denied", action="approvals:change:approve").count() == 1
    assert not Ownership.objects.filter(finance_object__code="budget").exists()


def test_a_service_account_never_decides_in_a_browser(world, change):
    robot = make_person("robot", ["SOR.APPR", "VIEW"], kind="service")
    answer = decide(signed_in(robot), change)
    assert answer.status_code in (302, 403)
    assert not Decision.objects.filter(change=change).exists()


def test_a_stranger_learns_nothing_of_a_change(world, change):
    answer = decide(signed_in(world.users["stranger"]), change)
    assert answer.status_code == 404
    assert change.title not in answer.content.decode()


def test_a_decision_without_a_csrf_token_does_nothing(world, change):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["controller_a"], backend=BACKEND)
    assert decide(client, change).status_code == 403
    assert not Decision.objects.filter(change=change).exists()


def test_a_revoked_approver_is_refused_on_the_next_click(world, change):
    browser = signed_in(world.users["controller_a"])
    page = reverse("approvals:change-detail", kwargs={"pk": change.pk})
    assert browser.get(page).status_code == 200
    world.users["controller_a"].person.grants.update(valid_to=dt.date(2020, 1, 2))
    assert decide(browser, change).status_code in (403, 404)
    assert not Decision.objects.filter(change=change).exists()


def timeline(browser: Client, change: ChangeRequest) -> list[str]:
    page = browser.get(reverse("approvals:change-detail", kwargs={"pk": change.pk}))
    return [f"{event.who} {event.what}" for event in page.context["events"]]


def test_edits_made_during_review_stand_in_the_timeline_for_everybody_who_may_see_the_change(world):
    Policy.objects.create(kind="", number=2, approvals=2)
    version = {"reason": WHY, "version_id": world.ids["version"], "kind": "explicit", "target": "REV"}
    change = version_submit(actor=world.actor("architect"), reason=WHY, version_id=world.ids["version"])
    assert decide(signed_in(world.users["controller_b"]), change).status_code == 302
    for number, name in (("5000", "architect"), ("5001", "controller_a")):
        rule_add(actor=world.actor(name), conditions={"account": {"is": number}}, **version)
    reader = signed_in(world.users["operator"])
    assert timeline(reader, change) == [
        "Architect submitted",
        "Controller B approved (void: the content changed afterwards)",
        "Architect edited the content: round 2 begins, 1 decision is void",
        "Controller A edited the content: round 3 begins, no decision was given",
    ]
    change.refresh_from_db()
    assert decide(signed_in(world.users["controller_b"]), change, "push-back").status_code == 302
    rule_add(actor=world.actor("controller_a"), conditions={"account": {"is": "5002"}}, **version)
    version_submit(actor=world.actor("architect"), reason=WHY, version_id=world.ids["version"])
    assert timeline(reader, change)[4:] == [
        "Controller B pushed back",
        "Controller A edited the content, which was pushed back",
        "Architect submitted again: round 4 begins",
    ]


def test_why_a_change_was_withdrawn_is_shown_as_why_it_was_pushed_back(world, change):
    words = "The ledger is merged into another one first."
    decide(signed_in(world.users["controller_a"]), change, "push-back", words="Wait for the merger.")
    change_withdraw(actor=world.actor("architect"), reason=words, change_id=change.pk)
    reader = signed_in(world.users["auditor"])
    events = reader.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).context["events"]
    assert [(event.what, event.text) for event in events[-2:]] == [
        ("pushed back", "Wait for the merger."),
        ("withdrew", words),
    ]


def test_refused_attempts_are_found_by_the_reference_of_their_change(world, change):
    refused_to = {"controller_a": ("0" * 64, "APR-004"), "operator": ("", "IAM-001")}
    for name, (sha, _) in refused_to.items():
        decide(signed_in(world.users[name]), change, sha=sha)
    machine = by_token(world.actor("controller_b"), "approvals:change:view", "approvals:change:approve")
    asked = {"actor": machine, "reason": WHY, "change_id": change.pk, "content_sha256": change.content_sha256}
    with pytest.raises(DomainError, match="APR-005"):
        change_approve(**asked)
    with pytest.raises(DomainError, match="APR-009"):
        change_withdraw(actor=world.actor("controller_a"), reason=WHY, change_id=change.pk)
    assert set(AuditEntry.objects.filter(outcome="denied").values_list("subject_label", "code")) == {
        (str(change), code) for code in ("APR-004", "IAM-001", "APR-005", "APR-009")
    }
    auditor = signed_in(world.users["auditor"])
    found = auditor.get(reverse("audit:entry-list"), {"q": change.ref, "outcome": "denied"})
    assert len(found.context["page"].rows) == 4


def test_old_refusals_are_shown_and_found_by_the_reference_of_their_change(world, change):
    error = Forbidden("APR-005", "Machines never approve.")
    attempt = {"change_id": change.pk, "content_sha256": "0" * 64}
    denied = record_denial("approvals:change:approve", actor=machine_of(world), error=error, attempt=attempt)
    own = record(
        "approvals:change:reject", actor=machine_of(world), subject_type="approvals.changerequest",
        subject_id=str(change.pk), outcome="denied", code="APR-006",
    )  # fmt: skip
    other = {**attempt, "change_id": change.pk * 10}
    record_denial("approvals:change:approve", actor=machine_of(world), error=error, attempt=other)
    auditor = signed_in(world.users["auditor"])
    page = auditor.get(reverse("audit:entry-list"), {"q": change.ref, "outcome": "denied"})
    assert [row.pk for row in page.context["page"].rows] == [own.pk, denied.pk]
    assert page.content.decode().count(str(change)) >= 2
    assert "approvals.changerequest" not in page.content.decode()
    sheet = auditor.get(reverse("audit:entry-list"), {"q": change.ref, "format": "csv", "outcome": "denied"})
    assert b"".join(sheet.streaming_content).decode().count(str(change)) == 2
    for entry in (own, denied):
        shown = auditor.get(reverse("audit:entry-detail", kwargs={"pk": entry.pk})).content.decode()
        assert str(change) in shown


def machine_of(world) -> Actor:
    return by_token(world.actor("controller_b"), "approvals:change:view")

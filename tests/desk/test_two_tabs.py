"""Two tabs with the same form: what the first saved is not undone by the second unseen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import System
from mappings.models import MappingRule, MappingVersion, Member
from portal.audit.models import AuditEntry
from portal.core.locking import compared
from portal.core.views import acting
from portal.people.models import Person
from tests.factories.web import WHY, address, as_shown, version_read

RULE = {"kind": "explicit", "target": "REV", "sign": "1", "priority": "100", "reason": WHY}


@pytest.fixture
def tabs(world, client, sign_in):
    """Opens one form twice and sends the first: the second is what a page left open would send."""

    def open_twice(page: str, /, **first: str):
        sign_in("architect")
        url = address(page, world)
        left_open = client.get(url)
        saved = client.post(url, as_shown(client.get(url), reason=WHY, **first))
        assert saved.status_code == 302, saved.content

        def send(**typed: str):
            return client.post(url, as_shown(left_open, reason="The second tab", **typed))

        return send, lambda answer: client.post(url, as_shown(answer))

    return open_twice


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_what_the_second_tab_left_alone_is_taken_over_and_what_it_typed_is_kept(world, tabs):
    send, again = tabs("mappings:member-edit", valid_to="2024-12-31")
    refused = send(name="Typed here")
    page, form = text_of(refused), refused.context["form"]
    assert refused.status_code == 412
    assert "This has changed since you opened the page: To, inclusive." in page
    assert "You had left it as it was; the form below has taken this over." in page
    assert (form["name"].value(), form["reason"].value()) == ("Typed here", "The second tab")
    assert again(refused).status_code == 302
    member = Member.objects.get(pk=world.ids["member"])
    assert (member.name, str(member.valid_to)) == ("Typed here", "2024-12-31")


def test_two_values_for_one_field_are_shown_side_by_side_and_saving_again_decides(world, tabs):
    send, again = tabs("catalog:system-edit", name="First")
    refused = send(name="Second")
    assert 'Now: <span class="pre-line">First</span>' in text_of(refused)
    assert 'The form below keeps yours: <span class="pre-line">Second</span>' in text_of(refused)
    assert again(refused).status_code == 302


def test_a_person_who_was_made_inactive_is_not_made_active_again_unseen(world, client, sign_in):
    sign_in("sod_admin")
    person = world.users["operator"].person
    url = reverse("access:person-edit", kwargs={"pk": person.pk})
    left_open = client.get(url)
    first = as_shown(client.get(url), reason=WHY)
    del first["is_active"]
    assert client.post(url, first).status_code == 302
    refused = client.post(url, as_shown(left_open, name="Renamed", reason=WHY))
    assert refused.status_code == 412
    assert 'Now: <span class="pre-line">no</span>' in text_of(refused)
    assert client.post(url, as_shown(refused)).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_active) == ("Renamed", False)


def test_what_is_saved_while_the_form_is_on_its_way_is_not_overwritten(world, client, sign_in, monkeypatch):
    def late(rows, compare, act):
        rows.update(region="Meanwhile")
        return compared(rows, compare, act)

    sign_in("architect")
    url = address("catalog:system-edit", world)
    sent = as_shown(client.get(url), name="Typed here", reason=WHY)
    monkeypatch.setattr(acting, "compared", late)
    assert client.post(url, sent).status_code == 412
    system = System.objects.get(pk=world.ids["system"])
    assert (system.region, system.name == "Typed here") == ("Meanwhile", False)


def test_a_refusal_for_another_reason_does_not_renew_the_version(world, client, sign_in):
    sign_in("architect")
    url = address("mappings:member-edit", world)
    left_open = as_shown(client.get(url), name="Mine", reason=WHY)
    faulty = client.post(url, {**left_open, "attributes": "no equals sign"})
    assert faulty.status_code == 422
    assert faulty.context["version_read"] == left_open["version_read"]


def test_a_refusal_by_control_stays_in_the_audit_of_a_versioned_form(world, client, sign_in):
    sign_in("sod_admin")
    me = world.users["sod_admin"].person
    url = reverse("access:person-edit", kwargs={"pk": me.pk})
    client.post(url, {"name": me.name, "reason": WHY, **version_read(client, url)})
    assert Person.objects.get(pk=me.pk).is_active
    assert AuditEntry.objects.filter(outcome="denied", code="IAM-018").exists()


@pytest.mark.parametrize("page", ["rule-add", "rule-edit", "rule-remove"])
def test_a_stale_rule_form_says_what_happened_and_succeeds_when_it_is_sent_again(
    world, client, sign_in, page
):
    sign_in("architect")
    url, add = address(f"mappings:{page}", world), address("mappings:rule-add", world)
    typed = {**RULE, "column_account": "6100"} if page == "rule-add" else {}
    left_open = as_shown(client.get(url), label="Typed here", **typed)
    other = as_shown(client.get(add), **RULE, column_account="6000")
    assert client.post(add, other).status_code == 302
    refused = client.post(url, left_open)
    assert refused.status_code == 412
    assert "added the rule account = 6000 to REV." in text_of(refused)
    if page != "rule-remove":
        assert refused.context["form"]["label"].value() == "Typed here"
    assert client.post(url, as_shown(refused)).status_code == 302


def test_a_rule_that_was_replaced_meanwhile_is_found_under_its_old_address(world, client, sign_in):
    sign_in("architect")
    rule = MappingRule.objects.get(pk=world.ids["rule"])
    MappingVersion.objects.filter(pk=world.ids["version"]).update(revision=7)
    old, rule.pk, rule.replaces_id = rule.pk, None, rule.pk
    rule.target = "COMP"
    MappingRule.objects.filter(pk=old).update(since=0, until=rule.since)
    rule.save()
    answer = client.get(address("mappings:rule-edit", world))
    assert answer.status_code == 200
    assert answer.context["form"]["target"].value() == "COMP"

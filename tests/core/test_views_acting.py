"""The generic act: refusals are shown with code, sentence, next step; nothing is a 500."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms

from catalog.models import System
from portal.core.forms import DateField
from portal.core.views import stale

VALUES = {
    "code": "north", "name": "North", "kind": "erp", "hosting": "saas", "criticality": "low",
    "reason": "It holds the ledger",
}  # fmt: skip


@pytest.fixture
def register(client, users):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return lambda **changes: client.post("/catalog/systems/register/", {**VALUES, **changes})


def test_success_leads_to_the_object_with_a_toast(register, client):
    answer = register()
    system = System.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"/catalog/systems/{system.pk}/"
    assert "North is registered." in client.get(answer.url).content.decode()


def test_a_refusal_keeps_what_was_typed_and_says_the_code(register):
    register()
    answer = register(name="North again")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "CTR-001" in html
    assert 'value="North again"' in html
    assert System.objects.count() == 1


def test_a_missing_value_is_named_at_its_field(register):
    answer = register(name="")
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["This field is required."]


@pytest.mark.parametrize("name", ["a\u202eb", "tab\tin", "zero\u200bwidth", "nul\x00"])
def test_a_hostile_text_is_refused_at_its_field(register, name):
    answer = register(name=name)
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors


def test_without_the_permission_the_form_does_not_open(client, users):
    client.force_login(users["operator"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/catalog/systems/register/", VALUES)
    assert answer.status_code == 403
    assert "IAM-001" in answer.content.decode()


def test_a_button_without_permission_says_why(client, users):
    client.force_login(users["operator"], backend="django.contrib.auth.backends.ModelBackend")
    html = client.get("/catalog/systems/").content.decode()
    assert "Not now" not in html
    assert "it needs the permission “Register and change systems”." in html


class Told(forms.Form):
    active = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("", "---------"), ("erp", "Resource planning")], required=False)
    scope = forms.ChoiceField(choices=[("", "Everywhere"), ("one", "One system")], required=False)
    since = DateField(required=False)
    note = forms.CharField(required=False)


def test_what_changed_meanwhile_reads_as_the_form_shows_it():
    empty = Told(initial={"active": False})
    values = {"active": True, "kind": "erp", "scope": "one", "since": dt.date(2026, 1, 31), "note": "-5-"}
    full = Told(initial=values)
    told = [(each.now, each.typed) for each in stale.differences({}, empty, full, values)]
    assert told == [
        ("yes", "no"),
        ("Resource planning", ""),
        ("One system", "Everywhere"),
        ("2026-01-31", ""),
        ("-5-", ""),
    ]
    unticked = Told({"kind": ""})
    assert [each.now for each in stale.differences({}, full, unticked, ["active"])] == ["no"]

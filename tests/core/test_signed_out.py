"""A form sent after the session has ended: nothing is done, and whoever typed it is told so."""

from __future__ import annotations

from django.urls import reverse

from catalog.models import System
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

"""Wrong passwords lock a name, from one address first; nobody else at that address is hindered."""

from __future__ import annotations

import json

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import RequestFactory
from django.urls import reverse

from portal.access.lockout import FROM_ANYWHERE
from portal.audit.models import AuditEntry
from portal.audit.verification import verify
from portal.people.addresses import client_address
from tests.conftest import PASSWORD

LIMIT = django_settings.AXES_FAILURE_LIMIT


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def sign_in(client, name: str, password: str = "wrong", address: str = "192.0.2.1", **headers: str):
    form = {"login": name, "password": password}
    return client.post(reverse("account_login"), form, REMOTE_ADDR=address, **headers)


def fail(client, name: str, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        sign_in(client, name, address=address)


def test_wrong_passwords_for_one_name_lock_nobody_else_at_the_address(client, users):
    fail(client, "operator", LIMIT + 2)
    locked = sign_in(client, "operator", PASSWORD)
    assert locked.status_code == 429
    assert "too many wrong passwords for this name. Wait fifteen minutes" in locked.content.decode()
    assert sign_in(client, "auditor", PASSWORD).status_code == 302


def test_wrong_passwords_for_many_names_lock_nobody_at_the_address(client, users):
    for number in range(3 * LIMIT):
        sign_in(client, f"nobody{number}")
    assert sign_in(client, "auditor", PASSWORD).status_code == 302


def test_the_name_is_free_from_another_address_until_there_are_many_more(client, users):
    fail(client, "operator", LIMIT)
    assert sign_in(client, "operator", PASSWORD, address="192.0.2.2").status_code == 302
    client.logout()
    for number in range(2, FROM_ANYWHERE + 2):
        fail(client, "operator", LIMIT - 1, address=f"192.0.2.{number}")
    assert sign_in(client, "operator", PASSWORD, address="198.51.100.1").status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_saw(settings, proxies, forwarded, found):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **headers)
    assert client_address(request) == found


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 302)])
def test_the_lock_and_the_proxies_go_together(client, users, settings, proxies, status):
    settings.TRUSTED_PROXIES = proxies
    for _ in range(LIMIT):
        sign_in(client, "operator", HTTP_X_FORWARDED_FOR="203.0.113.9")
    answer = sign_in(client, "operator", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.10")
    assert answer.status_code == status


def refused(reader, **query: str) -> list[AuditEntry]:
    shown = reader.get(reverse("audit:entry-list"), {"outcome": "denied", **query})
    return list(shown.context["page"].rows)


def test_refused_sign_ins_are_found_by_name_and_by_person_and_nobody_is_said_to_have_acted(client, users):
    sign_in(client, "Operator")
    fail(client, "operator", LIMIT + 1)
    sign_in(client, "mallory\r\n<b>\x1b[2J" + "x" * 100)
    sign_in(client, "")
    client.force_login(users["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    entries = refused(client, person="operator")
    assert len(entries) == LIMIT + 2
    assert {(e.code, e.subject_label) for e in entries} == {("IAM-022", "Operator (operator)")}
    assert {(e.actor_label, e.actor_person, e.actor_account) for e in entries} == {("sign-in", None, None)}
    assert json.loads(entries[0].payload) == {"after": {"username": "operator"}}
    for query in ({"q": "operator"}, {"q": "IAM-022 operator"}, {"person": "Operator"}):
        assert len(refused(client, **query)) == LIMIT + 2, query
    (hostile,) = refused(client, q="mallory")
    assert hostile.subject_label.isprintable() and len(hostile.subject_label) <= 300
    assert not refused(client, person="auditor")
    assert verify().ok

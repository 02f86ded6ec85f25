"""A request that cannot be taken is refused in the words of the house: code, sentence, next step."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from django.urls import reverse

from portal.core.codes import help_for
from portal.core.logs import RefusalsInOneLine

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def browser(users) -> Client:
    """A browser, with the check of its forms that tests leave out by default."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["architect"], backend=BACKEND)
    return client


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "x" * 6_000_000}, "more than 5 MB"),
        ({f"f{number}": "1" for number in range(5001)}, "more than 5,000 fields"),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_that_is_too_large_is_refused_on_a_page_of_the_house(browser, data, words, signed_in):
    if not signed_in:
        browser.logout()
    address = reverse("catalog:system-register") if signed_in else reverse("account_login")
    body = "&".join(f"{name}={value}" for name, value in data.items())
    browser.get(address)  # for the cookie of its forms
    answer = browser.post(address, body, content_type="application/x-www-form-urlencoded")
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "API-002" in page
    assert words in page
    assert "large tables are sent as files" in page


def test_a_refusal_is_one_line_of_the_log():
    try:
        raise SuspiciousOperation("too large")
    except SuspiciousOperation as error:
        given = (type(error), error, error.__traceback__)
    for name, kept in (("django.security.RequestDataTooBig", None), ("django.request", given)):
        record = logging.LogRecord(name, logging.ERROR, "", 0, "refused", None, given)
        assert RefusalsInOneLine().filter(record)
        assert record.exc_info == kept


@pytest.mark.parametrize(
    ("address", "headers", "status", "code", "words"),
    [
        ("/api/v1/systems/?format=xml", {}, 406, "API-406", "'xml' is not offered"),
        ("/api/v1/systems/", {"Accept": "application/xml"}, 406, "API-406", ""),
        ("/api/v1/flow-versions/?flow_id=99999999999999999999", {}, 400, "API-012", "at most 18 digits"),
    ],
)
def test_what_a_list_does_not_give_is_refused_with_a_fitting_word(
    client, users, address, headers, status, code, words
):
    client.force_login(users["architect"], backend=BACKEND)
    answer = client.get(address, headers=headers)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert words in told["title"]
    assert told["detail"]


def test_a_method_that_is_not_taken_leads_to_those_that_are():
    assert "Allow" in help_for("API-405").fix


@pytest.mark.parametrize("signed_in", [True, False])
def test_an_address_that_only_takes_forms_answers_with_a_page_that_has_a_code_and_a_next_step(
    browser, signed_in
):
    if not signed_in:
        browser.logout()
    answer = browser.get(reverse("desk:theme"))
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")
    assert "API-405" in page
    assert "Open the page with the form" in page
    assert "Go to the close desk" in page


def test_an_expired_form_has_a_code(browser):
    answer = browser.post(reverse("desk:theme"))
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()
    assert reverse("desk:help-code", kwargs={"code": "IAM-020"}) in answer.content.decode()
    assert "reload the page" in help_for("IAM-020").fix

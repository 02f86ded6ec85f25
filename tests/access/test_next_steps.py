"""Every refusal says what to do next, and says it of the fault that was made."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from portal.access.services import grant_propose, token_issue
from portal.core import authority
from portal.core.errors import DomainError
from tests.approvals.conftest import by_token

USUAL = {"name": "Pipeline", "scopes": ["catalog:system:view"], "days": 30}


def hint_of(call, **values) -> tuple[str, str]:
    with pytest.raises(DomainError) as caught:
        call(reason="For the pipeline", **values)
    return caught.value.code, caught.value.hint


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"networks": ["everywhere"]}, "IAM-014", "Write networks like 192.0.2.0/24"),
        ({"scopes": []}, "IAM-014", "Name at least one permission"),
        ({"scopes": ["access:grant:propose"]}, "IAM-014", "Leave the scope out."),
        ({"account_id": 999_999}, "IAM-014", "Sign in as the person who owns the account"),
        ({"name": " "}, "IAM-014", "Give it a name"),
        ({"days": 0}, "IAM-015", "Choose from 1 to 365 days."),
        ({"days": -1}, "IAM-015", "Choose from 1 to 365 days."),
        ({"days": 366}, "IAM-015", "Choose from 1 to 365 days."),
    ],
)
def test_a_wrong_token_says_how_it_becomes_right(architect, wrong, code, words):
    found = hint_of(token_issue, actor=architect, **{"account_id": architect.account_id, **USUAL, **wrong})
    assert found[0] == code
    assert found[1].startswith(words)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"valid_to": dt.date(2025, 12, 31)}, "Choose a last day on or after the first day."),
        ({"person": "nobody"}, "Use a code shown on the page of people"),
    ],
)
def test_a_wrong_grant_says_how_it_becomes_right(users, sod_admin, wrong, words):
    usual = {"person": "operator", "role": "role-auditor", "valid_from": dt.date(2026, 1, 1)}
    code, hint = hint_of(grant_propose, actor=sod_admin, **{**usual, **wrong})
    assert code == "IAM-012"
    assert hint.startswith(words)


def test_a_token_without_the_scope_is_not_told_to_decide(architect):
    with pytest.raises(DomainError) as caught:
        authority.check(by_token(architect, "catalog:system:view"), "catalog:system:edit")
    assert (caught.value.code, caught.value.hint[:28]) == ("IAM-003", "Use a token with this scope,")


def test_a_missing_csrf_token_is_not_a_matter_for_administrators(users):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(users["sod_admin"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/api/v1/people/", {"code": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "IAM-020")
    assert "X-CSRFToken" in answer.json()["detail"]

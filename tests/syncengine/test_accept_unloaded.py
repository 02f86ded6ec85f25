"""Accepting records unloaded: one open request a record, amounts as people read them, corrected anew."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.approvals.content import envelope_hash
from portal.approvals.ports import subjects
from portal.approvals.services import change_approve, change_push_back, change_withdraw
from portal.core.errors import DomainError
from portal.people.models import User
from syncengine.models import FlowVersion, QuarantinedRecord
from syncengine.selectors.readable import with_readability
from syncengine.services import quarantine_accept
from tests.api.client import Caller

WHY = "Posted elsewhere by hand."
BACKEND = "django.contrib.auth.backends.ModelBackend"


def keys(*codes: str) -> list[int]:
    return list(QuarantinedRecord.objects.filter(code__in=codes).values_list("pk", flat=True))


def accept(mini, *codes: str):
    return quarantine_accept(actor=mini.operator, reason=WHY, record_ids=keys(*codes))


def push_back(mini, change):
    return change_push_back(
        actor=mini.controller, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256
    )


def page_of(client, mini, change) -> str:
    client.force_login(User.objects.get(pk=mini.controller.account_id), backend=BACKEND)
    return client.get(reverse("approvals:change-detail", kwargs={"pk": change.pk})).content.decode()


@pytest.fixture
def held(mini):
    mini.first_run()
    return mini


def test_a_record_that_waits_in_an_open_request_is_not_proposed_again(held, client):
    change = accept(held, "MDM-002", "MAP-001")
    with pytest.raises(DomainError) as caught:
        accept(held, "MAP-001", "DQ-001")
    error = caught.value
    assert (error.status, error.code, error.details) == (409, "APR-003", {"change": change.ref})
    assert error.message == f"1 of the records waits in {change.ref} already."
    user = User.objects.get(pk=held.operator.account_id)
    answer = Caller(user).post("/api/v1/quarantine/accept/", {"record_ids": keys("MAP-001"), "reason": WHY})
    assert (answer.status_code, answer.json()["code"]) == (409, "APR-003")
    client.force_login(user, backend=BACKEND)
    picked = {"records": ",".join(map(str, keys("MDM-002"))), "reason": WHY}
    answer = client.post(reverse("syncengine:quarantine-accept"), picked)
    assert answer.status_code == 409
    assert f"2 of the records wait in {change.ref} already." in answer.content.decode()
    assert accept(held, "DQ-001").pk != change.pk


def test_pages_say_in_which_request_a_record_waits_before_anybody_fills_in_a_form(held, client):
    change = accept(held, "MAP-001")
    (key,), (other,) = keys("MAP-001")[:1], keys("DQ-001")
    client.force_login(User.objects.get(pk=held.operator.account_id), backend=BACKEND)
    form = reverse("syncengine:quarantine-accept")
    for answer in (client.get(f"{form}?record={key}"), client.post(form, {"pick": [key, other]})):
        page = answer.content.decode()
        assert "Not possible now" in page
        assert f"1 of the records waits in {change.ref} already. Let {change.ref} be decided" in page
    page = client.get(reverse("syncengine:record-detail", kwargs={"pk": key})).content.decode()
    assert "Waits for acceptance in" in page
    assert reverse("approvals:change-detail", kwargs={"pk": change.pk}) in page
    assert f"{form}?record={key}" not in page
    page = client.get(reverse("syncengine:record-detail", kwargs={"pk": other})).content.decode()
    assert ("Waits for" in page, f"{form}?record={other}" in page) == (False, True)


def test_a_pushed_back_acceptance_is_withdrawn_and_proposed_anew_at_once(held, client):
    change = push_back(held, accept(held, "MDM-002", "MAP-001"))
    with pytest.raises(DomainError) as caught:
        accept(held, "MAP-001")
    assert "its requester withdraws it, and what is right is proposed anew at once" in caught.value.hint
    page = page_of(client, held, change)
    assert caught.value.hint in page
    assert "Pushed back: withdraw and propose anew" in page
    assert ("to be corrected" in page, "is not corrected" in page) == (False, False)
    change_withdraw(actor=held.operator, reason=WHY, change_id=change.pk)
    assert accept(held, "MAP-001").state == "submitted"


def test_content_that_can_no_longer_be_valid_is_not_said_to_be_corrected(held, client):
    change = accept(held, "MDM-002")
    QuarantinedRecord.objects.filter(code="MDM-002").update(state="replayed")
    page = page_of(client, held, change)
    assert "This content can no longer be put in force" in page
    assert "Push the change back to be corrected" not in page
    assert "let it be withdrawn and propose anew what still holds" in page


@pytest.mark.parametrize(
    ("currency", "debit", "credit"), [("USD", "49,102.70", "0.00"), ("JPY", "49,102.7", "0"), ("KWD", "49,102.700", "0.000")]
)  # fmt: skip
def test_amounts_have_groups_and_the_decimals_of_their_currency(held, client, currency, debit, credit):
    values = {"currency": currency, "debit": Decimal("49102.7"), "credit": Decimal(0)}
    QuarantinedRecord.objects.filter(code="MAP-001").update(**values)
    change = accept(held, "MAP-001")
    words = f"debit {debit} {currency}, credit {credit} {currency}"
    (row,) = subjects.get(change.kind).diff(change)
    assert words in row.before
    assert page_of(client, held, change).count(words) == 2
    assert change.preview == {currency: {"debit": "49102.7", "credit": "0"}}, "what is hashed stays plain"


ZERO = re.compile(r"(?<![\d])0\.00")
UNREAD = "1 record without a readable amount"


def test_an_amount_that_cannot_be_read_is_never_put_to_the_approver_as_zero(held, client):
    change = accept(held, "DQ-001")
    (row,) = subjects.get(change.kind).diff(change)
    assert row.before.endswith("amount not readable")
    assert change.preview == {"CHF": {"unreadable": 1}}
    page = page_of(client, held, change)
    assert (UNREAD in page, ZERO.search(page)) == (True, None)


def test_a_sum_says_how_many_records_it_leaves_out(held):
    QuarantinedRecord.objects.filter(code="MAP-001").update(currency="CHF")
    change = accept(held, "DQ-001", "MAP-001")
    words = subjects.get(change.kind).shown_preview(change)
    assert words == {"CHF": f"debit 50.00 CHF, credit 0.00 CHF, {UNREAD}"}


def test_an_acceptance_that_waits_with_zeros_is_examined_afresh_when_it_is_approved(held):
    change = accept(held, "DQ-001")
    change.preview = {"CHF": {"debit": "0", "credit": "0"}}
    change.content_sha256 = envelope_hash(change, change.findings, change.preview)
    change.save()
    told = change_approve(
        actor=held.controller, reason=WHY, change_id=change.pk, content_sha256=change.content_sha256
    )
    assert (told.state, told.preview) == ("submitted", {"CHF": {"unreadable": 1}})
    assert told.content_sha256 != change.content_sha256


@pytest.mark.parametrize(
    ("shape", "code", "field", "unreadable"),
    [
        ({"debit": "dr", "credit": "cr"}, "DQ-001", "dr, cr", True),
        ({"debit": "dr", "credit": "cr"}, "DQ-002", "dr, cr", True),
        ({"debit": "dr", "credit": "cr"}, "DQ-002", "dr", False),
        ({"signed": "amount"}, "DQ-002", "amount", True),
        ({"signed": "amount"}, "DQ-002", "account", False),
        ({"column": "amount", "side": {"column": "dc"}}, "DQ-002", "amount", True),
        ({"column": "amount", "side": {"column": "dc"}}, "DQ-005", "dc", True),
        ({"column": "amount", "side": {"column": "dc"}}, "DQ-005", "normal", False),
        ({"column": "amount", "side": {"column": "dc"}}, "MAP-001", "amount", False),
    ],
)
def test_only_what_the_engine_counts_as_zero_has_no_readable_amount(held, shape, code, field, unreadable):
    definition = dict(FlowVersion.objects.get().definition)
    amount = {name: value for name, value in definition["amount"].items() if name not in ("debit", "credit")}
    FlowVersion.objects.update(definition=definition | {"amount": amount | shape})
    QuarantinedRecord.objects.filter(code="FX-001").update(code=code, field=field)
    record = with_readability(QuarantinedRecord.objects.filter(code=code, field=field)).get()
    assert record.unreadable is unreadable


def test_pages_exports_and_endpoints_tell_that_an_amount_cannot_be_read(held, client):
    (key,) = keys("DQ-001")
    user = User.objects.get(pk=held.operator.account_id)
    client.force_login(user, backend=BACKEND)
    for address in (
        reverse("syncengine:quarantine-accept") + f"?record={key}",
        reverse("syncengine:record-detail", kwargs={"pk": key}),
        reverse("syncengine:record-list") + "?code=DQ-001",
        reverse("syncengine:exception-list") + "?code=DQ-001",
    ):
        page = client.get(address).content.decode()
        assert page.count("not readable") >= 2, address
        assert not ZERO.search(page), address
    for name in ("record-list", "exception-list"):
        answer = client.get(reverse(f"syncengine:{name}") + "?code=DQ-001&format=csv")
        text = b"".join(answer.streaming_content).decode()
        assert (text.count("not readable"), ZERO.search(text)) == (2, None), name
    api = Caller(user)
    record = api.get(f"/api/v1/quarantine/{key}/").json()
    (group,) = api.get("/api/v1/quarantine/groups/?code=DQ-001").json()["groups"]
    assert (record["debit"], record["credit"]) == (None, None)
    assert (group["total_debit"], group["unreadable_records"], group["records"]) == (None, 1, 1)

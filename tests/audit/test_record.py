"""Recording: in the service's transaction, chained inside the stream of the object, refusals too."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.access.services import person_register
from portal.audit.chain import GENESIS
from portal.audit.models import AuditEntry, AuditStreamHead
from portal.audit.services import audited, record
from portal.audit.verification import verify
from portal.core.actor import system_actor
from portal.core.errors import BadInput, DomainError, Faults, Forbidden
from portal.people.models import Person

ACTOR = system_actor("test")


def entry(stream: str = "1", **kwargs) -> AuditEntry:
    return record("test:thing:do", actor=ACTOR, subject_type="test.thing", subject_id=stream, **kwargs)


@pytest.fixture
def entries(db):
    return [entry(after={"n": n}) for n in range(3)]


def test_entries_of_one_stream_are_numbered_and_linked(entries):
    assert [e.stream_seq for e in entries] == [1, 2, 3]
    assert [e.prev for e in entries] == [GENESIS, entries[0].leaf, entries[1].leaf]
    head = AuditStreamHead.objects.get()
    assert (head.seq, head.leaf) == (3, entries[2].leaf)


def test_streams_are_chained_apart(entries):
    other = entry("2")
    assert (other.stream_seq, other.prev) == (1, GENESIS)
    assert verify().streams == 2


def test_amounts_in_before_and_after_are_exact_texts(db):
    made = entry(before={"amount": Decimal("10.50")}, after={"amount": Decimal("99999999999999999999.9999")})
    payload = json.loads(AuditEntry.objects.get(pk=made.pk).payload)
    assert payload == {"before": {"amount": "10.5"}, "after": {"amount": "99999999999999999999.9999"}}


def test_an_action_whose_entry_cannot_be_written_does_not_happen(sod_admin, monkeypatch):
    def broken(*args, **kwargs):
        raise IntegrityError("the disk is full")

    monkeypatch.setattr(AuditEntry.objects.__class__, "create", broken)
    with pytest.raises(IntegrityError):
        person_register(actor=sod_admin, reason="New", code="p", name="P")
    assert not Person.objects.filter(code="p").exists()


@pytest.mark.parametrize("reason", ["a\x00b", "a\ud800b", "a\u202eb", "\x1b[31mred", "x" * 4001])
def test_a_reason_that_hides_something_is_refused_and_nothing_is_done(sod_admin, reason):
    with pytest.raises(BadInput) as caught:
        person_register(actor=sod_admin, reason=reason, code="p", name="P")
    assert (caught.value.code, caught.value.place) == ("API-011", "reason")
    assert not Person.objects.filter(code="p").exists()


def test_a_refusal_by_control_is_recorded_after_the_rollback(controller_a):
    with pytest.raises(Forbidden):
        person_register(actor=controller_a, reason="Let me", code="p", name="P")
    denial = AuditEntry.objects.get(outcome="denied")
    assert (denial.action, denial.code) == ("access:person:register", "IAM-001")
    assert denial.actor_person == controller_a.person_id
    assert json.loads(denial.payload)["after"]["attempt"]["code"] == "p"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "line\nline", "\x1b[2J", "y" * 100_000])
def test_what_a_refused_attempt_sent_is_escaped_and_capped(controller_a, text):
    with pytest.raises(Forbidden):
        person_register(actor=controller_a, reason=text, code=text, name="P")
    attempt = json.loads(AuditEntry.objects.get(outcome="denied").payload)["after"]["attempt"]
    assert all(len(value) <= 1300 and value.isprintable() for value in attempt.values())
    assert verify().ok


def test_passwords_of_refused_attempts_are_not_kept(controller_a):
    from portal.access.services import account_create

    with pytest.raises(DomainError):
        account_create(
            actor=controller_a,
            reason="x",
            person_id=controller_a.person_id,
            username="u",
            password="s3cret-words",
        )
    assert not [e for e in AuditEntry.objects.all() if "s3cret" in e.payload + e.reason]


def test_the_refusal_of_an_inner_service_is_recorded_once_by_the_outermost(db):
    @audited("test:inner:do")
    def inner(*, actor):
        raise Forbidden("IAM-001", "No.")

    @audited("test:outer:do")
    def outer(*, actor):
        record("test:outer:do", actor=actor, subject_type="test.thing", subject_id="1")
        inner(actor=actor)

    with pytest.raises(Forbidden):
        outer(actor=ACTOR)
    assert list(AuditEntry.objects.values_list("action", "outcome")) == [("test:outer:do", "denied")]


def test_plain_mistakes_are_no_denials(sod_admin):
    with pytest.raises(BadInput):
        person_register(actor=sod_admin, reason="x", code="not a code", name="P")
    assert not AuditEntry.objects.filter(outcome="denied").exists()


def test_faults_of_models_leave_a_service_as_coded_faults_with_their_place(sod_admin):
    with pytest.raises(Faults) as caught:
        person_register(actor=sod_admin, reason="x", code="p", name="P", email="not an address")
    assert [(f.code, f.place) for f in caught.value.faults] == [("API-005", "email")]


def test_a_lost_race_for_a_unique_name_is_a_conflict_and_not_an_exception(db):
    @audited("test:thing:do")
    def twice(*, actor):
        Person.objects.create(code="same", name="A")
        Person.objects.create(code="same", name="B")

    with pytest.raises(DomainError) as caught:
        twice(actor=ACTOR)
    assert (caught.value.code, caught.value.status) == ("API-409", 409)


def test_other_broken_constraints_stay_exceptions(db):
    @audited("test:thing:do")
    def broken(*, actor):
        Person.objects.create(code="p", name=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        broken(actor=ACTOR)


def test_validation_without_fields_is_a_fault_without_place(db):
    @audited("test:thing:do")
    def invalid(*, actor):
        raise ValidationError("All wrong.")

    with pytest.raises(Faults) as caught:
        invalid(actor=ACTOR)
    assert (caught.value.message, caught.value.place) == ("All wrong.", "")

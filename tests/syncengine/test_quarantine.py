"""Quarantined records: worked, fixed at their cause and replayed, or accepted unloaded by another person."""

from __future__ import annotations

import datetime as dt

import pytest

from mappings.models import Member
from portal.access.authority import holders
from portal.access.functions import Function as F
from portal.access.models import Grant
from portal.approvals.services import change_approve
from portal.core.errors import BadInput, Forbidden, Invalid
from portal.people.models import Person
from syncengine.models import QuarantinedRecord
from syncengine.permissions import P
from syncengine.runsummary import run_summary
from syncengine.selectors import quarantine_groups, quarantined, record_values
from syncengine.services import quarantine_accept, quarantine_assign, quarantine_fix
from tests.conftest import make_person


def keys(**lookup):
    return list(QuarantinedRecord.objects.filter(**lookup).values_list("pk", flat=True))


def states():
    return sorted(QuarantinedRecord.objects.values_list("code", "state"))


def test_each_record_is_held_with_code_field_value_amounts_and_its_source_row(mini):
    mini.first_run()
    record = QuarantinedRecord.objects.get(code="MAP-001")
    assert (record.field, record.value, record.origin) == ("line", "6100", "mini-lines")
    assert (record.currency, record.debit, record.credit, record.row) == ("CHF", 50, 0, 8)
    assert record_values(record)["text"] == "Travel without a rule"


def test_a_key_with_a_control_character_is_held_with_what_can_be_shown_of_it(mini):
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text() + "2026-01,D\x1b[31mE,4000,S1,EUR,,1.00,Sale\n")
    mini.run()
    record = QuarantinedRecord.objects.get(code="DQ-007")
    assert (record.field, record.value, record.credit) == ("entity", "D\ufffd[31mE", 1)
    assert record_values(record)["entity"] == "D\x1b[31mE"


def test_records_of_one_cause_are_one_group(mini):
    mini.first_run()
    groups = {row["code"]: row for row in quarantine_groups(mini.operator)}
    assert groups["MDM-002"]["records"] == 2
    assert (groups["MDM-002"]["field"], groups["MDM-002"]["value"]) == ("cost_center", "OLD")
    assert (groups["MDM-002"]["total_debit"], groups["MDM-002"]["total_credit"]) == (75, 75)


def test_what_is_fixed_at_its_cause_is_loaded_and_closed_by_the_next_run(mini):
    mini.first_run()
    Member.objects.filter(code="OLD").update(valid_to=None)
    quarantine_fix(actor=mini.operator, reason="Reopened the cost center.", record_ids=keys(code="MDM-002"))
    run = mini.run()
    assert run_summary(run)["quarantined_by_code"] == {"DQ-001": 1, "FX-001": 1, "MAP-001": 1}
    assert [state for code, state in states() if code == "MDM-002"] == ["replayed", "replayed"]
    assert run_summary(run)["totals"]["loaded"]["records"] == 4


def test_a_fix_that_did_not_help_opens_the_record_again(mini):
    mini.first_run()
    quarantine_fix(actor=mini.operator, reason="I thought so.", record_ids=keys(code="MAP-001"))
    mini.run()
    assert [state for code, state in states() if code == "MAP-001"] == ["open"]


def test_records_accepted_unloaded_by_another_person_count_as_accepted(mini):
    mini.first_run()
    change = quarantine_accept(
        actor=mini.operator, reason="Duplicate of last month, confirmed.", record_ids=keys(code="MDM-002")
    )
    with pytest.raises(Forbidden):
        change_approve(
            actor=mini.operator, reason="Mine.", change_id=change.pk, content_sha256=change.content_sha256
        )
    change_approve(
        actor=mini.controller, reason="Agreed.", change_id=change.pk, content_sha256=change.content_sha256
    )
    totals = run_summary(mini.run())["totals"]
    assert totals["accepted"] == {"records": 2, "debit": "75.00", "credit": "75.00"}
    assert totals["quarantined"]["records"] == 3
    assert [state for code, state in states() if code == "MDM-002"] == ["accepted_unloaded"] * 2


def test_a_rerun_doubles_nothing(mini):
    mini.first_run()
    before = QuarantinedRecord.objects.values_list("pk", "first_run")
    held = sorted(before)
    second = mini.run()
    assert sorted(QuarantinedRecord.objects.values_list("pk", "first_run")) == held
    assert set(QuarantinedRecord.objects.values_list("last_run", flat=True)) == {second.pk}


def test_assigning_needs_the_duty_and_an_active_person(mini):
    mini.first_run()
    ids = keys(code="MAP-001")
    assert quarantine_assign(
        actor=mini.operator, reason="", record_ids=ids, person_id=mini.author.person_id
    ) == 1  # fmt: skip
    assert states()[2] == ("MAP-001", "assigned")
    with pytest.raises(Forbidden):
        quarantine_assign(actor=mini.controller, reason="", record_ids=ids, person_id=mini.author.person_id)


def holder_over(name, **scope):
    """A person who sees records, but only over one scope object."""
    user = make_person(name, [F.VIEW])
    Grant.objects.filter(person=user.person).update(**scope)
    return user.person


@pytest.mark.parametrize("end", ["source_system", "target_system", None])
def test_records_are_assigned_only_to_who_can_see_them(mini, end):
    mini.first_run()
    flow = QuarantinedRecord.objects.filter(code="MAP-001").get().flow
    over = {"scope_kind": "system", "scope_id": getattr(flow, f"{end}_id")} if end else {}
    person = holder_over("petra", **over) if end else make_person("petra", []).person
    ids = keys(code="MAP-001")
    act = {"actor": mini.operator, "reason": "Hers", "record_ids": ids, "person_id": person.pk}
    if end == "source_system":
        assert quarantine_assign(**act) == 1
        return
    with pytest.raises(Invalid) as caught:
        quarantine_assign(**act)
    assert (caught.value.code, caught.value.place) == ("RUN-018", "person_id")
    assert "Otto" in caught.value.hint
    assert "Petra" not in caught.value.hint
    assert states()[2] == ("MAP-001", "open")


def test_who_holds_the_duty_on_other_days_or_is_disabled_sees_no_record(mini):
    mini.first_run()
    flow = QuarantinedRecord.objects.filter(code="MAP-001").get().flow
    now, ended, gone = (make_person(name, [F.VIEW]).person for name in ("nora", "ida", "rolf"))
    Grant.objects.filter(person=ended).update(valid_to=dt.date(2021, 1, 1))
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    found = holders(P.QUARANTINE_VIEW, [flow])
    assert now.pk in found
    assert not {ended.pk, gone.pk} & found


def test_closed_and_empty_selections_are_refused(mini):
    mini.first_run()
    QuarantinedRecord.objects.filter(code="MAP-001").update(state="replayed")
    for ids in ([], keys(code="MAP-001")):
        with pytest.raises(Invalid) as caught:
            quarantine_fix(actor=mini.operator, reason="Nothing to fix.", record_ids=ids)
        assert caught.value.code == "RUN-010"
    with pytest.raises(BadInput):
        quarantine_fix(actor=mini.operator, reason=" ", record_ids=keys(code="DQ-001"))


def test_a_stranger_sees_no_record(mini):
    from portal.core.actor import Actor, ActorKind, Source

    mini.run()
    stranger = Actor(ActorKind.PERSON, "nobody", Source.UI)
    assert not quarantined(stranger).exists()


def test_however_many_records_are_held_they_are_followed_batch_by_batch(mini, monkeypatch):
    monkeypatch.setattr("syncengine.execution.quarantine._BATCH", 2)
    monkeypatch.setattr("syncengine.execution.quarantine._CHUNK", 2)
    mini.run()
    assert len(states()) == 5
    again = mini.run()
    assert len(states()) == 5
    assert set(QuarantinedRecord.objects.values_list("last_run", flat=True)) == {again.pk}
    Member.objects.filter(code="OLD").update(valid_to=None)
    quarantine_fix(actor=mini.operator, reason="Not the cause.", record_ids=keys(code="MAP-001"))
    mini.run()
    assert [state for _, state in states()] == ["open", "open", "open", "replayed", "replayed"]


TRAVEL = "2026-01,CH,6100,CHF,50.00,0.00\n"


def correct(mini, old: str, new: str, file: str = "journal.csv") -> None:
    path = mini.ledger / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_record_that_was_corrected_or_removed_in_the_source_is_gone_and_not_replayed(mini):
    mini.first_run()
    correct(mini, "2026-01,CH,6100,S2,CHF,50.00,,Travel without a rule\n", "")
    correct(mini, "100.005", "100.01")
    correct(mini, TRAVEL, "", "trial_balance.csv")
    correct(mini, "CH,6000,CHF,0.00", "CH,6000,CHF,100.01", "trial_balance.csv")
    Member.objects.filter(code="OLD").update(valid_to=None)
    mini.run()
    assert dict(states()) == {"DQ-001": "gone", "MAP-001": "gone", "MDM-002": "replayed", "FX-001": "open"}
    assert not QuarantinedRecord.objects.filter(state="gone", closed_at=None).exists()


def test_a_record_that_comes_back_is_open_again(mini):
    mini.first_run()
    line = "2026-01,CH,6100,S2,CHF,50.00,,Travel without a rule\n"
    correct(mini, line, "")
    correct(mini, TRAVEL, "", "trial_balance.csv")
    mini.run()
    assert "gone" in dict(states()).values()
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().rstrip("\n") + "\n" + line)
    mini.run()
    assert [state for code, state in states() if code == "MAP-001"] == ["open"]

"""Verifying: who drops the guards and edits is found, with stream and number."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.chain import GENESIS, HASHED, leaf_hash
from portal.audit.guards import guards
from portal.audit.models import AuditEntry, AuditStreamHead
from portal.audit.verification import verify
from tests.audit.test_append_only import drop_guards
from tests.audit.test_record import entry
from tests.examples import examples


@pytest.fixture
def chain(db):
    for stream in ("1", "2"):
        for number in range(4):
            entry(stream, reason=f"act {number}", after={"n": number})
    drop_guards()
    return AuditEntry.objects.filter(stream_id="1")


def problems() -> list[tuple[str, int, str]]:
    return [(b.stream, b.seq, b.problem.split(" ")[-1]) for b in verify().breaks]


def test_an_untouched_audit_verifies(chain):
    found = verify()
    assert (found.ok, found.entries, found.streams) == (True, 8, 2)


OTHER = {"actor_person": 77, "outcome": "denied", "stream_type": "x", "at": "2020-01-01T00:00:00Z", "run_id": 5,
         "actor_account": 8, "on_behalf_of": 9, "token_id": 6}  # fmt: skip


@pytest.mark.parametrize("field", [name for name in HASHED if not name.startswith("stream")])
def test_an_edit_of_any_field_is_found(chain, field):
    chain.filter(stream_seq=2).update(**{field: OTHER.get(field, "x")})
    assert problems() == [("test.thing/1", 2, "hash")]


def test_a_deleted_middle_row_is_found(chain):
    chain.filter(stream_seq=2).delete()
    assert problems() == [("test.thing/1", 2, "missing")]


def test_a_deleted_last_row_is_found(chain):
    chain.filter(stream_seq=4).delete()
    assert problems() == [("test.thing/1", 4, "stream")]


def test_a_whole_lost_stream_is_found(chain):
    chain.delete()
    assert problems() == [("test.thing/1", 1, "entries")]


def test_a_lost_head_is_found(chain):
    AuditStreamHead.objects.filter(stream_id="1").delete()
    assert len(problems()) == 1


def test_swapped_rows_are_found(chain):
    chain.filter(stream_seq=2).update(stream_seq=99)
    chain.filter(stream_seq=3).update(stream_seq=2)
    chain.filter(stream_seq=99).update(stream_seq=3)
    assert problems()[0][:2] == ("test.thing/1", 2)


def test_a_forged_entry_with_its_own_right_hash_is_found(chain):
    last = chain.order_by("-stream_seq").first()
    last.pk, last.stream_seq, last.prev = None, 5, GENESIS
    last.leaf = leaf_hash(GENESIS, {name: getattr(last, name) for name in HASHED})
    last.save(force_insert=True)
    assert problems() == [("test.thing/1", 5, "broken")]


def test_one_stream_alone_can_be_verified(chain):
    chain.filter(stream_seq=1).update(reason="other")
    assert verify(("test.thing", "2")).ok
    assert not verify(("test.thing", "1")).ok


def test_the_command_names_the_first_bad_place_and_exits_with_one(chain, capsys):
    guards.install()
    call_command("audit_verify")
    assert capsys.readouterr().out == "8 entries in 2 streams: every chain holds.\n"
    drop_guards()
    chain.filter(stream_seq=3).update(reason="other")
    guards.install()
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        call_command("audit_verify", "--json")
    report = json.loads(capsys.readouterr().out)
    assert caught.value.code == 1
    assert report["breaks"] == [
        {"stream": "test.thing/1", "seq": 3, "problem": "the content does not match its hash"}
    ]


def test_the_command_takes_one_stream(chain, capsys):
    guards.install()
    call_command("audit_verify", "--stream", "test.thing/1")
    assert "4 entries in 1 stream: every chain holds." in capsys.readouterr().out


@examples(20)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "a/b"]),
            st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30),
            st.dictionaries(st.text(max_size=5), st.integers() | st.booleans() | st.none(), max_size=3),
        ),
        max_size=12,
    )
)
def test_whatever_is_recorded_verifies(db, acts):
    from django.db import transaction

    with transaction.atomic():
        for stream, reason, after in acts:
            if any("\ud800" <= c <= "\udfff" for key in after for c in key):
                continue
            entry(stream, reason=reason.strip(), after=after)
        assert verify().ok
        transaction.set_rollback(True)
    assert connection.vendor in ("sqlite", "postgresql")

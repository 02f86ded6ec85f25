"""What a file, a body or a manifest does not say of a member stays as it is; what it says empty is cleared."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from mappings.models import Member
from mappings.services import MemberSpec, member_specs, members_load
from tests.factories.mappings import WHY, make_dimension, make_systems

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2024, 12, 31)


@pytest.fixture
def dimension(architect):
    make_systems()
    made = make_dimension(architect, "ledger", "ledger-account", ("4000", "ALL"))
    spec = MemberSpec("4000", "Closed", "ALL", {"kind": "income", "side": "C"}, FIRST, LAST)
    members_load(actor=architect, reason=WHY, dimension_id=made.pk, members=[spec])
    return made


def load(actor, dimension, data: bytes, **more):
    members, faults = member_specs(data)
    assert not faults
    return members_load(actor=actor, reason=WHY, dimension_id=dimension.pk, members=members, **more)


def stored(dimension) -> tuple:
    member = Member.objects.get(dimension=dimension, code="4000")
    return member.name, member.parent, member.attributes, member.valid_from, member.valid_to


def test_a_file_of_names_changes_names_only(dimension, architect):
    load(architect, dimension, b"code,name\n4000,Renamed\nNEW,New one\n")
    assert stored(dimension) == ("Renamed", "ALL", {"kind": "income", "side": "C"}, FIRST, LAST)
    assert Member.objects.get(dimension=dimension, code="NEW").valid_to is None


def test_an_empty_cell_clears_and_an_attribute_without_column_stays(dimension, architect):
    result = load(architect, dimension, b"code,valid_to,attributes.kind\n4000,,\n")
    assert stored(dimension) == ("Closed", "ALL", {"side": "C"}, FIRST, None)
    assert result.cleared == {"valid_to": 1, "attributes.kind": 1}


def test_a_kept_first_day_is_checked_against_a_new_last_day(dimension, architect):
    with pytest.raises(Exception, match="ends before it begins"):
        load(architect, dimension, b"code,valid_to\n4000,2019-12-31\n")


def test_a_dry_run_tells_each_field_before_and_after(dimension, architect):
    result = load(
        architect, dimension, b"code,name,valid_to\n4000,Renamed,\nALL,Name of ALL,\n", dry_run=True
    )
    assert (result.changed, result.unchanged) == (1, 1)
    assert result.fields == {"name": 1, "valid_to": 1}
    assert [(c.code, c.field, c.old, c.new, c.clears) for c in result.changes] == [
        ("4000", "valid_to", "2024-12-31", "", True),
        ("4000", "name", "Closed", "Renamed", False),
    ]
    assert stored(dimension)[0] == "Closed"


def test_the_page_of_a_dry_run_marks_what_it_would_clear(dimension, users, client):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile("members.csv", b"code,name,valid_to\n4000,Renamed,\n")
    url = reverse("mappings:members-import", kwargs={"pk": dimension.pk})
    shown = client.post(url, {"reason": WHY, "file": file}).content.decode()
    assert "The import would clear values that members have now." in shown
    assert "2024-12-31" in shown
    assert "<strong>cleared</strong>" in shown
    assert "Renamed" in shown


def manifest(folder, members: str) -> str:
    (folder / "org.yaml").write_text(
        "tieout: 1\nsystems: [{code: ledger, name: Ledger, kind: legacy_gl}]\ndimensions:\n"
        f"  - {{code: ledger-account, system: ledger, name: Ledger-Account, members: {members}}}\n"
    )
    out = StringIO()
    call_command("apply", str(folder / "org.yaml"), "--as", "architect", stdout=out)
    return out.getvalue()


def test_a_manifest_leaves_what_it_does_not_mention(dimension, tmp_path):
    manifest(tmp_path, "[{code: '4000', name: Renamed, attributes: {side: D}}]")
    assert stored(dimension) == ("Renamed", "ALL", {"kind": "income", "side": "D"}, FIRST, LAST)
    (tmp_path / "a.csv").write_text("code,name,valid_to\n4000,Again,\n")
    manifest(tmp_path, "{file: a.csv}")
    assert stored(dimension) == ("Again", "ALL", {"kind": "income", "side": "D"}, FIRST, None)
    assert "Nothing to change" in manifest(tmp_path, "{file: a.csv}")

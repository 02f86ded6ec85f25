"""Full-width digits look like digits and match none: forms and files refuse them."""

from __future__ import annotations

import pytest

from catalog.forms import OwnershipProposeForm
from mappings.forms import RuleForm
from mappings.services import member_specs, members_load
from portal.core.errors import Faults
from tests.factories.mappings import WHY, make_dimension, make_systems


def test_a_member_code_of_full_width_digits_is_refused_with_its_line(architect):
    make_systems()
    dimension = make_dimension(architect, "ledger", "ledger-account", ("12",))
    members, faults = member_specs("code,name\n１２,Twelve\n".encode())
    with pytest.raises(Faults) as caught:
        members_load(
            actor=architect,
            reason=WHY,
            dimension_id=dimension.pk,
            members=members,
            faults=faults,
            dry_run=True,
        )
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [
        ("API-011", "line 2, column code")
    ]


def test_a_priority_of_full_width_digits_is_refused():
    form = RuleForm(
        {"kind": "explicit", "sign": "1", "priority": "１２", "revision": "1"}, columns=("account",)
    )
    assert "digits 0 to 9" in str(form.errors["priority"])


def test_a_day_of_full_width_digits_is_refused(architect):
    form = OwnershipProposeForm({"valid_from": "９９９９-01-01"}, actor=architect)
    assert "digits 0 to 9" in str(form.errors["valid_from"])

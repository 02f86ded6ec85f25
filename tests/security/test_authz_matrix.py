"""The matrix of operations and permissions is complete and is what the API does, duty by duty."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from portal.access.functions import Function as F
from portal.access.functions import permissions_of
from portal.core.authority import all_permissions
from tests.api.client import Caller
from tests.api.operations import operations
from tests.api.world import build

MATRIX = yaml.safe_load((Path(__file__).parent / "authz_matrix.yaml").read_text())


def test_every_operation_has_a_row_and_every_row_an_operation():
    found = {
        o.name: {"needs": o.permission, "scope": "object" if o.on_object else "anywhere"}
        for o in operations()
    }
    assert found == MATRIX


def test_every_permission_of_the_matrix_exists():
    assert {row["needs"] for row in MATRIX.values()} <= {*all_permissions(), "own"}


@pytest.mark.parametrize("duty", [F.AUDIT_READ, F.CAT_AUTHOR, F.FLOW_RUN, F.ROLE_GRANT])
def test_a_duty_opens_exactly_its_operations(users, make_user, duty):
    """With one duty everywhere, an operation is refused exactly when the duty lacks its permission."""
    world = build(users)
    caller = Caller(make_user("only_this", [duty]))
    held = permissions_of([duty])
    wrong = []
    for operation in operations():
        if operation.permission == "own":
            continue
        response = caller.send(operation.method, world.url(operation), {})
        refused = response.status_code in (403, 404)
        if refused == (operation.permission in held):
            wrong.append((operation.name, operation.permission, response.status_code))
    assert not wrong

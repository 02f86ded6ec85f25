"""What to do next fits what is wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from catalog.services import connection_propose, finance_object_register, ownership_propose
from mappings.codes import HELP
from portal.core.errors import DomainError
from tests.factories.mappings import WHY, make_systems


def hint(act, **values) -> str:
    with pytest.raises(DomainError) as caught:
        act(reason=WHY, **values)
    return caught.value.hint


def test_an_ownership_that_ends_before_it_begins_needs_another_last_day(architect):
    make_systems()
    finance_object_register(actor=architect, reason=WHY, code="actuals", name="Actuals")
    told = hint(
        ownership_propose,
        actor=architect,
        finance_object="actuals",
        system="ledger",
        valid_from=dt.date(2024, 2, 1),
        valid_to=dt.date(2024, 1, 1),
    )
    assert told == "Give a last day that is 2024-02-01 or later."


def test_an_unknown_connector_is_answered_with_those_there_are(architect):
    make_systems()
    told = hint(connection_propose, actor=architect, system="ledger", code="x", connector="nope", config={})
    assert "secret" not in told
    assert "file" in told


@pytest.mark.parametrize("code", ["FX-010", "FX-011", "MDM-010", "MDM-011", "MDM-012"])
def test_the_next_step_of_a_json_request_is_not_a_file(code):
    assert HELP[code].fix != "Correct the file at the place named and load it again."


def test_the_matrix_and_the_list_of_ownerships_have_titles_of_their_own(users, client):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    pages = [client.get(reverse(f"catalog:ownership-{name}")).content.decode() for name in ("matrix", "list")]
    titles = [page.split("<title>")[1].split("</title>")[0] for page in pages]
    assert titles[0] != titles[1]

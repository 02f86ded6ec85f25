"""The generic list: what it shows, exports, sorts and gives to htmx."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import System
from portal.core.export import csv_safe
from portal.core.views import Column


@pytest.fixture
def systems(users):
    for number in range(120):
        kind = "erp" if number % 3 else "planning"
        System.objects.create(code=f"s{number:03}", name=f"System {number:03}", kind=kind)


@pytest.fixture
def listing(client, users, systems):
    client.force_login(users["architect"], backend="django.contrib.auth.backends.ModelBackend")
    return lambda query="", **headers: client.get(f"/catalog/systems/{query}", headers=headers)


def test_it_pages_without_losing_or_repeating_a_row(listing):
    codes: list[str] = []
    query = ""
    for _ in range(3):
        context = listing(query).context
        codes += [row.code for row in context["page"].rows]
        query = context["page"].next
    assert query == ""
    assert codes == [f"s{number:03}" for number in range(120)]


def test_it_says_how_many_there_are(listing):
    assert listing().context["page"].summary == "1–50 of 120"
    assert listing("?page=3").context["page"].summary == "101–120 of 120"


def test_a_facet_counts_what_one_click_gives(listing):
    facet = listing("?q=System&kind=erp").context["facets"][0]
    counts = {value.label: value.count for value in facet.values}
    assert counts == {"All": 120, "ERP": 80, "Planning": 40}
    assert [value.label for value in facet.values if value.current] == ["ERP"]


def test_the_export_is_exactly_what_is_filtered_and_sorted(listing):
    answer = listing("?q=System+00&kind=planning&sort=-code&format=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Disposition"].startswith('attachment; filename="systems-')
    assert lines[0].startswith("System,Code,Kind,")
    assert [line.split(",")[1] for line in lines[1:]] == ["s009", "s006", "s003", "s000"]


def test_a_formula_in_a_name_is_harmless_in_the_export(listing):
    System.objects.filter(code="s000").update(name="=cmd|' /C calc'!A0")
    text = b"".join(listing("?q=s000&format=csv").streaming_content).decode()
    assert "'=cmd" in text


def cells_of(column: Column, row: dict[str, object]) -> str:
    return csv_safe(column.exported(row))


@pytest.mark.parametrize(
    ("column", "row", "cell"),
    [
        (Column("amount", "Amount", kind="money"), {"amount": Decimal("60953.4")}, "60953.40"),
        (Column("amount", "Amount", kind="money"), {"amount": Decimal(0)}, "0.00"),
        (Column("amount", "Amount", kind="money"), {"amount": Decimal("-5")}, "-5.00"),
        (Column("amount", "Amount", kind="money"), {"amount": Decimal("0.0001")}, "0.0001"),
        (Column("amount", "Amount", kind="money"), {"amount": None}, ""),
        (Column("amount", "Amount", kind="money", currency="unit"), {"amount": Decimal(5), "unit": "JPY"}, "5"),
        (Column("amount", "Amount", kind="money", currency="unit"), {"amount": Decimal(5), "unit": "KWD"}, "5.000"),
        (Column("state", "State", kind="status"), {"state": "enabled"}, "Active"),
        (Column("state", "State", kind="status"), {"state": "in_force"}, "In force"),
        (Column("state", "State", kind="status"), {"state": ""}, ""),
        (Column("open", "Open", kind="yesno"), {"open": True}, "Yes"),
    ],
)  # fmt: skip
def test_a_cell_is_exported_in_the_words_and_cents_of_the_screen(column, row, cell):
    assert cells_of(column, row) == cell
    assert cell in column.cell(row).replace(",", "").replace("\u2212", "-")


def test_htmx_gets_the_results_only(listing):
    html = listing("?q=00", **{"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "System 000" in html


def test_the_back_button_gets_the_whole_page(listing):
    answer = listing("?q=00", **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_nothing_matching_offers_to_clear_the_filters(listing):
    assert "Clear the filters" in listing("?q=zzz").content.decode()


def test_a_search_needs_every_word(listing):
    assert [row.code for row in listing("?q=system+017").context["page"].rows] == ["s017"]


@pytest.mark.parametrize(
    ("query", "number"), [("", 120), ("?kind=erp", 80), ("?q=System", 120), ("?q=System&page=2", 120)]
)
def test_rows_that_facets_have_counted_are_not_counted_again(listing, query, number):
    """Counting a search over 100,000 rows twice costs twice as much."""
    with CaptureQueriesContext(connection) as queries:
        page = listing(query).content.decode()
    assert f" of {number}" in page
    assert not [found for found in queries if "subquery" in found["sql"]]

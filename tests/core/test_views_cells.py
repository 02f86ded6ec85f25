"""How values look: exact digits, a visible minus, zones on times, nothing as a dash."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.statuses import STATUSES
from portal.core.views import cells


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("0"), "0.00"),
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-560074.91"), "\u2212560,074.91"),
        (Decimal("0.0001"), "0.0001"),
        (Decimal("-0.005"), "\u22120.005"),
        (Decimal("99999999999999999999.99"), "99,999,999,999,999,999,999.99"),
    ],
)
def test_money_is_grouped_and_never_rounded(value, shown):
    assert shown in cells.money(value)


@given(st.decimals(min_value=-(10**20), max_value=10**20, places=4))
def test_grouping_keeps_every_digit(value):
    text = cells.group_digits(value, 2).replace(",", "").replace("\u2212", "-")
    assert Decimal(text) == value


def test_a_time_tells_its_zone():
    at = dt.datetime(2026, 11, 22, 16, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert cells.stamp(at) == '<time datetime="2026-11-22T15:05:00+00:00">2026-11-22 15:05 UTC</time>'


def test_text_is_escaped():
    assert cells.text("<b>") == "&lt;b&gt;"
    assert "<script>" not in cells.status("<script>")


@pytest.mark.parametrize("kind", ["text", "code", "date", "time", "money", "count", "status", "tags"])
def test_nothing_is_a_dash(kind):
    assert "–" in cells.render(kind, None)


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_every_status_has_glyph_tone_and_word(name):
    html = cells.status(name)
    assert STATUSES[name].word in html
    assert f'data-tone="{STATUSES[name].tone}"' in html
    assert f"glyph-{STATUSES[name].glyph}" in html

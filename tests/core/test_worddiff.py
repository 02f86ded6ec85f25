"""Word differences: both texts survive, and change as a whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.core.worddiff import word_diff


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_make_up_both_texts(before, after):
    left, right = word_diff(before, after)
    assert "".join(text for text, _ in left) == before
    assert "".join(text for text, _ in right) == after


@given(st.text(max_size=200))
def test_equal_texts_show_no_change(text):
    left, right = word_diff(text, text)
    assert not any(changed for _, changed in left + right)


def test_a_date_changes_as_a_whole():
    left, right = word_diff("from 2024-01-01", "from 2026-12-01")
    assert left == [("from ", False), ("2024-01-01", True)]
    assert right == [("from ", False), ("2026-12-01", True)]

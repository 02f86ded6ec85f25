"""Forms take the digits 0 to 9 and no others, as REST does."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from portal.core.errors import BadInput
from portal.core.forms import CodeField, DateField, WholeField
from portal.core.text import refuse_odd_digits

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def wide(text: str) -> str:
    return text.translate(WIDE)


@pytest.mark.parametrize(
    ("field", "text"),
    [(DateField(), "9999-01-01"), (WholeField(), "12"), (CodeField(), "12"), (DateField(), "2024-1-1")],
)
def test_full_width_digits_are_refused(field, text):
    with pytest.raises(ValidationError):
        field.clean(wide(text))


def test_plain_digits_are_taken():
    assert DateField().clean("2024-02-29") == dt.date(2024, 2, 29)
    assert DateField(required=False).clean("") is None
    assert (WholeField().clean(" 12 "), WholeField().clean("-3"), WholeField(required=False).clean("")) == (
        12, -3, None,
    )  # fmt: skip
    assert DateField().clean(dt.date(2024, 1, 1)) == dt.date(2024, 1, 1)


def test_an_odd_digit_is_named_with_its_place():
    assert refuse_odd_digits("K-12 Ä") == "K-12 Ä"
    with pytest.raises(BadInput, match="position 2") as caught:
        refuse_odd_digits("A" + wide("1"), place="code")
    assert (caught.value.code, caught.value.place) == ("API-011", "code")

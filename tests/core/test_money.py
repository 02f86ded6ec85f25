"""Money is exact on both databases: no float, no drift, no rounding."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from portal.core.currencies import exceptional_minor_units, minor_units
from portal.core.money import MoneyField, decimal_sum, round_half_away, to_money
from tests.examples import examples

HUGE = Decimal("999999999999999999999999.9999")
amounts = st.integers(-(10**28) + 1, 10**28 - 1).map(lambda n: Decimal(n).scaleb(-4))
modest = examples(25)


with isolate_apps("portal.core"):

    class Amount(models.Model):
        value = MoneyField(null=True)

        class Meta:
            app_label = "core"
            db_table = "tests_amount"


@pytest.fixture
def table(db):
    """A table of our own with one amount column, dropped with the transaction."""
    name = Amount._meta.db_table
    kind = Amount._meta.get_field("value").db_type(connection)
    key = (
        "bigserial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY AUTOINCREMENT"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (id {key}, value {kind} NULL)")
    yield Amount
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")


@modest
@given(amount=amounts)
def test_an_amount_of_28_digits_reads_back_as_it_was_written(table, amount):
    row = table.objects.create(value=amount)
    row.refresh_from_db()
    assert row.value == amount
    assert isinstance(row.value, Decimal)
    assert table.objects.filter(value=amount, pk=row.pk).exists()


@modest
@given(values=st.lists(amounts, max_size=20))
def test_sums_of_28_digits_are_exact(table, values):
    with transaction.atomic():
        table.objects.all().delete()
        table.objects.bulk_create([table(value=value) for value in values])
        total = table.objects.aggregate(total=decimal_sum("value"))["total"]
        with decimal.localcontext(decimal.Context(prec=60)):
            expected = sum(values, Decimal(0))
        assert (total, type(total)) == (expected, Decimal)
        transaction.set_rollback(True)


def test_the_sum_of_nothing_and_of_nulls_is_zero(table):
    assert table.objects.aggregate(total=decimal_sum("value"))["total"] == 0
    table.objects.create(value=None)
    assert table.objects.aggregate(total=decimal_sum("value"))["total"] == 0


def test_the_amounts_that_sqlite_would_round_stay_exact(table):
    table.objects.bulk_create([table(value=Decimal("99999999999999.99")) for _ in range(3)])
    assert table.objects.aggregate(t=decimal_sum("value"))["t"] == Decimal("299999999999999.97")
    assert {row.value for row in table.objects.all()} == {Decimal("99999999999999.99")}


def test_sums_can_be_grouped_and_filtered(table):
    table.objects.bulk_create([table(value=Decimal(v)) for v in ("0.1", "0.2", "-5")])
    positive = models.Q(value__gt=0)
    found = table.objects.aggregate(all=decimal_sum("value"), up=decimal_sum("value", filter=positive))
    assert (found["all"], found["up"]) == (Decimal("-4.7"), Decimal("0.3"))


@modest
@given(values=st.lists(amounts, min_size=1, max_size=8), limit=amounts)
def test_amounts_are_compared_as_numbers_and_not_as_texts(table, values, limit):
    with transaction.atomic():
        table.objects.all().delete()
        table.objects.bulk_create([table(value=value) for value in values])
        for lookup, holds in (
            ("gt", limit.__lt__), ("gte", limit.__le__), ("lt", limit.__gt__), ("lte", limit.__ge__),
        ):  # fmt: skip
            found = table.objects.filter(**{f"value__{lookup}": limit}).count()
            assert found == sum(map(holds, values)), lookup
        transaction.set_rollback(True)


def test_ten_is_more_than_nine(table):
    table.objects.bulk_create([table(value=Decimal(v)) for v in ("9", "10", "-10")])
    assert [row.value for row in table.objects.filter(value__gt="9")] == [10]


@pytest.mark.parametrize(
    "wrong",
    [1.5, float("nan"), True, "NaN", "Infinity", "1e4", "1E400", "\uff11\uff12", "1,000.00", "1.000,00", "0x10", "1_000",
     "", " 1", "1 ", "+1", ".5", "1.", "--1", "0.00001", "1" * 25, Decimal("NaN"), Decimal("1E24"), Decimal("1E-5"),
     Decimal("1E+999999"), Decimal("-Infinity"), b"1", None, [1]],
)  # fmt: skip
def test_what_is_no_plain_decimal_within_limits_is_refused(wrong):
    with pytest.raises(ValidationError):
        to_money(wrong)


@pytest.mark.parametrize(
    ("text", "value"),
    [("-0", "0"), ("-0.0000", "0"), ("1.50000000", "1.5"), ("007", "7"), (Decimal("1E3"), "1000"), (5, "5"),
     (Decimal("0E-400"), "0"), (str(HUGE), str(HUGE))],
)  # fmt: skip
def test_plain_decimals_are_taken_in_one_form(text, value):
    assert str(to_money(text)) == value


@pytest.mark.parametrize("wrong", ["1e3", 1.0, "abc"])
def test_a_model_refuses_what_is_no_amount_before_the_database_sees_it(table, wrong):
    with pytest.raises(ValidationError):
        table(value=wrong).full_clean()
    with pytest.raises(ValidationError), transaction.atomic():
        table.objects.create(value=wrong)


@pytest.mark.parametrize(
    ("amount", "places", "rounded"),
    [("0.125", 2, "0.13"), ("-0.125", 2, "-0.13"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("1.0049", 2, "1.00"),
     ("999999999999999999999999.9999", 2, "1000000000000000000000000.00")],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(amount, places, rounded):
    assert str(round_half_away(Decimal(amount), places)) == rounded


def test_minor_units_follow_iso_4217():
    assert [minor_units(code) for code in ("EUR", "JPY", "KWD", "CLF", "XXX")] == [2, 0, 3, 4, 2]
    assert exceptional_minor_units()["JPY"] == 0

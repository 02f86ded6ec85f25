"""What a run has and its independent figure has not, in words, with amounts as pages show them."""

from __future__ import annotations

from portal.core.money import amount_words
from syncengine.definition import FlowDefinition
from syncengine.definition.model import Compare
from syncengine.models import ReconciliationDifference


def currency_of(definition: FlowDefinition, row: ReconciliationDifference) -> str:
    """The currency of a compared amount; "" where the flow compares without telling currencies apart."""
    item, currency = definition.reconcile, definition.amount.currency
    if item is None or item.compare is Compare.SOURCE:
        return currency.constant or str(row.key.get(currency.field or "", ""))
    if definition.translate is not None:
        return definition.translate.to
    columns = [column.name for column in definition.target.columns if column.field == currency.field]
    return currency.constant or next((str(row.key[name]) for name in columns if name in row.key), "")


def subject_words(row: ReconciliationDifference) -> str:
    """What is compared: `debit of entity DE, account 1200`."""
    return f"{row.measure} of {', '.join(f'{name} {value}' for name, value in row.key.items())}"


def largest_words(definition: FlowDefinition, row: ReconciliationDifference, count: int) -> str:
    """How many amounts differ, and the one that differs most."""
    currency = currency_of(definition, row)
    found = f"{subject_words(row)} is {amount_words(row.actual, currency)}"
    amounts = "1 amount differs" if count == 1 else f"{count:,} amounts differ"
    expected = amount_words(row.expected, currency)
    return f"{amounts} from the independent figure; the largest: {found}, not {expected}."


def difference_words(definition: FlowDefinition, row: ReconciliationDifference) -> str:
    """One difference as a sentence."""
    currency = currency_of(definition, row)
    return (
        f"{subject_words(row)}: the independent figure has {amount_words(row.expected, currency)}, "
        f"the run computed {amount_words(row.actual, currency)}."
    )

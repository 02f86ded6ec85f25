"""Minor units of currencies (ISO 4217, list one): decimals to which an amount is rounded."""

from __future__ import annotations

_ZERO = frozenset(
    [
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
        *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    ]
)
_THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_FOUR = frozenset(["CLF", "UYW"])
NO_CURRENCY = "XXX"


def minor_units(currency: str) -> int:
    """Decimals of a currency by its ISO 4217 code; two unless listed otherwise."""
    if currency in _ZERO:
        return 0
    if currency in _THREE:
        return 3
    return 4 if currency in _FOUR else 2


def currency_name(currency: str) -> str:
    """What a heading calls a currency; ISO 4217's code for none is where amounts without one are counted."""
    return "no valid currency" if currency == NO_CURRENCY else currency


def exceptional_minor_units() -> dict[str, int]:
    """All currencies whose minor unit is not two, for use in SQL CASE expressions."""
    return {code: minor_units(code) for code in sorted(_ZERO | _THREE | _FOUR)}

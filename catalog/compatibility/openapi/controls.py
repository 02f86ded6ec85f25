"""Controls beyond the wire: classification, retention, transport, a version that agrees with the change."""

from __future__ import annotations

import re
from typing import Any

from catalog.compatibility.documents import child, same
from catalog.compatibility.openapi.comparing import BASE, REVISION, Pair, Raw
from catalog.compatibility.openapi.contract import Contract
from catalog.compatibility.openapi.levels import Level
from catalog.compatibility.openapi.model import Api

_CLASSIFICATION = ("x-data-classification", "x-classification")
_RETENTION = ("x-retention", "x-data-retention", "x-retention-days")
_RANKS = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3, "secret": 4}
_DURATION = re.compile(r"P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?\Z", re.IGNORECASE)
_WORDS = re.compile(r"(\d{1,6})\s*(day|week|month|year)s?\Z", re.IGNORECASE)
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SEMVER = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+][0-9A-Za-z.+-]*)?\Z")


def retention_days(value: Any) -> int | None:
    """Days of a retention: a number of days, an ISO 8601 duration (P7Y) or words (7 years)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    words = _WORDS.match(text)
    if words:
        return int(words.group(1)) * _DAYS[words.group(2).lower()]
    found = _DURATION.match(text)
    if found is None or len(text) < 3:
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return years * 365 + months * 30 + weeks * 7 + days


def _classification_check(old: Any, new: Any) -> str:
    if new is None:
        return "lowered"
    before, after = _RANKS.get(str(old).lower()), _RANKS.get(str(new).lower())
    if before is None or after is None:
        return "changed"
    return "lowered" if after < before else ""


def _retention_check(old: Any, new: Any) -> str:
    if new is None:
        return "shortened"
    before, after = retention_days(old), retention_days(new)
    if before is None or after is None:
        return "changed"
    return "shortened" if after < before else ""


def governance_checks(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Controls that a change of extensions breaks: rule, keyword, old and new value."""
    found = []
    for rule, words, check in (
        ("control-classification", _CLASSIFICATION, _classification_check),
        ("control-retention", _RETENTION, _retention_check),
    ):
        keyword = next((word for word in words if old.get(word) is not None), None)
        if keyword is None:
            continue
        before, after = old[keyword], next((new[word] for word in words if new.get(word) is not None), None)
        action = "" if after is not None and same(before, after) else check(before, after)
        if action:
            found.append((f"{rule}-{action}", keyword, before, after))
    return found


def compare_governance(
    contract: Contract, old: dict[str, Any], new: dict[str, Any], base: str, revision: str, name: str
) -> None:
    """Compare classification and retention of an API, a path or an operation."""
    for rule, keyword, before, after in governance_checks(old, new):
        if after is None:
            contract.report(rule, BASE, child(base, keyword), before, "none", name)
        else:
            contract.report(rule, REVISION, child(revision, keyword), before, after, name)


def compare_schema_governance(pair: Pair) -> None:
    """Compare classification and retention of a schema or property."""
    base, revision = pair.base, pair.revision
    if base.extras:
        for rule, keyword, before, after in governance_checks(base.extras, revision.extras):
            side, shape = (BASE, base) if after is None else (REVISION, revision)
            pair.found.append(
                Raw(rule, side, shape.place(keyword), before, "none" if after is None else after, None)
            )


def compare_api_governance(contract: Contract) -> None:
    base, revision = contract.base, contract.revision
    for pointer, old, new in (
        ("", base.document.value, revision.document.value),
        ("/info", base.info, revision.info),
    ):
        compare_governance(contract, old, new, pointer, pointer, "the API")


def compare_servers(contract: Contract, old: dict[str, str], new: dict[str, str]) -> None:
    """Addresses that went or came; a new one without TLS is a control failure."""
    for url, pointer in old.items():
        if url not in new:
            contract.gone("server-removed", pointer, url)
    plain_before = any(url.startswith("http:") for url in old)
    for url, pointer in new.items():
        if url not in old:
            contract.came("server-added", pointer, new=url)
            if url.lower().startswith(("http:", "ws:")) and old and not plain_before:
                contract.came("control-transport-weakened", pointer, new=url)


def semver(text: str) -> tuple[int, int, int] | None:
    """major, minor, patch; a missing patch is 0. None when the text is no version."""
    found = _SEMVER.match(text.strip())
    return (int(found.group(1)), int(found.group(2)), int(found.group(3) or 0)) if found else None


def compare_versions(contract: Contract, levels: set[Level]) -> None:
    """Judge info.version by the worst finding so far; below 1.0.0 the minor number plays the major."""
    texts = contract.base.version, contract.revision.version
    old, new = semver(texts[0]), semver(texts[1])
    if old is None or new is None or not levels:
        return
    breaking = bool(levels & {Level.ERROR, Level.WARNING})
    pointer = "/info/version"
    if new < old:
        contract.came("api-version-decreased", pointer, *texts)
        contract.came("control-version-mismatch", pointer, *texts, name="it went back")
        return
    if new == old:
        contract.came("api-version-not-bumped", pointer, *texts)
    major = 0 if old[0] or new[0] else 1
    if breaking and new[: major + 1] == old[: major + 1]:
        contract.came("api-major-version-not-bumped", pointer, *texts)
        contract.came("control-version-mismatch", pointer, *texts, name="a breaking change needs a new major")


def removed_components(base: Api, revision: Api) -> list[tuple[str, str]]:
    """Names and pointers of shared schemas that are gone."""
    return [(name, pointer) for name, pointer in base.components.items() if name not in revision.components]

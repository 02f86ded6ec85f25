"""Rate sets and their versions: register, start, load, submit, withdraw."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mappings.codes import Code
from mappings.models import Rate, RateSet, RateSetVersion, RateType
from mappings.permissions import P
from mappings.ratevalue import to_rate
from mappings.selectors.rates import (
    RateKey,
    last_approved_rates,
    open_rate_version,
    rate_table,
    rate_version_hash,
    rates_unchanged,
)
from mappings.services.editing import RATES, checked_periods, demand_draft, demand_editable, edited
from mappings.states import VERSION
from mappings.tags import Tag
from mappings.validation import rate_findings
from portal.approvals.models import ChangeRequest
from portal.approvals.ports import Finding
from portal.approvals.selectors import open_change
from portal.approvals.services import change_submit, change_withdraw, record_contribution
from portal.audit.services import audited, record
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, Fault, Faults
from portal.core.locking import locked
from portal.core.states import apply_transition
from portal.core.text import clean_code, clean_text
from portal.fiscal.periods import is_period

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class RateSpec:
    """Units of `to_currency` for one of `from_currency`, as plain decimal text; `place` in the file."""

    rate_type: str
    from_currency: str
    to_currency: str
    period: str
    rate: str | Decimal
    place: str = ""

    @property
    def key(self) -> RateKey:
        return self.rate_type, self.from_currency, self.to_currency, self.period


@dataclass(frozen=True, slots=True)
class RatesResult:
    """Numbers of rates, and after a dry run what would stand against submitting the version."""

    added: int
    changed: int
    removed: int
    unchanged: int
    findings: Sequence[Finding] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.unchanged,
        }


@audited(Tag.RATE_SET_REGISTER)
def rate_set_register(*, actor: Actor, reason: str, code: str, name: str) -> RateSet:
    """Register a rate set. Raises Conflict MAP-041."""
    authority.check_everywhere(actor, P.RATE_SET_EDIT)
    if RateSet.objects.filter(code__iexact=code).exists():
        raise Conflict(Code.MAP_041, f"There is a rate set with the code {code} already.", place="code")
    rate_set = RateSet(code=clean_code(code, place="code"), name=clean_text(name, 200, place="name"))
    rate_set.full_clean()
    rate_set.save()
    after = {"code": rate_set.code, "name": rate_set.name}
    record(Tag.RATE_SET_REGISTER, actor=actor, subject=rate_set, reason=reason, after=after)
    return rate_set


@audited(Tag.RATE_SET_VERSION_START)
def rate_set_version_start(
    *, actor: Actor, reason: str, rate_set_id: int, effective_from: str, effective_to: str | None = None
) -> RateSetVersion:
    """Start a draft with the rates of the last approved version. Raises Conflict MAP-044, Invalid MAP-043."""
    rate_set = RateSet.objects.get_for(actor, P.RATE_SET_EDIT, pk=rate_set_id)
    locked(RateSet.objects.all()).get(pk=rate_set.pk)
    opened = open_rate_version(rate_set)
    if opened is not None:
        raise Conflict(Code.MAP_044, f"{opened} is {opened.get_state_display()} already.")
    first, last = checked_periods(effective_from, effective_to)
    newest = rate_set.versions.order_by("-number").first()
    base = last_approved_rates(rate_set)
    version = RateSetVersion(
        rate_set=rate_set,
        number=newest.number + 1 if newest else 1,
        base=base,
        effective_from=first,
        effective_to=last,
        started_at=now(),
    )
    version.full_clean()
    version.save()
    if base is not None:
        _insert(version, rate_table(base))
    record_contribution(actor=actor, kind=RATES, subject_key=version.key)
    after = {"number": version.number, "periods": version.periods_label}
    record(Tag.RATE_SET_VERSION_START, actor=actor, subject=version, reason=reason, after=after)
    return version


def _insert(version: RateSetVersion, rates: dict[RateKey, Decimal]) -> None:
    rows = [
        Rate(version=version, rate_type=kind, from_currency=source, to_currency=to, period=period, rate=rate)
        for (kind, source, to, period), rate in rates.items()
    ]
    Rate.objects.bulk_create(rows, batch_size=1_000)


def _lock(actor: Actor, version_id: int, revision: int | None = None) -> RateSetVersion:
    found = RateSetVersion.objects.get_for(actor, P.RATE_SET_EDIT, pk=version_id)
    locked(RateSet.objects.all()).get(pk=found.rate_set_id)
    version = RateSetVersion.objects.select_related("rate_set", "base").get(pk=version_id)
    demand_editable(version, revision)
    return version


def _faults_of(spec: RateSpec) -> str:
    """What is wrong with a rate, or nothing."""
    if spec.rate_type not in RateType.values:
        return f"{spec.rate_type!r} is no type of rate: {', '.join(RateType.values)}."
    for currency in (spec.from_currency, spec.to_currency):
        if not _CURRENCY.fullmatch(currency):
            return f"{currency!r} is no currency code: three capital letters (ISO 4217)."
    if spec.from_currency == spec.to_currency:
        return "A rate needs two different currencies."
    if not is_period(spec.period):
        return f"{spec.period!r} is not a fiscal period YYYY-PP."
    return ""


def checked_rates(rates: Sequence[RateSpec]) -> dict[RateKey, Decimal]:
    """Rates by key. Raises Faults FX-010, FX-011 with every place."""
    checked: dict[RateKey, Decimal] = {}
    faults: list[Fault] = []
    for spec in rates:
        message = _faults_of(spec)
        if message:
            faults.append(Fault(Code.FX_010, message, spec.place))
            continue
        try:
            rate = to_rate(spec.rate)
        except ValueError as error:
            text = str(error)
            faults.append(Fault(Code.FX_010, f"{text[:1].upper()}{text[1:]}.", spec.place))
            continue
        if checked.setdefault(spec.key, rate) is not rate:
            faults.append(Fault(Code.FX_011, f"{' '.join(spec.key)} stands twice.", spec.place))
    if faults:
        raise Faults(faults)
    return checked


@audited(Tag.RATES_LOAD)
def rates_load(
    *,
    actor: Actor,
    reason: str,
    version_id: int,
    rates: Sequence[RateSpec],
    replace: bool = False,
    revision: int | None = None,
    dry_run: bool = False,
) -> RatesResult:
    """Add and change rates of an open version, or replace all. All or nothing; a dry run writes nothing.

    Raises Faults FX-010, FX-011 with the place of each, NotFound, Forbidden, Conflict API-409.
    """
    version = _lock(actor, version_id, revision)
    wanted = checked_rates(rates)
    there = rate_table(version)
    gone = [key for key in there if key not in wanted] if replace else []
    added = [key for key in wanted if key not in there]
    changed = [key for key in wanted if key in there and there[key] != wanted[key]]
    result = RatesResult(len(added), len(changed), len(gone), len(wanted) - len(added) - len(changed))
    after = {**({} if replace else there), **wanted}
    if dry_run:
        return dataclasses.replace(result, findings=rate_findings(after))
    if not (added or changed or gone):
        return result
    before = rate_version_hash(version)
    Rate.objects.filter(version=version).delete()
    _insert(version, after)
    edited(actor, version)
    record(
        Tag.RATES_LOAD,
        actor=actor,
        subject=version,
        reason=reason,
        before={"sha256": before, "rates": _named(there, [*changed, *gone])},
        after={**result.counts, "rates": _named(wanted, [*changed, *added])},
        content_sha256=rate_version_hash(version),
    )
    return result


def _named(rates: dict[RateKey, Decimal], keys: list[RateKey]) -> dict[str, Decimal]:
    """The first rates by name, for the audit; the hash beside them covers all."""
    return {" ".join(key): rates[key] for key in keys[:200]}


@audited(Tag.RATE_SET_VERSION_SUBMIT)
def rate_set_version_submit(
    *, actor: Actor, reason: str, version_id: int, revision: int | None = None
) -> ChangeRequest:
    """Put a draft under review. Raises Faults FX-012 (no rates), Conflict APR-008 when nothing changes."""
    version = _lock(actor, version_id, revision)
    demand_draft(version)
    if rates_unchanged(version):
        raise Conflict("APR-008", f"{version} has the same rates and periods as {version.base}.")
    change = change_submit(actor=actor, reason=reason, kind=RATES, subject_key=version.key)
    record(
        Tag.RATE_SET_VERSION_SUBMIT,
        actor=actor,
        subject=version,
        reason=reason,
        after={"change": change.ref},
        content_sha256=change.content_sha256,
    )
    return change


@audited(Tag.RATE_SET_VERSION_WITHDRAW)
def rate_set_version_withdraw(*, actor: Actor, reason: str, version_id: int) -> RateSetVersion:
    """Give up an open version; under review only by the requester, with a reason."""
    version = _lock(actor, version_id)
    before = {"state": version.state}
    change = open_change(RATES, version.key)
    if change is not None:
        change_withdraw(actor=actor, reason=reason, change_id=change.pk)
        version.refresh_from_db()
    else:
        apply_transition(version, VERSION, "withdraw")
        version.save()
    after = {"state": version.state}
    record(
        Tag.RATE_SET_VERSION_WITHDRAW, actor=actor, subject=version, reason=reason, before=before, after=after
    )
    return version

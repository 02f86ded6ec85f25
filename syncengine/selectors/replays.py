"""What a run computed from, and what it would compute from if it were planned now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.core.errors import Conflict
from syncengine.codes import Code
from syncengine.definitions import read_definition
from syncengine.models import Flow, Run
from syncengine.pinning import pin_versions
from syncengine.selectors.flows import version_in_force


@dataclass(frozen=True, slots=True)
class Pin:
    """What a run is pinned to: `kind` is flow, mapping, rates, calendar, connection, members or engine."""

    kind: str
    code: str
    number: int | None
    sha256: str

    @property
    def label(self) -> str:
        return f"version {self.number}" if self.number is not None else self.sha256[:12]


@dataclass(frozen=True, slots=True)
class PinChange:
    """A pin as it was and as it would be; None where there was or is none."""

    before: Pin | None
    after: Pin | None

    @property
    def is_same(self) -> bool:
        return self.before is not None and self.after is not None and self.before.sha256 == self.after.sha256

    @property
    def shown(self) -> Pin:
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of nothing")
        return found


def pins_of(pins: dict[str, Any]) -> list[Pin]:
    """The pins of a run as a list, in reading order."""
    found = [_pin("flow", pins["flow"]["code"], pins["flow"])] if pins.get("flow") else []
    for kind, name in (("mapping", "mappings"), ("connection", "connections"), ("members", "members")):
        found += [_pin(kind, code, pin) for code, pin in sorted((pins.get(name) or {}).items()) if pin]
    if pins.get("rates"):
        found.append(_pin("rates", pins["rates"]["set"], pins["rates"]))
    if pins.get("calendar"):
        found.append(_pin("calendar", pins["calendar"]["code"], pins["calendar"]))
    if pins.get("engine"):
        found.append(Pin("engine", f"engine {pins['engine']}", None, str(pins["engine"])))
    return found


def _pin(kind: str, code: str, pin: dict[str, Any]) -> Pin:
    return Pin(kind, code, pin.get("number"), pin["sha256"])


def current_pins(flow: Flow, period: str) -> list[Pin]:
    """What a run planned now would be pinned to; members are pinned later, when the source is read.

    Raises Conflict RUN-001 without an approved version, Faults RUN-005 naming what is missing.
    """
    version = version_in_force(flow, period)
    if version is None:
        raise Conflict(Code.RUN_001, f"Flow {flow} has no approved version in force.", place="flow")
    return pins_of(pin_versions(version, read_definition(version.definition), period))


def pin_changes(run: Run) -> list[PinChange]:
    """What differs between the run and one planned now. Raises as `current_pins`."""
    before = {(pin.kind, pin.code): pin for pin in pins_of(run.pins) if pin.kind != "members"}
    after = {(pin.kind, pin.code): pin for pin in current_pins(run.flow, run.period)}
    keys = [*before, *(key for key in after if key not in before)]
    return [PinChange(before.get(key), after.get(key)) for key in keys]

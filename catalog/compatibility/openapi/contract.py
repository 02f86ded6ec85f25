"""What the checks of one comparison share: the two APIs, the walk over schemas, and the findings so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalog.compatibility.documents import canonical_text
from catalog.compatibility.openapi.comparing import BASE, REVISION, Raw, Walk
from catalog.compatibility.openapi.model import Api
from catalog.compatibility.openapi.options import Options
from catalog.compatibility.openapi.places import Place
from catalog.compatibility.openapi.shapes import Ref


@dataclass(slots=True, eq=False)
class Contract:
    """Collects findings; `user` is the bit of the operation that is being compared, 0 for the whole API."""

    base: Api
    revision: Api
    options: Options
    walk: Walk
    bits: dict[str, int] = field(default_factory=dict)
    user: int = 0
    found: dict[str, tuple[Raw, int]] = field(default_factory=dict)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)

    def enter(self, label: str) -> None:
        """From here on findings concern this operation."""
        bit = self.bits.setdefault(label, len(self.bits))
        self.user = 1 << bit

    def leave(self) -> None:
        """From here on findings concern the whole API."""
        self.user = 0

    def report(
        self, rule_id: str, side: str, pointer: str, old: Any = None, new: Any = None, name: str = ""
    ) -> None:
        self.keep(Raw(rule_id, side, pointer, old, new, name), self.user)

    def gone(self, rule_id: str, pointer: str, old: Any = None, name: str = "") -> None:
        """Report what the base had."""
        self.report(rule_id, BASE, pointer, old, None, name)

    def came(self, rule_id: str, pointer: str, old: Any = None, new: Any = None, name: str = "") -> None:
        """Report what the revision has."""
        self.report(rule_id, REVISION, pointer, old, new, name)

    def keep(self, raw: Raw, users: int) -> None:
        """One finding per check, place and values, whoever is concerned."""
        key = canonical_text([raw.id, raw.side, raw.pointer, raw.old, raw.new, raw.name])
        held = self.found.get(key)
        self.found[key] = (raw, users | (held[1] if held else 0))

    def schemas(self, base: Ref, revision: Ref, place: Place, label: str) -> None:
        """Compare two schemas for the present operation; `label` names what they describe in messages."""
        self.labels.setdefault((BASE, base.pointer), label)
        self.labels.setdefault((REVISION, revision.pointer), label)
        self.walk.pair(base, revision, place).users |= self.user

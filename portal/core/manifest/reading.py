"""From a manifest file to checked entries: everything is read before anything is changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.errors import BadInput, Fault, Faults
from portal.core.manifest.codes import Code
from portal.core.manifest.files import ManifestFiles
from portal.core.manifest.node import Document, Entry
from portal.core.manifest.ports import Reading, Section, ordered_sections
from portal.core.yamlsafe import MAX_BYTES, YamlError, load_yaml

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Planned:
    """One checked entry with its section and place (`file:line`)."""

    section: Section[Any]
    item: Any
    key: str
    place: str


def read_manifest(path: Path, roots: Sequence[Path] = (), only: Collection[str] = ()) -> list[Planned]:
    """All entries in the order in which they are applied; `only` leaves out other sections' entries.

    Raises Faults with every fault found, each with its file and line, or BadInput when the file itself
    cannot be used.
    """
    document, value = _load(path)
    root = Entry(document, (), value)
    if root.text("tieout", "") not in ("", VERSION) or not root.has("tieout"):
        root.fault(Code.YAM_102, f"A manifest starts with 'tieout: {VERSION}'.")
    reading = Reading(ManifestFiles(path.parent, roots))
    plan: list[Planned] = []
    for section in ordered_sections():
        entries = _section(root, section, reading)
        plan.extend(entries if not only or section.name in only else ())
    root.finish(["tieout", *(section.name for section in ordered_sections())])
    if document.faults:
        raise Faults(_sorted(document.faults))
    return plan


def _load(path: Path) -> tuple[Document, Any]:
    ManifestFiles(path.parent).find(path.name, path.name)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        value, positions = load_yaml(data)
    except YamlError as error:
        raise BadInput(error.code, error.message, place=f"{path.name}:{error.line}") from None
    return Document(path.name, positions), value


def _section(root: Entry, section: Section[Any], reading: Reading) -> list[Planned]:
    plan: list[Planned] = []
    places: dict[str, str] = {}
    entries = root.entries(section.name)
    declared = reading.declared.setdefault(section.name, set())
    for entry in entries:
        # Keys first: entries of one section may refer to each other in any order.
        if isinstance(code := entry.peek("code"), str):
            declared.add(code)
    for entry in entries:
        before = len(root.document.faults)
        item = section.read(entry, reading)
        if len(root.document.faults) > before:
            continue
        key = section.key(item)
        if key in places:
            entry.fault(Code.YAM_105, f"'{key}' stands at {places[key]} already.")
        places[key] = entry.place
        reading.items[section.name, key] = item
        reading.items.setdefault((section.name, key.partition("@")[0]), item)
        plan.append(Planned(section, item, key, entry.place))
    return plan


def _sorted(faults: list[Fault]) -> list[Fault]:
    """By file and line, each fault once."""

    def order(fault: Fault) -> tuple[str, int]:
        name, _, rest = fault.place.rpartition(":")
        line = rest.partition(",")[0]
        return name, int(line) if line.isdigit() else 0

    return sorted(dict.fromkeys(faults), key=order)

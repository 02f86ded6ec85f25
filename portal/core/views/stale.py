"""What a form was filled in from, so that a page left open overwrites nothing unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.forms import BoundField

from portal.core.canonical import sha256_hex
from portal.core.codes import Code
from portal.core.errors import PreconditionFailed
from portal.core.forms import damaged

VERSION = "version_read"
"""Name of the hidden value that carries the version of what a form shows."""

_LONG = 12
"""Lines of a text beyond which only those that differ are shown."""

_VERSION = re.compile(r"[^ =]+=[0-9a-f]{16}(?: [^ =]+=[0-9a-f]{16})*")


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that changed since the form was opened; the form takes it over where nobody typed another."""

    label: str
    now: str
    typed: str
    taken_over: bool


def text_of(field: BoundField) -> str:
    """The value of a field as its widget writes it, the same whether it was shown or came back."""
    value = field.value()
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    shown = field.field.widget.format_value(value)
    lines = sorted(map(str, shown)) if isinstance(shown, (list, tuple)) else [str(shown or "")]
    return "\n".join(lines).replace("\r\n", "\n")


def _words(field: BoundField) -> str:
    """The value as people read it: a choice by its label (dashes are nothing), a tick as yes or no."""
    text = text_of(field)
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "yes" if text else "no"
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    lines = (labels.get(line, line) for line in text.split("\n"))
    return "\n".join(lines if text or labels.get("", "").strip("-") else ())


def _apart(text: str, other: str) -> str:
    """The text; of a long one the lines that the other has not."""
    lines = text.split("\n")
    if len(lines) <= _LONG:
        return text
    known = set(other.split("\n"))
    return "\n".join(line for line in lines if line not in known)


def _digest(field: BoundField) -> str:
    return sha256_hex(text_of(field))[:16]


def version_of(form: forms.Form, names: Iterable[str]) -> str:
    """The version of these values: one digest each, so that a refusal can name what changed."""
    return " ".join(f"{name}={_digest(form[name])}" for name in sorted(names))


def digests_of(version: str, names: Iterable[str]) -> dict[str, str]:
    """The digests of a version that came back. Raises Invalid API-005 when it is not one of these values."""
    if _VERSION.fullmatch(version):
        digests = dict(part.split("=", 1) for part in version.split(" "))
        if set(digests) == set(names):
            return digests
    raise damaged("It says which state of the object was shown.", VERSION)


def demand_unchanged(read: Mapping[str, str], now: forms.Form) -> None:
    """Raises PreconditionFailed API-007 with the names of what is no longer as it was read."""
    changed = [str(now[name].label) for name, digest in read.items() if _digest(now[name]) != digest]
    if changed:
        raise PreconditionFailed(
            Code.API_007,
            f"This has changed since you opened the page: {', '.join(changed)}.",
            hint="Nothing was saved. Read what is there now, correct the form, then save again.",
        )


def untouched(field: BoundField, read: Mapping[str, str]) -> bool:
    """Whether a value came back as it was shown."""
    return read.get(field.name) == _digest(field)


def differences(
    read: Mapping[str, str], typed: forms.Form, now: forms.Form, names: Iterable[str]
) -> list[Difference]:
    """What changed meanwhile; where the version that was read is not known, what differs from the form."""
    found = []
    for name in (each for each in now.fields if each in set(names)):
        if read.get(name, _digest(typed[name])) == _digest(now[name]):
            continue
        here, there = _words(now[name]), _words(typed[name])
        alone = untouched(typed[name], read)
        found.append(Difference(str(now[name].label), _apart(here, there), _apart(there, here), alone))
    return found

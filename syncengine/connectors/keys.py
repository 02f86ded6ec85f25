"""Reads the keys of a dataset or connection from plain data; collects every fault with its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.core.errors import Fault, Faults
from syncengine.codes import Code


class Keys:
    """One mapping being read. Ask for each key once, then call `done`, which raises all faults together.

    Values may be YAML text ("true", "3") or real booleans and integers.
    """

    def __init__(self, data: object, place: str, code: Code) -> None:
        self.place = place
        self.code = code
        self.faults: list[Fault] = []
        self._data: Mapping[str, object] = {}
        self._asked: set[str] = set()
        if isinstance(data, Mapping):
            self._data = data
        else:
            self.fault("", "must be a mapping of keys to values")

    def fault(self, key: str, message: str) -> None:
        place = f"{self.place}.{key}" if key else self.place
        self.faults.append(Fault(str(self.code), f"{key or 'It'} {message}.", place))

    def raw(self, key: str) -> object:
        self._asked.add(key)
        return self._data.get(key)

    def text(self, key: str, default: str = "") -> str:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str) or "\0" in value:
            self.fault(key, "must be text")
            return default
        return value

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        value = self.text(key, default)
        if value not in options:
            self.fault(key, f"must be one of {', '.join(options)}")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        self.fault(key, "must be true or false")
        return default

    def count(self, key: str, default: int, *, low: int, high: int) -> int:
        value = self.raw(key)
        if value is None:
            return default
        text = str(value)
        if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 18):
            self.fault(key, "must be a whole number")
            return default
        if not low <= int(text) <= high:
            self.fault(key, f"must lie between {low} and {high}")
            return default
        return int(text)

    def items(self, key: str) -> list[object]:
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self.fault(key, "must be a list")
            return []
        return list(value)

    def entry(self, key: str, index: int, data: object) -> Keys:
        """Keys of one entry of a list; merge its faults with `merge` when all its keys were asked for."""
        return Keys(data, f"{self.place}.{key}[{index}]", self.code)

    def merge(self, entry: Keys) -> None:
        entry._refuse_unknown()
        self.faults.extend(entry.faults)

    def optional_text(self, key: str) -> str | None:
        """None when the key is absent; an empty text is a value."""
        return self.text(key) if self.raw(key) is not None else None

    def _refuse_unknown(self) -> None:
        for key in sorted(set(self._data) - self._asked, key=str):
            self.fault(str(key), "is not a known key")

    def done(self) -> None:
        """Raises Faults when a key was wrong or unknown."""
        self._refuse_unknown()
        if self.faults:
            raise Faults(self.faults)

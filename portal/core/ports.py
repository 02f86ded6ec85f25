"""Ports: small typed registries in a lower layer, filled by upper apps from their plugins.py."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named entries of one kind. A name is given once; asking for an unknown one raises KeyError."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> None:
        if name in self._entries and self._entries[name] is not entry:
            raise ValueError(f"{self.what} {name!r} is registered twice")
        self._entries[name] = entry

    def get(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise KeyError(f"no {self.what} named {name!r}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def all(self) -> dict[str, T]:
        """All entries by name, in order of registration."""
        return dict(self._entries)

"""Aliases: names for paths, which may begin with other aliases and differ by format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.linting.jsonpath import PathError, parse_path
from catalog.linting.rulesets.formats import known_format
from catalog.linting.rulesets.model import Given

_ALIAS = re.compile(r"#([A-Za-z][\w-]*)(.*)\Z", re.DOTALL)
_MAX_PATHS = 200
_MAX_DEPTH = 20


def expand(text: str, aliases: Mapping[str, Any]) -> tuple[Given, ...]:
    """Paths that a `given` stands for. Raises PathError when an alias or a path is not understood."""
    found: list[Given] = []
    for given in _expanded(text, aliases, (), 0):
        parse_path(given.path)
        found.append(given)
        if len(found) > _MAX_PATHS:
            raise PathError(f"it stands for more than {_MAX_PATHS} paths")
    return tuple(found)


def _expanded(
    text: str, aliases: Mapping[str, Any], formats: tuple[frozenset[str], ...], depth: int
) -> Iterator[Given]:
    named = _ALIAS.match(text.strip())
    if named is None:
        yield Given(text.strip(), formats)
        return
    if depth > _MAX_DEPTH:
        raise PathError(f"the alias #{named[1]} leads back to itself")
    if named[1] not in aliases:
        raise PathError(f"the alias #{named[1]} is not defined")
    for path, limits in _targets(named[1], aliases[named[1]]):
        yield from _expanded(path + named[2], aliases, formats + limits, depth + 1)


def _targets(name: str, alias: Any) -> Iterator[tuple[str, tuple[frozenset[str], ...]]]:
    if isinstance(alias, str):
        alias = [alias]
    if isinstance(alias, list) and all(isinstance(path, str) for path in alias):
        yield from ((path, ()) for path in alias)
        return
    targets = alias.get("targets") if isinstance(alias, dict) else None
    if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
        raise PathError(f"the alias #{name} is a list of paths, or has targets with formats and given")
    for target in targets:
        listed = target.get("formats", [])
        names = [known_format(str(word)) for word in listed] if isinstance(listed, list) else [""]
        if not all(names):
            raise PathError(f"the alias #{name} names a format that is not known")
        given = target.get("given")
        paths = [given] if isinstance(given, str) else given
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise PathError(f"a target of the alias #{name} has no given")
        yield from ((path, (frozenset(names),) if names else ()) for path in paths)

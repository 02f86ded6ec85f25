"""From a document to a ruleset: `extends` first, then aliases, rules, overrides and exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from catalog.compatibility.documents import Document, DocumentError, child, read_document
from catalog.linting.codes import LintCode, LintError
from catalog.linting.rulesets.builtin import BUILTIN
from catalog.linting.rulesets.globs import matches
from catalog.linting.rulesets.model import Exemption, Level, Problem, Rule, Ruleset, Scoped
from catalog.linting.rulesets.rules import Fault, formats_in, level_of, rule_of

ReadExtended = Callable[[str], Document]
_MODES = ("recommended", "all", "off")
_FILES = (".yaml", ".yml", ".json")
_MAX_EXTENDS = 50
_MAX_RULES = 2_000
_MAX_PATHS = 5_000
_KEYS = frozenset(
    {
        "rules",
        "extends",
        "aliases",
        "formats",
        "overrides",
        "parserOptions",
        "documentationUrl",
        "description",
    }
    | {"except", "exceptions", "functions", "functionsDir"}
)
_KINDS: dict[str, type] = {"aliases": dict, "except": dict, "overrides": list, "parserOptions": dict}
_PARSER = {"duplicateKeys": "CTR-121", "incompatibleValues": "CTR-124"}
_EXEMPTION = ("rule", "pointer", "reason", "expires")


def read_ruleset(
    document: Document, *, source: str = "", read_extended: ReadExtended | None = None
) -> Ruleset:
    """The ruleset for a document called `source`, its path seen from the ruleset's folder.

    `read_extended` reads a file that `extends` names; without it such a file is a problem of the ruleset.
    What cannot be applied is in `problems`. Raises LintError (LNT-101) when it is no ruleset at all.
    """
    value = document.value
    if not isinstance(value, dict) or not {"rules", "extends", "overrides"} & value.keys():
        raise LintError(LintCode.RULESET, "A ruleset is a mapping with rules, extends or overrides.")
    reader = _Reader(source, read_extended)
    reader.read(document, "recommended")
    return reader.ruleset()


@cache
def builtin_rules(name: str) -> dict[str, Rule]:
    """Rules of a built-in ruleset. Raises LintError when it is not right, which a test rules out."""
    found = read_ruleset(read_document(BUILTIN[name]))
    if found.problems:
        raise LintError(LintCode.RULESET, found.problems[0].message, place=found.problems[0].pointer)
    return {rule.id: replace(rule, builtin=True) for rule in found.rules.values()}


class _Reader:
    def __init__(self, source: str, read_extended: ReadExtended | None) -> None:
        self.source = source
        self.read_extended = read_extended
        self.rules: dict[str, Rule] = {}
        self.scoped: list[Scoped] = []
        self.exceptions: list[Exemption] = []
        self.problems: list[Problem] = []
        self.parser_levels: dict[str, Level | None] = {}
        self.open: list[str] = []
        self.count = 0
        self.paths = 0

    def ruleset(self) -> Ruleset:
        return Ruleset(
            self.rules, tuple(self.scoped), tuple(self.exceptions), tuple(self.problems), self.parser_levels
        )

    def _note(self, document: Document, code: LintCode, message: str, pointer: str) -> None:
        where = f" (in {self.open[-1][:80]})" if self.open else ""
        self.problems.append(Problem(code, message + where, pointer, document.line(pointer)))

    def read(self, document: Document, mode: str) -> dict[str, Any]:
        """Apply a whole ruleset; what it defines itself is on as `mode` says. Returns its aliases."""
        value = document.value
        for key in value:
            if key in ("functions", "functionsDir"):
                self._note(
                    document, LintCode.UNSUPPORTED, "Functions in JavaScript do not run here.", f"/{key}"
                )
            elif key not in _KEYS and not key.startswith("x-"):
                message = f"A ruleset has no key {key[:40]!r}; it has no effect."
                self._note(document, LintCode.UNSUPPORTED, message, child("", key))
        for key, kind in _KINDS.items():
            if value.get(key) is not None and not isinstance(value[key], kind):
                word = "list" if kind is list else "mapping"
                self._note(document, LintCode.RULE, f"{key} is a {word}; it has no effect.", f"/{key}")
        aliases = self._extends(document, value.get("extends"), "/extends", mode)
        if isinstance(value.get("aliases"), dict):
            aliases = {**aliases, **value["aliases"]}
        self._apply(document, value, "", aliases, mode)
        self._parser_options(document, value.get("parserOptions"))
        self._overrides(document, value.get("overrides"), aliases, mode)
        self._except(value.get("except"))
        self._exceptions(document, value.get("exceptions"))
        return aliases

    def _extends(self, document: Document, value: Any, pointer: str, mode: str) -> dict[str, Any]:
        aliases: dict[str, Any] = {}
        entries = value if isinstance(value, list) else [] if value is None else [value]
        if len(entries) == 2 and isinstance(entries[0], str) and entries[1] in _MODES:
            entries = [entries]
        for index, entry in enumerate(entries):
            place = child(pointer, index) if isinstance(value, list) else pointer
            name, inner = entry, "recommended"
            if isinstance(entry, list) and len(entry) == 2:
                name, inner = entry
            if not isinstance(name, str) or inner not in _MODES:
                self._note(
                    document,
                    LintCode.EXTENDS,
                    "extends names rulesets, or [name, all|recommended|off].",
                    place,
                )
                continue
            aliases |= self._extend(document, name, "off" if mode == "off" else inner, place)
        return aliases

    def _extend(self, document: Document, name: str, mode: str, place: str) -> dict[str, Any]:
        if name in BUILTIN:
            for rule in builtin_rules(name).values():
                self.rules[rule.id] = _switched(rule, mode)
            aliases = read_document(BUILTIN[name]).value.get("aliases")
            return aliases if isinstance(aliases, dict) else {}
        self.count += 1
        if name in self.open or self.count > _MAX_EXTENDS:
            self._note(
                document, LintCode.EXTENDS, f"{name[:80]!r} extends itself, or too much is extended.", place
            )
            return {}
        if self.read_extended is None or "://" in name or not name.endswith(_FILES):
            message = f"The ruleset {name[:80]!r} cannot be had here; its rules do not run."
            self._note(document, LintCode.EXTENDS, message, place)
            return {}
        try:
            inner = self.read_extended(name)
            if not isinstance(inner.value, dict):
                raise LintError(LintCode.RULESET, "A ruleset is a mapping.")
        except (DocumentError, LintError) as error:
            self._note(document, LintCode.EXTENDS, f"{name[:80]!r} cannot be read: {error}", place)
            return {}
        self.open.append(name)
        aliases = self.read(inner, mode)
        self.open.pop()
        return aliases

    def _apply(
        self, document: Document, holder: dict[str, Any], pointer: str, aliases: dict[str, Any], mode: str
    ) -> None:
        formats: frozenset[str] = frozenset()
        entries = holder.get("rules") or {}
        try:
            if "formats" in holder:
                formats = formats_in(holder["formats"], child(pointer, "formats"))
            if not isinstance(entries, dict) or len(entries) > _MAX_RULES:
                raise Fault(
                    LintCode.RULE, f"rules is a mapping of at most {_MAX_RULES}.", child(pointer, "rules")
                )
        except Fault as fault:
            self._note(document, fault.code, fault.message, fault.pointer)
            return
        for name, entry in entries.items():
            place = child(child(pointer, "rules"), name)
            old = self.rules.get(name)
            try:
                rule = rule_of(name, entry, old, place, aliases, formats)
            except Fault as fault:
                self._note(document, fault.code, fault.message, fault.pointer)
            else:
                self.rules[name] = rule if old else _switched(rule, mode)
                self.paths += len(rule.given)
            if self.paths > _MAX_PATHS:
                raise LintError(LintCode.RULESET, f"The rules stand for more than {_MAX_PATHS} paths.")

    def _parser_options(self, document: Document, value: Any) -> None:
        for key, severity in value.items() if isinstance(value, dict) else ():
            place = child("/parserOptions", key)
            try:
                if key not in _PARSER:
                    raise Fault(LintCode.UNSUPPORTED, f"There is no parser option {key[:40]!r}.", place)
                self.parser_levels[_PARSER[key]] = level_of(severity, place)
            except Fault as fault:
                self._note(document, fault.code, fault.message, fault.pointer)

    def _overrides(self, document: Document, value: Any, aliases: dict[str, Any], mode: str) -> None:
        for index, entry in enumerate(value if isinstance(value, list) else []):
            place = child("/overrides", index)
            files = entry.get("files") if isinstance(entry, dict) else None
            if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
                self._note(document, LintCode.RULE, "An override has a list of files.", place)
                continue
            pointers = self._matching(document, files, child(place, "files"))
            if "" in pointers:
                more = self._extends(document, entry.get("extends"), child(place, "extends"), mode)
                own = entry.get("aliases") if isinstance(entry.get("aliases"), dict) else {}
                self._apply(document, entry, place, {**aliases, **more, **own}, mode)
            for pointer in sorted(pointers - {""}):
                self._scope(document, entry.get("rules"), place, pointer)

    def _matching(self, document: Document, files: list[str], place: str) -> set[str]:
        """Pointers for which an override holds; the empty one is the whole document."""
        found: set[str] = set()
        for index, file in enumerate(files):
            glob, mark, pointer = file.partition("#")
            try:
                if not glob or matches(glob, self.source):
                    found.add(pointer.rstrip("/") if mark else "")
            except LintError as error:
                self._note(document, LintCode.PATTERN, error.message, child(place, index))
        return found

    def _scope(self, document: Document, rules: Any, place: str, pointer: str) -> None:
        for name, entry in rules.items() if isinstance(rules, dict) else ():
            spot = child(child(place, "rules"), name)
            try:
                if isinstance(entry, dict):
                    raise Fault(LintCode.RULE, "An override with a pointer takes severities only.", spot)
                if name not in self.rules:
                    raise Fault(LintCode.RULE, f"There is no rule {name[:80]!r} to change.", spot)
                self.scoped.append(
                    Scoped(name, pointer, level_of(entry, spot) if entry is not False else None)
                )
            except Fault as fault:
                self._note(document, fault.code, fault.message, fault.pointer)

    def _except(self, value: Any) -> None:
        """Spectral's older way to switch rules off at places: `file#pointer: [rules]`."""
        for file, names in value.items() if isinstance(value, dict) else ():
            glob, _, pointer = file.partition("#")
            if isinstance(names, list) and (not glob or matches(glob, self.source)):
                self.scoped.extend(Scoped(str(name), pointer, None) for name in names)

    def _exceptions(self, document: Document, value: Any) -> None:
        for index, entry in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
            place = child("/exceptions", index)
            found = exemption_of(entry, place)
            if isinstance(found, str):
                self._note(document, LintCode.EXCEPTION, found, place)
            else:
                self.exceptions.append(found)


def _switched(rule: Rule, mode: str) -> Rule:
    on = mode == "all" or (mode == "recommended" and rule.recommended and rule.level is not None)
    return replace(rule, level=rule.own_level if on else None)


def exemption_of(entry: Any, place: str) -> Exemption | str:
    """An exception from `{rule, pointer, reason, expires}`, or a sentence that says what is wrong."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in _EXEMPTION):
        return "An exception has rule, pointer, reason and expires (YYYY-MM-DD)."
    rule, pointer, reason, expires = (entry[key].strip() for key in _EXEMPTION)
    if not rule or not reason or (pointer and not pointer.startswith("/")):
        return "An exception names a rule, a reason, and a pointer that is empty or starts with /."
    try:
        return Exemption(rule, pointer, reason, dt.date.fromisoformat(expires), place)
    except ValueError:
        return f"{expires[:40]!r} is not a date."

"""The lint of one document with one ruleset: pure and deterministic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalog.compatibility.documents import (
    Document,
    DocumentCode,
    DocumentError,
    check_references,
    child,
)
from catalog.compatibility.openapi.findings import Places
from catalog.linting.budget import Budget
from catalog.linting.codes import LintCode, LintError
from catalog.linting.exemptions import excepted
from catalog.linting.fields import targets_of
from catalog.linting.findings import RULESET, Finding, Report, fingerprint, order_of
from catalog.linting.functions import FUNCTIONS
from catalog.linting.jsonpath import Finder
from catalog.linting.messages import filled
from catalog.linting.rulesets import Exemption, Level, Rule, Ruleset, formats_of
from catalog.linting.targets import Lint, Result, Target
from catalog.linting.tree import KeyNode, Node, Tree

_STEPS = 2_000_000
_STEPS_PER_VALUE = 25
_BUILTIN_STEPS_PER_VALUE = 80  # some sixty rules that look at everything; a vendor's contract needs 50
_STEPS_PER_TARGET = 20
_STEPS_PER_FINDING = 60
_MAX_PER_RULE = 2_000


def lint_document(
    document: Document, ruleset: Ruleset, *, today: dt.date, exceptions: Sequence[Exemption] = ()
) -> Report:
    """Findings of the ruleset's rules. `exceptions` count beside those of the ruleset, until they expire.

    Raises DocumentError for a document that is not safe to look at, LintError (LNT-121) for too much work.
    """
    if not isinstance(document.value, dict):
        raise DocumentError(DocumentCode.NOT_A_MAPPING, "The document is not a mapping.")
    check_references(document)
    run = _Run(document, ruleset)
    found = [*run.of_document(), *run.of_ruleset()]
    for rule in sorted(ruleset.rules.values(), key=lambda rule: (not rule.builtin, rule.id)):
        found.extend(run.of_rule(rule))
    kept, exempt = excepted(run.leveled(found), [*ruleset.exceptions, *exceptions], today)
    return Report(
        tuple(sorted(kept, key=order_of)), tuple(sorted(exempt, key=lambda pair: order_of(pair[0])))
    )


class _Run:
    def __init__(self, document: Document, ruleset: Ruleset) -> None:
        tree = Tree(document.value)
        budget = Budget(_STEPS + _STEPS_PER_VALUE * tree.size)
        self.builtin_left = _STEPS + _BUILTIN_STEPS_PER_VALUE * tree.size
        self.document = document
        self.ruleset = ruleset
        self.lint = Lint(tree, budget, formats_of(document.value))
        self.finders = {flag: Finder(tree, budget, resolved=flag) for flag in (True, False)}
        self.places = Places(document)
        self.found: dict[tuple[bool, str], list[Node]] = {}

    def finding(self, rule: str, level: Level, pointer: str, message: str, code: str = "") -> Finding:
        mark = fingerprint(rule, self.places.at(pointer), message)
        return Finding(rule, level, pointer, self.document.line(pointer), message, mark, code=code)

    def of_document(self) -> Iterator[Finding]:
        """What reading tolerated, references that lead nowhere, and a format that is not known."""
        for note in self.document.notes:
            usual = Level.ERROR if note.code is DocumentCode.DUPLICATE_KEY else Level.WARNING
            level = self.ruleset.parser_levels.get(note.code, usual)
            if level is not None:
                found = self.finding("parser", level, "", note.message, note.code)
                yield replace(found, line=note.line)
        for node in self.lint.tree.references:
            reference = node.value["$ref"]
            if self.lint.tree.target(reference) is None:
                message = f"{reference[:120]} leads nowhere"
                yield self.finding("invalid-ref", Level.ERROR, child(node.pointer(), "$ref"), message)
        if not self.lint.formats and any(rule.formats for rule in self.ruleset.rules.values()):
            message = "The document is of no format that is known; rules for formats do not run"
            yield self.finding("unrecognized-format", Level.WARNING, "", message)

    def of_ruleset(self) -> Iterator[Finding]:
        """Parts of the ruleset that could not be applied; their place is in the ruleset."""
        for problem in self.ruleset.problems:
            mark = fingerprint(RULESET, problem.pointer, problem.message)
            yield Finding(
                RULESET,
                Level.ERROR,
                problem.pointer,
                problem.line,
                problem.message,
                mark,
                RULESET,
                problem.code,
            )

    def of_rule(self, rule: Rule) -> list[Finding]:
        """Findings of one rule, each once, at most 2,000; then one that says that there are more.

        Built-in rules have a budget of their own: they are linear, whoever wrote the document.
        """
        if rule.level is None or (rule.formats and not rule.formats & self.lint.formats):
            return []
        budget = self.lint.budget
        if not rule.builtin:
            return self._found(rule, rule.level)
        own, budget.left = budget.left, self.builtin_left
        found = self._found(rule, rule.level)
        self.builtin_left, budget.left = budget.left, own
        return found

    def _found(self, rule: Rule, level: Level) -> list[Finding]:
        found: dict[tuple[str, str], Finding] = {}
        for finding in self._violations(rule, level):
            found.setdefault((finding.pointer, finding.message), finding)
            if len(found) == _MAX_PER_RULE:
                message = f"There are more findings of this rule; the first {_MAX_PER_RULE} are told"
                found["", message] = self.finding(rule.id, level, "", message, LintCode.MORE)
                break
        return list(found.values())

    def _violations(self, rule: Rule, level: Level) -> Iterator[Finding]:
        try:
            nodes = self._matched(rule)
        except LintError as error:
            if error.code == LintCode.WORK:
                raise
            yield self._failed(rule, "", error)
            return
        finder = self.finders[rule.resolved]
        for node in nodes:
            for then in rule.then:
                function = FUNCTIONS[then.function]
                for target in targets_of(self.lint, finder, node, then.field, then.options):
                    self.lint.budget.spend(_STEPS_PER_TARGET)
                    try:
                        results = list(function.run(target))
                    except LintError as error:
                        if error.code == LintCode.WORK:
                            raise
                        yield self._failed(rule, target.node.pointer(), error)
                        continue
                    for result in results:
                        self.lint.budget.spend(_STEPS_PER_FINDING)
                        yield self._told(rule, level, target, result)

    def _failed(self, rule: Rule, pointer: str, error: LintError) -> Finding:
        return self.finding(rule.id, Level.ERROR, pointer, error.message, error.code)

    def _matched(self, rule: Rule) -> list[Node]:
        """Nodes of all paths of the rule; a definition that is reached by several references stands once."""
        found: dict[int, Node] = {}
        for given in rule.given:
            if not all(formats & self.lint.formats for formats in given.formats):
                continue
            key = (rule.resolved, given.path)
            if key not in self.found:
                self.found[key] = self.finders[rule.resolved].find(given.path)
            for node in self.found[key]:
                if isinstance(node, KeyNode):
                    found[id(node)] = node
                else:
                    place = self.lint.tree.resolve(node) if rule.resolved else node
                    found.setdefault(id(place), node)
        return list(found.values())

    def _told(self, rule: Rule, level: Level, target: Target, result: Result) -> Finding:
        start = result.node or target.node
        if isinstance(start, KeyNode):
            start = start.named
        node, missing = self.lint.tree.step(start, result.keys, resolved=target.resolved)
        if not result.keys:
            node, missing = start, list(() if result.node else target.missing)
        pointer = node.pointer()
        names = [str(key) for key in ([node.key] if node.parent is not None else []) + missing]
        values = {
            "error": result.message,
            "description": rule.description,
            "path": f"#{pointer}",
            "property": ".".join(names) if missing else str(node.key),
            "value": node.value,
        }
        values["error"] = filled(result.message, values) if "{{" in result.message else result.message
        message = filled(rule.message, values) if rule.message else rule.description or result.message
        found = self.finding(rule.id, level, pointer, message)
        return replace(found, documentation_url=rule.documentation_url) if rule.documentation_url else found

    def leveled(self, findings: list[Finding]) -> list[Finding]:
        """Findings with the levels that overrides give single places; the last one that fits counts."""
        if not self.ruleset.scoped:
            return findings
        kept: list[Finding] = []
        for finding in findings:
            level: Level | None = finding.level
            for scoped in self.ruleset.scoped:
                if scoped.rule == finding.id and under(finding.pointer, scoped.pointer):
                    level = scoped.level
            if level is not None:
                kept.append(finding if level is finding.level else replace(finding, level=level))
        return kept


def under(pointer: str, holder: str) -> bool:
    """Whether a pointer is another one or lies below it."""
    return pointer == holder or pointer.startswith(holder + "/")

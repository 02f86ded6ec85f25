"""The expressions in filters: parsed into tuples of an operator and its operands, never run as code."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from catalog.linting.codes import LintError
from catalog.linting.jsonpath.segments import Expression, PathError
from catalog.linting.regexes import regex_of

_MAX_DEPTH = 40
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<at>@[A-Za-z_][\w$]*|@)
  | (?P<name>[A-Za-z_$][\w$]*)
  | (?P<op>===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.|[<>!+\-*/%?:()\[\].,])
    )""",
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/((?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||", "??"),
    ("&&",),
    ("===", "!==", "==", "!="),
    ("<", "<=", ">", ">=", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
_AT_WORDS = frozenset({"@", "@property", "@parentProperty", "@parent", "@root", "@path"})
_TYPE_WORDS = frozenset({"array", "boolean", "integer", "null", "number", "object", "scalar", "string"})
_CONSTANTS: dict[str, Expression] = {
    "true": ("value", True),
    "false": ("value", False),
    "null": ("value", None),
    "undefined": ("undefined",),
    "NaN": ("value", Decimal("NaN")),
}
METHODS = frozenset(
    {
        "match",
        "test",
        "includes",
        "indexOf",
        "startsWith",
        "endsWith",
        "toLowerCase",
        "toUpperCase",
        "toString",
    }
    | {"trim", "hasOwnProperty", "slice", "substring", "charAt"}
)
_GLOBALS = frozenset({("Object", "keys"), ("Object", "values"), ("Array", "isArray")})


def parse_expression(text: str) -> Expression:
    """An expression as nested tuples. Raises PathError on what is not understood."""
    parser = _Parser(text)
    found = parser.ternary(0)
    if parser.kind:
        raise PathError(f"unexpected {parser.word!r}")
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.kind: str = ""
        self.word: str = ""
        self._next()

    def _next(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            if self.text[self.at :].strip():
                raise PathError(f"unexpected {self.text[self.at :].strip()[:20]!r}")
            self.kind, self.word = "", ""
            return
        self.kind = str(found.lastgroup)
        self.word = found[self.kind]
        self.at = found.end()

    def _take(self, word: str) -> bool:
        if self.kind in ("op", "name") and self.word == word:
            self._next()
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise PathError(f"{word!r} is missing before {self.word!r}")

    def ternary(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise PathError("an expression is nested too deep")
        condition = self._binary(0, depth + 1)
        if not self._take("?"):
            return condition
        yes = self.ternary(depth + 1)
        self._expect(":")
        return ("?", condition, yes, self.ternary(depth + 1))

    def _binary(self, level: int, depth: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self._binary(level + 1, depth)
        while self.kind in ("op", "name") and self.word in _LEVELS[level]:
            operator = self.word
            self._next()
            left = (operator, left, self._binary(level + 1, depth))
        return left

    def _unary(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise PathError("an expression is nested too deep")
        for word, operator in (("!", "!"), ("-", "neg"), ("+", "num")):
            if self.kind == "op" and self._take(word):
                return (operator, self._unary(depth + 1))
        if self.kind == "name" and self.word in ("void", "typeof"):
            word = self.word
            self._next()
            operand = self._unary(depth + 1)
            return ("undefined",) if word == "void" else ("typeof", operand)
        return self._postfix(self._primary(depth), depth)

    def _primary(self, depth: int) -> Expression:
        kind, word = self.kind, self.word
        if kind == "op" and word == "/":
            return self._regex()
        self._next()
        if kind == "number":
            return ("value", Decimal(word) if not word.isdecimal() else int(word))
        if kind == "string":
            return ("value", re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL))
        if kind == "at":
            return self._at_word(word)
        if kind == "name":
            return self._named(word, depth)
        if word == "(":
            inner = self.ternary(depth + 1)
            self._expect(")")
            return inner
        if word == "[":
            return ("list", *self._arguments("]", depth))
        raise PathError(f"unexpected {word!r}")

    def _at_word(self, word: str) -> Expression:
        if word in _AT_WORDS:
            return (word,)
        if word[1:] in _TYPE_WORDS and self._take("("):
            self._expect(")")
            return ("kind", word[1:])
        raise PathError(f"{word} is not known")

    def _named(self, word: str, depth: int) -> Expression:
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if self._take("."):
            method = self.word
            self._next()
            if (word, method) in _GLOBALS:
                self._expect("(")
                return (f"{word}.{method}", *self._arguments(")", depth))
        raise PathError(f"{word} is not known")

    def _regex(self) -> Expression:
        found = _REGEX.match(self.text, self.at - 1)
        if found is None:
            raise PathError("a regular expression does not end")
        self.at = found.end()
        self._next()
        try:
            return ("regex", regex_of(found[1], found[2]))
        except LintError as error:
            raise PathError(error.message) from None

    def _postfix(self, value: Expression, depth: int) -> Expression:
        for _ in range(_MAX_DEPTH):
            optional = self._take("?.")
            if self._take("["):
                value = ("get", value, self.ternary(depth + 1))
                self._expect("]")
            elif optional or self._take("."):
                value = self._member(value, depth)
            else:
                return value
        raise PathError("an expression has too many members")

    def _member(self, value: Expression, depth: int) -> Expression:
        name = self.word
        if self.kind != "name":
            raise PathError(f"a name is missing before {name!r}")
        self._next()
        if not self._take("("):
            return ("get", value, ("value", name))
        if name not in METHODS:
            raise PathError(f"the method {name} is not known")
        arguments: list[Any] = self._arguments(")", depth)
        return ("call", name, value, *arguments)

    def _arguments(self, end: str, depth: int) -> list[Expression]:
        found: list[Expression] = []
        while not self._take(end):
            if found:
                self._expect(",")
            found.append(self.ternary(depth + 1))
        return found

"""Paths as Spectral's rules write them: JSONPath-Plus with its traps, on documents as written and resolved."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.compatibility.documents import from_value
from catalog.linting.budget import Budget
from catalog.linting.jsonpath import Finder, PathError, parse_path
from catalog.linting.tree import Tree

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/a": {
            "get": {"responses": {"200": {"n": 1}, "404": {"n": 2}}, "tags": ["x", "y"]},
            "put": {"responses": {"400": {}}, "deprecated": True},
            "x-own": {"responses": {}},
        },
        "/b": {"get": {"parameters": [{"$ref": "#/parts/P"}, {"in": "query", "name": "q"}], "tags": []}},
    },
    "parts": {"P": {"in": "path", "name": "p", "list": [1, 20, 3]}, "Q": {"in": "path", "name": None}},
    "odd": {"a.b": 1, "c d": 2, "it's": 3, "length": 4, "*": 5},
}

CASES: list[tuple[str, list[str]]] = [
    ("$", [""]),
    ("$.paths[*][get,put].deprecated", ["/paths/~1a/put/deprecated"]),
    ("$.paths[*]['get','put']", ["/paths/~1a/get", "/paths/~1a/put", "/paths/~1b/get"]),
    ("$.paths['/a'].get.tags[0]", ["/paths/~1a/get/tags/0"]),
    ("$.paths./a.get.tags[-1:]", ["/paths/~1a/get/tags/1"]),
    ("$..tags[0,1]", ["/paths/~1a/get/tags/0", "/paths/~1a/get/tags/1"]),
    ("$..list[0:2]", ["/parts/P/list/0", "/parts/P/list/1"]),
    ("$..list[::2]", ["/parts/P/list/0", "/parts/P/list/2"]),
    ("$..list[(@.length-1)]", ["/parts/P/list/2"]),
    ("$..list[?(@ > 2 && @ <= 3)]", ["/parts/P/list/2"]),
    ("$.paths[*]~", ["/paths/~1a", "/paths/~1b"]),
    ("$.paths[*][get]^", ["/paths/~1a", "/paths/~1b"]),
    ("$.paths[*][*].responses[?(@property >= '400')]", ["/paths/~1a/get/responses/404", "/paths/~1a/put/responses/400"]),
    ("$.paths[*][*].responses[?(@property < 300)]", ["/paths/~1a/get/responses/200"]),
    ("$.paths[?(@property.match(/^.b$/))]", ["/paths/~1b"]),
    ("$.paths[*][?(@property === 'get' || @property === 'put')].tags", ["/paths/~1a/get/tags", "/paths/~1b/get/tags"]),
    ("$.paths[*][?(!@property.startsWith('x-') && @.deprecated === true)]", ["/paths/~1a/put"]),
    ("$..[?(@parentProperty === 'responses' && @.n)]", ["/paths/~1a/get/responses/200", "/paths/~1a/get/responses/404"]),
    ("$..[?(@ && @.in === 'path' && @.name != null)]", ["/parts/P"]),
    ("$..[?(@ && @.name === null)]", ["/parts/Q"]),
    ("$..[?(@ && @.tags && @.tags.length)]", ["/paths/~1a/get"]),
    ("$..[?(@ && Array.isArray(@.list) && @.list.includes(20))]", ["/parts/P"]),
    ("$..[?(@ && @.list && @.list.constructor.name === 'Array')]", ["/parts/P"]),
    ("$.parts[?(['P','X'].indexOf(@property) >= 0)]", ["/parts/P"]),
    ("$.parts[?(@.list ? @.list[1] === 20 : false)]", ["/parts/P"]),
    ("$.parts[?(@.name !== void 0 && typeof @.name === 'string')]", ["/parts/P"]),
    ("$.odd['a.b']", ["/odd/a.b"]),
    ('$.odd["c d"]', ["/odd/c d"]),
    ("$.odd['it\\'s']", ["/odd/it's"]),
    ("$.odd.length", ["/odd/length"]),
    ("$.odd.`*", ["/odd/*"]),
    ("$.parts.*.name.@string()", ["/parts/P/name"]),
    ("$.parts.*.@object()", ["/parts/P", "/parts/Q"]),
    ("$.nothing..here[*]", []),
]  # fmt: skip


_BOOKS = [
    {"category": "reference", "author": "Nigel Rees", "title": "Sayings", "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "title": "Honour", "price": 12.99},
    {"category": "fiction", "author": "Herman Melville", "title": "Moby", "isbn": "0-553", "price": 8.99},
    {"category": "fiction", "author": "Tolkien", "title": "Rings", "isbn": "0-395", "price": 22.99},
]  # fmt: skip
_STORE = {"store": {"book": _BOOKS, "bicycle": {"color": "red", "price": 19.95}}}
# The examples of JSONPath-Plus on its bookstore, with the number of values that each finds.
STORE_CASES = [
    ("$.store.book[*].author", 4), ("$..author", 4), ("$.store.*", 2), ("$.store..price", 5), ("$..book[2]", 1),
    ("$..book[(@.length-1)]", 1), ("$..book[-1:]", 1), ("$..book[0,1]", 2), ("$..book[:2]", 2),
    ("$..book[0][category,author]", 2), ("$..book[?(@.isbn)]", 2), ("$..book[?(@.price<10)]", 2), ("$..*", 27),
    ("$..*[?(@property === 'price' && @ !== 8.95)]", 4), ("$..book[?(@.price<10)]^", 1), ("$.store.*~", 2),
    ("$.store.book[?(@path !== \"$['store']['book'][0]\")]", 3), ("$..book[?(@property !== 0)]", 3),
    ('$..book[?(@parent.bicycle && @parent.bicycle.color === "red")].category', 0),
    ('$..book.*[?(@property !== "category")]', 14), ('$.store.*[?(@parentProperty !== "book")]', 2),
    ("$..book.*[?(@parentProperty !== 0)]", 14), ("$..book..*@number()", 4), ("$..*@string()", 15),
    ("$.store.book[*]@object()", 4), ("$..book[?(@.category.match(/^fic/))]", 3), ("$..book[?(@.price === @root.store.book[0].price)]", 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "count"), STORE_CASES, ids=[case[0] for case in STORE_CASES])
def test_the_examples_of_jsonpath_plus_find_what_its_manual_says(path: str, count: int) -> None:
    assert len(paths(path, document=from_value(_STORE).value)) == count


def paths(path: str, *, resolved: bool = False, document: Any = DOCUMENT) -> list[str]:
    finder = Finder(Tree(document), Budget(100_000), resolved=resolved)
    return [node.pointer() for node in finder.find(path)]


@pytest.mark.parametrize(("path", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_a_path_finds_what_it_points_to(path: str, wanted: list[str]) -> None:
    assert paths(path) == wanted


def test_with_references_followed_a_definition_is_seen_through_its_reference() -> None:
    assert paths("$.paths[*][*].parameters[*].name") == ["/paths/~1b/get/parameters/1/name"]
    assert paths("$.paths[*][*].parameters[*].name", resolved=True) == [
        "/parts/P/name", "/paths/~1b/get/parameters/1/name",
    ]  # fmt: skip
    assert paths("$.paths..[?(@.in === 'path')]", resolved=True) == ["/paths/~1b/get/parameters/0"]


def test_circles_of_references_end_and_shared_definitions_are_visited_once() -> None:
    layers = {f"L{n}": {"a": {"$ref": f"#/d/L{n + 1}"}, "b": {"$ref": f"#/d/L{n + 1}"}} for n in range(60)}
    document = {"d": {**layers, "L60": {"end": True, "again": {"$ref": "#/d/L0"}}}}
    assert paths("$.d.L0..end", resolved=True, document=document) == ["/d/L60/end"]


@pytest.mark.parametrize(
    "path",
    [
        "paths", "$.a[", "$.a[?(@.b]", "$[?(process.exit())]", "$[?(@.constructor('x'))]", "$.a[?(@.b = 1)]", "$..",
        "$[?(@.x.sort())]", "$.@foo()", "$[?(this)]", "$[?(" + "!" * 500 + "@)]", "$[?(@.match(/(a+)+(?=b)/))]",
        "$[?(" + "(" * 500 + "@" + ")" * 500 + ")]", "$" + ".a" * 200, "$[::-1]",
    ],
)  # fmt: skip
def test_a_path_that_is_not_understood_is_refused_with_its_place(path: str) -> None:
    with pytest.raises(PathError):
        parse_path(path)

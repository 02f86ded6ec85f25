"""`apply --sections` documents exactly the keys that the parsers take, and its examples are valid."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.core.errors import DomainError, Faults
from portal.core.keys import Key, names
from portal.core.manifest import Entry, Reading, ordered_sections
from portal.core.manifest.files import ManifestFiles
from portal.core.manifest.node import Document
from portal.core.manifest.rows import Columns
from portal.core.yamlsafe import load_yaml
from syncengine.connectors import connect, connectors, documented, parse_dataset
from syncengine.definition import DefinitionError, parse_definition
from syncengine.definition.keys import DEFINITION

Trail = tuple[Key, ...]
SECTIONS = [pytest.param(section, id=section.name) for section in ordered_sections()]
CONNECTORS = sorted(connectors.all())


def free(key: Key) -> bool:
    """A key that stands for names of one's own."""
    return key.name.isupper()


def walk(keys: tuple[Key, ...], above: Trail = ()) -> Iterator[Trail]:
    for key in keys:
        yield (*above, key)
        yield from walk(key.keys, (*above, key))


def nested(trail: Trail, value: object) -> object:
    """The value under the keys of the trail, with a list wherever one is expected."""
    for key in reversed(trail):
        value = {key.name: [value] if key.kind == "list" and not isinstance(value, list) else value}
    return value


def example_of(key: Key) -> Any:
    return load_yaml(f"{key.name}: {key.example}".encode())[0][key.name]


def definition_faults(data: object) -> dict[str, tuple[str, str]]:
    try:
        parse_definition(data)
    except DefinitionError as error:
        return {fault.path: (fault.code, fault.message) for fault in error.faults}
    return {}


def path_of(trail: Trail, last: str) -> str:
    return "".join(f"{key.name}[0]." if key.kind == "list" else f"{key.name}." for key in trail) + last


MAPPINGS = [(), *(trail for trail in walk(DEFINITION) if trail[-1].keys)]


@pytest.mark.parametrize("trail", MAPPINGS, ids=lambda trail: ".".join(key.name for key in trail) or "top")
def test_a_definition_takes_the_documented_keys_and_no_others(trail: Trail) -> None:
    keys = trail[-1].keys if trail else DEFINITION
    found = definition_faults(nested(trail, dict.fromkeys(names(keys), "x")))
    assert not [name for name in names(keys) if found.get(path_of(trail, name), ("",))[0] == "RUN-101"]
    if not any(map(free, keys)):
        code, message = definition_faults(nested(trail, {"bogus": "x"}))[path_of(trail, "bogus")]
        assert code == "RUN-101"
        assert f"one of {', '.join(names(keys))} is" in message


@pytest.mark.parametrize(
    "trail",
    [trail for trail in walk(DEFINITION) if trail[-1].example],
    ids=lambda trail: ".".join(key.name for key in trail),
)
def test_the_examples_of_a_definition_are_valid(trail: Trail) -> None:
    place = path_of(trail[:-1], trail[-1].name)
    wrong = {
        path: fault
        for path, fault in definition_faults(nested(trail, example_of(trail[-1]))).items()
        if path.startswith(place) and fault[0] in ("RUN-101", "RUN-103", "RUN-104")
    }
    assert wrong == {}


class Asked(dict):
    """A mapping that remembers what was asked for."""

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        super().__init__(values or {})
        self.keys_asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_asked.add(key)
        return super().get(key, default)


def refusals(call: Any, *args: Any, **keywords: Any) -> list[Any]:
    try:
        call(*args, **keywords)
    except Faults as error:
        return list(error.faults)
    except DomainError as error:
        return [error]
    return []


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_connector_asks_for_the_documented_keys(name: str, tmp_path: Path) -> None:
    words = documented.get(name)
    config, dataset = Asked(), Asked({"format": "fixed", "columns": [Asked()], "order_by": [Asked()]})
    refusals(connect, name, config, allowed_roots=[tmp_path], environ={})
    refusals(parse_dataset, name, dataset)
    assert config.keys_asked == set(names(words.config))
    assert dataset.keys_asked == set(names(words.dataset))
    for key in words.dataset:
        if key.kind == "list of names":
            assert dataset[key.name][0].keys_asked == set(names(key.keys))


@pytest.mark.parametrize("name", CONNECTORS)
def test_the_examples_of_a_connector_are_valid(name: str, tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    for key in documented.get(name).dataset:
        found = refusals(
            parse_dataset, name, {"quote": "", "columns": ["line"], key.name: example_of(key)}, "d"
        )
        assert not [
            each for each in found if each.place.startswith(f"d.{key.name}") and "exactly" not in str(each)
        ]
    for key in documented.get(name).config:
        given = {"allowed_roots": [tmp_path], "environ": {"PLANNING_URL": f"sqlite:///{tmp_path}/p.sqlite3"}}
        found = refusals(connect, name, {key.name: example_of(key)}, **given)
        assert not [each for each in found if each.place == f"connection.{key.name}"]


class Recording(Reading):
    """A reading that remembers the columns of each table."""

    def rows(self, entry: Entry, key: str, columns: Columns) -> list[Any]:
        self.declared[f"columns of {key}"] = {*columns.required, *columns.optional, *columns.groups}
        return super().rows(entry, key, columns)


def read(section: Any, value: dict[str, Any]) -> tuple[Document, Recording]:
    document = Document("m.yaml", load_yaml(b"tieout: '1'")[1])
    reading = Recording(ManifestFiles(Path()))
    entry = Entry(document, (), value)
    section.read(entry, reading)
    entry.finish()
    return document, reading


def unknown(document: Document) -> list[str]:
    return [fault.message for fault in document.faults if fault.code == "YAM-101"]


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_takes_the_documented_keys_and_no_others(section: Any) -> None:
    document, reading = read(section, {"bogus": "x"})
    assert unknown(document) == [
        f"The key 'bogus' is unknown here; known: {', '.join(sorted(names(section.fields)))}."
    ]
    for key in section.fields:
        if key.kind == "table":
            columns = {column.name.removesuffix(".NAME") for column in key.keys if not free(column)}
            assert reading.declared[f"columns of {key.name}"] == columns
        elif key.name != "definition":
            for child in key.keys:
                value = [{child.name: "x"}] if key.kind == "list" else {child.name: "x"}
                assert unknown(read(section, {key.name: value})[0]) == []
            bogus = [{"bogus": "x"}] if key.kind == "list" else {"bogus": "x"}
            assert not key.keys or len(unknown(read(section, {key.name: bogus})[0])) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_the_examples_of_a_section_are_valid(section: Any) -> None:
    values = {key.name: example_of(key) for key in section.fields if key.example[:5] not in ("", "{file")}
    document, _ = read(section, values)
    assert not [f for f in document.faults if f.code in ("YAM-101", "YAM-103", "YAM-104", "CTR-006")]


def test_the_page_tells_type_need_meaning_and_example_of_every_key() -> None:
    out = StringIO()
    call_command("apply", "--sections", "connections,flows", stdout=out)
    text = out.getvalue()
    assert "\nrate_sets:" not in text
    assert "with connector: database" in text
    for trail in walk(DEFINITION):
        assert f" {trail[-1].name} " in text
        assert f" {trail[-1].name}: {trail[-1].example}" in text
    assert "decimal from 0 to 1 (default 1): share of held records above which nothing is loaded" in text

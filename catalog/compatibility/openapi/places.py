"""Where in the contract a schema stands: that decides the ids and the direction of its checks."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.compatibility.openapi.levels import Direction


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """`prefix` begins the ids; `strong` is False where everything is written as text (query, form, XML)."""

    prefix: str
    direction: Direction
    strong: bool
    header: bool = False
    silent: bool = False

    @property
    def side(self) -> str:
        """request or response."""
        return self.direction.value

    @property
    def is_request(self) -> bool:
        return self.direction is Direction.REQUEST

    @property
    def is_body(self) -> bool:
        return self.prefix.endswith("-body")

    @property
    def is_parameter(self) -> bool:
        return self.prefix.startswith("request-parameter")


_REQ, _RES = Direction.REQUEST, Direction.RESPONSE


def _place(prefix: str, direction: Direction) -> tuple[Place, Place]:
    """The place for text formats and the one for JSON."""
    return Place(prefix, direction, strong=False), Place(prefix, direction, strong=True)


REQUEST_BODY = _place("request-body", _REQ)
RESPONSE_BODY = _place("response-body", _RES)
PARAMETER = _place("request-parameter", _REQ)
HEADER_PARAMETER = tuple(
    Place("request-parameter", _REQ, strong=strong, header=True) for strong in (False, True)
)
RESPONSE_HEADER = _place("response-header", _RES)
_REQUEST_PROPERTY = _place("request-property", _REQ)
_RESPONSE_PROPERTY = _place("response-property", _RES)
_PARAMETER_PROPERTY = _place("request-parameter-property", _REQ)
_HEADER_PROPERTY = tuple(
    Place("request-parameter-property", _REQ, strong=strong, header=True) for strong in (False, True)
)
# What a client never sends or never receives; only a few changes of it are worth telling.
READ_ONLY = Place("request-read-only-property", _REQ, strong=True, silent=True)
WRITE_ONLY = Place("response-write-only-property", _RES, strong=True, silent=True)
# Header properties have ids of their own for these.
HEADER_IDS = {
    "new-required-request-parameter-property": "new-required-request-header-property",
    "request-parameter-property-became-enum": "request-header-property-became-enum",
    "request-parameter-property-became-required": "request-header-property-became-required",
}


def below(place: Place) -> Place:
    """The place of a property or item of a schema at this place."""
    if place.silent:
        return place
    if not place.is_request:
        return _RESPONSE_PROPERTY[place.strong]
    if place.header:
        return _HEADER_PROPERTY[place.strong]
    return (_PARAMETER_PROPERTY if place.is_parameter else _REQUEST_PROPERTY)[place.strong]

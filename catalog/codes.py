"""Error codes of the catalog."""

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    CTR_001 = "CTR-001"
    CTR_002 = "CTR-002"
    CTR_003 = "CTR-003"
    CTR_004 = "CTR-004"
    CTR_005 = "CTR-005"
    CTR_006 = "CTR-006"


_ARCHITECT = "An architect."
HELP = {
    Code.CTR_001: Help(
        "The code is taken",
        "A system, connection or finance object with this code is registered already.",
        fix="Use the existing one or choose another code.",
        who=_ARCHITECT,
    ),
    Code.CTR_002: Help(
        "The catalog does not know it",
        "The request names a system, connection or finance object that is not registered.",
        fix="Register it first, or correct the code.",
        who=_ARCHITECT,
    ),
    Code.CTR_003: Help(
        "Another system is the owner",
        "The finance object has an owner for at least one of these days already, or the days are in the "
        "wrong order.",
        fix="End the present ownership first, or choose other days.",
        who="Whoever assigns systems of record.",
    ),
    Code.CTR_004: Help(
        "The source is not the owner",
        "A flow reads a finance object from a system that is not its system of record.",
        numbers="Nothing is loaded from a system that is not the owner.",
        fix="Read from the owner, or have the ownership changed and approved.",
        who=_ARCHITECT,
    ),
    Code.CTR_005: Help(
        "The connection is not acceptable",
        "The connection names an unknown connector, or holds a secret in plain words.",
        fix="Name a connector that is known, and secrets as references: env:NAME or file:PATH.",
        who=_ARCHITECT,
    ),
    Code.CTR_006: Help(
        "The canonical schema is not acceptable",
        "A field has no name, an unknown type, or stands twice.",
        fix="Correct the fields named.",
        who=_ARCHITECT,
    ),
}

"""Error codes of the sync engine and the behaviour each one asks of it; help pages stand in *help.py."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Codes are append-only; a code never changes its meaning."""

    DQ_001 = "DQ-001"
    DQ_002 = "DQ-002"
    DQ_003 = "DQ-003"
    DQ_004 = "DQ-004"
    DQ_005 = "DQ-005"
    DQ_006 = "DQ-006"
    DQ_007 = "DQ-007"
    DQ_010 = "DQ-010"
    DQ_011 = "DQ-011"
    DQ_012 = "DQ-012"
    FX_002 = "FX-002"
    FX_003 = "FX-003"
    LOAD_001 = "LOAD-001"
    LOAD_002 = "LOAD-002"
    LOAD_003 = "LOAD-003"
    LOAD_004 = "LOAD-004"
    LOAD_005 = "LOAD-005"
    LOAD_006 = "LOAD-006"
    LOAD_007 = "LOAD-007"
    LOAD_008 = "LOAD-008"
    LOAD_009 = "LOAD-009"
    LOAD_010 = "LOAD-010"
    LOAD_011 = "LOAD-011"
    LOAD_012 = "LOAD-012"
    LOAD_013 = "LOAD-013"
    LOAD_014 = "LOAD-014"
    LOAD_015 = "LOAD-015"
    LOAD_016 = "LOAD-016"
    LOAD_017 = "LOAD-017"
    REC_001 = "REC-001"
    REC_002 = "REC-002"
    REC_003 = "REC-003"
    REC_004 = "REC-004"
    REC_005 = "REC-005"
    REC_006 = "REC-006"
    REC_007 = "REC-007"
    RUN_001 = "RUN-001"
    RUN_002 = "RUN-002"
    RUN_003 = "RUN-003"
    RUN_004 = "RUN-004"
    RUN_005 = "RUN-005"
    RUN_006 = "RUN-006"
    RUN_007 = "RUN-007"
    RUN_008 = "RUN-008"
    RUN_009 = "RUN-009"
    RUN_010 = "RUN-010"
    RUN_011 = "RUN-011"
    RUN_012 = "RUN-012"
    RUN_013 = "RUN-013"
    RUN_014 = "RUN-014"
    RUN_015 = "RUN-015"
    RUN_016 = "RUN-016"
    RUN_017 = "RUN-017"
    RUN_018 = "RUN-018"
    RUN_019 = "RUN-019"
    RUN_101 = "RUN-101"
    RUN_102 = "RUN-102"
    RUN_103 = "RUN-103"
    RUN_104 = "RUN-104"
    RUN_105 = "RUN-105"
    RUN_110 = "RUN-110"
    RUN_111 = "RUN-111"
    RUN_112 = "RUN-112"
    RUN_113 = "RUN-113"
    RUN_114 = "RUN-114"
    RUN_198 = "RUN-198"
    RUN_199 = "RUN-199"
    SRC_001 = "SRC-001"
    SRC_002 = "SRC-002"
    SRC_003 = "SRC-003"
    SRC_004 = "SRC-004"
    SRC_005 = "SRC-005"
    SRC_006 = "SRC-006"
    SRC_007 = "SRC-007"
    SRC_008 = "SRC-008"
    SRC_009 = "SRC-009"
    SRC_010 = "SRC-010"
    SRC_011 = "SRC-011"
    SRC_012 = "SRC-012"
    SRC_013 = "SRC-013"
    SRC_014 = "SRC-014"
    SRC_015 = "SRC-015"
    SRC_016 = "SRC-016"
    SRC_017 = "SRC-017"
    SRC_018 = "SRC-018"
    SRC_019 = "SRC-019"
    SRC_020 = "SRC-020"
    SRC_021 = "SRC-021"
    SRC_022 = "SRC-022"
    SRC_023 = "SRC-023"
    SRC_024 = "SRC-024"
    SRC_025 = "SRC-025"
    SRC_026 = "SRC-026"
    SRC_027 = "SRC-027"


class Behaviour(StrEnum):
    """What the engine does about a code (domain.md, error codes)."""

    CONFIGURATION = "configuration"  # stop: the same run cannot succeed until a definition changes
    CONTROL = "control"  # refuse: a rule of the house forbids it
    DATA = "data"  # quarantine where a record is named, else stop until the source is corrected
    TRANSIENT = "transient"  # retry with back-off


_TRANSIENT = {Code.LOAD_001, Code.LOAD_009, Code.LOAD_013, Code.SRC_005, Code.SRC_007, Code.SRC_019}
_CONTROL = {
    Code.LOAD_004,
    Code.LOAD_005,
    Code.LOAD_007,
    Code.LOAD_008,
    Code.LOAD_012,
    Code.LOAD_014,
    Code.SRC_003,
    Code.SRC_023,
    Code.SRC_024,
    Code.SRC_025,
    Code.SRC_026,
}
_DATA = {
    Code.SRC_004,
    Code.SRC_006,
    Code.SRC_008,
    Code.SRC_009,
    Code.SRC_010,
    Code.SRC_011,
    Code.SRC_012,
    Code.SRC_013,
    Code.SRC_014,
    Code.SRC_015,
    Code.SRC_016,
    Code.SRC_017,
    Code.SRC_018,
    Code.SRC_021,
}


def behaviour_of(code: str) -> Behaviour:
    """How the engine treats a code; codes that no set names stop the run as configuration."""
    for behaviour, codes in (
        (Behaviour.TRANSIENT, _TRANSIENT),
        (Behaviour.CONTROL, _CONTROL),
        (Behaviour.DATA, _DATA),
    ):
        if code in codes:
            return behaviour
    return Behaviour.CONFIGURATION

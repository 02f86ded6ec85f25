"""Audit tags of the sync engine."""

from enum import StrEnum


class Tag(StrEnum):
    FLOW_DEFINE = "syncengine:flow:define"
    FLOW_VERSION_ACTIVATE = "syncengine:flow-version:activate"
    FLOW_VERSION_EDIT = "syncengine:flow-version:edit"
    FLOW_VERSION_START = "syncengine:flow-version:start"
    FLOW_VERSION_SUBMIT = "syncengine:flow-version:submit"
    QUARANTINE_ACCEPT = "syncengine:quarantine:accept"
    QUARANTINE_ACCEPTED = "syncengine:quarantine:accepted"
    QUARANTINE_ASSIGN = "syncengine:quarantine:assign"
    QUARANTINE_FIX = "syncengine:quarantine:fix"
    RUN_CANCEL = "syncengine:run:cancel"
    RUN_FINISH = "syncengine:run:finish"
    RUN_LOAD = "syncengine:run:load"
    RUN_PLAN = "syncengine:run:plan"
    RUN_RELEASE = "syncengine:run:release"
    RUN_RELEASED = "syncengine:run:released"
    RUN_REPLAY = "syncengine:run:replay"

"""Audit tags of change requests."""

from enum import StrEnum


class Tag(StrEnum):
    CHANGE_ACTIVATE = "approvals:change:activate"
    CHANGE_APPROVE = "approvals:change:approve"
    CHANGE_COMMENT = "approvals:change:comment"
    CHANGE_EDIT = "approvals:change:edit"
    CHANGE_HOLD = "approvals:change:hold"
    CHANGE_PUSH_BACK = "approvals:change:push-back"
    CHANGE_REJECT = "approvals:change:reject"
    CHANGE_REPLACE = "approvals:change:replace"
    CHANGE_REOPEN = "approvals:change:reopen"
    CHANGE_RESUBMIT = "approvals:change:resubmit"
    CHANGE_SUBMIT = "approvals:change:submit"
    CHANGE_WITHDRAW = "approvals:change:withdraw"
    POLICY_ADOPT = "approvals:policy:adopt"
    POLICY_PROPOSE = "approvals:policy:propose"

"""Error codes of approvals."""

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    APR_001 = "APR-001"
    APR_002 = "APR-002"
    APR_003 = "APR-003"
    APR_004 = "APR-004"
    APR_005 = "APR-005"
    APR_006 = "APR-006"
    APR_007 = "APR-007"
    APR_008 = "APR-008"
    APR_009 = "APR-009"
    APR_010 = "APR-010"
    APR_011 = "APR-011"
    APR_012 = "APR-012"


_APPROVER = "Another person with the approving duty."
HELP = {
    Code.APR_001: Help(
        "A reason is required",
        "Rejecting, pushing back and withdrawing need a reason of at least ten characters.",
        fix="Say why, in words the requester can act on.",
        who="You.",
    ),
    Code.APR_002: Help(
        "The change request is in another state",
        "The decision is not possible in the request's present state.",
        fix="Reload the change request.",
        who="You.",
    ),
    Code.APR_003: Help(
        "A change is already open",
        "There is an open change request over the same subject.",
        fix="Let the open one be decided, pushed back or withdrawn first; a pushed-back one is corrected.",
        who="The requester of the open one, or an approver.",
    ),
    Code.APR_004: Help(
        "The content has changed",
        "The hash you decided on is not the hash of the present content.",
        fix="Reload, read the difference, decide again.",
        who="You.",
    ),
    Code.APR_005: Help(
        "Machines never approve",
        "A token, a service account or the system tried to decide.",
        fix="Decide in the browser, signed in as a person.",
        who=_APPROVER,
    ),
    Code.APR_006: Help(
        "You contributed to this content",
        "Whoever proposed or edited a content, or is given something by it, may not approve it, "
        "through no account; nor may who set the password of somebody who did, and so could act as them.",
        fix="Ask somebody who contributed nothing to decide.",
        who=_APPROVER,
    ),
    Code.APR_007: Help(
        "The content has faults",
        "Validation found errors, so the content can neither be submitted nor approved.",
        fix="Correct the faults listed, then submit again.",
        who="The requester.",
    ),
    Code.APR_008: Help(
        "Nothing changes",
        "The proposed content equals what is in force.",
        fix="Nothing to do.",
        who="The requester.",
    ),
    Code.APR_009: Help(
        "Only the requester can do this",
        "A change request is withdrawn or submitted again by the person who submitted its content.",
        fix="Ask the requester; an approver can reject it.",
        who="The requester.",
    ),
    Code.APR_010: Help(
        "Activation is held",
        "The approved content could not be put in force.",
        numbers="The old content stays in force.",
        fix="Correct what is named and let it be activated again, or withdraw it.",
        who="The requester.",
    ),
    Code.APR_011: Help(
        "A contributor set your password",
        "Somebody who contributed to this content, or whom it concerns, set the password of your account or "
        "registered the address that the link to set it was mailed to, or did so for the one who did, and so "
        "could sign in in your name. Changing it yourself does not help: whoever knows it could do that too.",
        fix="Have it set by another administrator or on the command line, or ask another approver.",
        who="Another role administrator.",
    ),
    Code.APR_012: Help(
        "Only the periods change",
        "The version has exactly the content of the one it is based on; it differs in the periods for which "
        "it holds.",
        "Runs of the periods that it newly holds for use the same content as the version before.",
        "Approve it if the periods are meant to change; if a change of content was meant, edit the version.",
        "The requester, and who decides.",
    ),
}

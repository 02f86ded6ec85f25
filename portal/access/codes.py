"""Error codes of people, roles, grants and tokens."""

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    IAM_010 = "IAM-010"
    IAM_011 = "IAM-011"
    IAM_012 = "IAM-012"
    IAM_013 = "IAM-013"
    IAM_014 = "IAM-014"
    IAM_015 = "IAM-015"
    IAM_016 = "IAM-016"
    IAM_017 = "IAM-017"
    IAM_018 = "IAM-018"
    IAM_019 = "IAM-019"
    IAM_020 = "IAM-020"
    IAM_021 = "IAM-021"
    IAM_022 = "IAM-022"
    IAM_023 = "IAM-023"


_ADMIN = "A role administrator."
HELP = {
    Code.IAM_010: Help(
        "The person or account exists",
        "A person or account with this code or name is there already.",
        fix="Use the existing one or choose another code.",
        who=_ADMIN,
    ),
    Code.IAM_011: Help(
        "The password is too weak",
        "The password is too short, too common or too close to the name.",
        fix="Choose at least 12 characters that are not a common password.",
        who="You.",
    ),
    Code.IAM_012: Help(
        "Unknown duty, role or person, or impossible days",
        "The role names a duty, or the grant a role or person, that is not there, or ends before it begins.",
        fix="Use the codes shown on the pages of roles and people.",
        who=_ADMIN,
    ),
    Code.IAM_013: Help(
        "The database is not empty",
        "Bootstrap creates the first administrators once, on an empty database.",
        fix="Sign in as a role administrator and propose grants.",
        who=_ADMIN,
    ),
    Code.IAM_014: Help(
        "The token cannot be issued like this",
        "Approval, role and grant scopes cannot be put on a token, nor scopes its owner lacks; a token has a "
        "name, at least one scope and only well-formed networks, and belongs to an account of one's own.",
        fix="Leave the scope out.",
        who="You.",
    ),
    Code.IAM_015: Help(
        "The expiry is not acceptable",
        "A token expires within 1 to 365 days.",
        fix="Choose from 1 to 365 days.",
        who="You.",
    ),
    Code.IAM_016: Help(
        "The scope object does not exist",
        "The grant names a scope that is not there, or half a scope: a kind without an id, or an id alone.",
        fix="Register the system, mapping set or flow first; give kind and id together, or neither for "
        "everything.",
        who=_ADMIN,
    ),
    Code.IAM_017: Help(
        "The grant exists for these days",
        "The person has the same role in the same scope on some of the days already.",
        fix="Change the last day of the existing grant, or choose days that do not overlap it.",
        who=_ADMIN,
    ),
    Code.IAM_018: Help(
        "Nobody disables themselves",
        "You tried to disable yourself, or the account you are signed in with.",
        fix="Ask another role administrator to do it.",
        who="Another role administrator.",
    ),
    Code.IAM_019: Help(
        "Administration would end",
        "Nobody active would be left to propose grants over everything, or nobody else to approve them, "
        "and nobody could give the duty back.",
        fix="First have the duty granted over everything to another active person with an account.",
        who=_ADMIN,
    ),
    Code.IAM_020: Help(
        "The CSRF token is missing or wrong",
        "A write with the session of a browser must repeat the CSRF cookie: a form in a hidden field, a "
        "program in the header X-CSRFToken.",
        fix="In the portal, reload the page and send the form again. In a program, send the value of the "
        "csrftoken cookie as X-CSRFToken, or call with an API token instead.",
    ),
    Code.IAM_021: Help(
        "A service account has no password",
        "Services call with API tokens; nobody signs in with their accounts, and no link to set a password "
        "is mailed to them.",
        fix="Issue an API token for the account, or make an account of the kind person to sign in with.",
        who=_ADMIN,
    ),
    Code.IAM_022: Help(
        "A sign-in was refused",
        "The name belongs to no account, the password is not its password, or the name is locked after too "
        "many wrong ones. Who tried is not known.",
        fix="Ask the person whether it was them; many such entries for one name are somebody guessing.",
        who="A role administrator sets a new password or disables the account.",
    ),
    Code.IAM_023: Help(
        "A token was used that no longer works",
        "The secret of the token is right, but it is revoked or expired, its account is disabled, or the "
        "call came from outside its networks. At most one entry an hour is kept for one token.",
        fix="Find out who still holds it: a forgotten program gets a new token, anything else is a leak.",
        who="The owner of the token; a role administrator for a person who has left.",
    ),
}

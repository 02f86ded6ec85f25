"""Error codes of quickstart."""

from __future__ import annotations

from enum import StrEnum

from portal.core.codes import Help


class Code(StrEnum):
    RUN_901 = "RUN-901"
    RUN_902 = "RUN-902"
    RUN_903 = "RUN-903"


HELP: dict[Code, Help] = {
    Code.RUN_901: Help(
        "This database is not a demo",
        "It holds tables or people of somebody else, and the demo is never loaded beside real data.",
        fix="Set DATABASE_URL to an empty database, or TIEOUT_DATA_DIR to an empty folder.",
        who="Whoever runs the server.",
    ),
    Code.RUN_902: Help(
        "The port is taken",
        "Another process listens on the address of the portal, perhaps an earlier quickstart.",
        fix="End the other process, or choose another port with --port.",
        who="Whoever runs the server.",
    ),
    Code.RUN_903: Help(
        "The demo does not tie out",
        "A run of the demo flow ended otherwise than its documented faults explain.",
        numbers="The demo's figures are not to be relied on.",
        fix="Look at the run named in the message; then load the demo again into an empty database.",
        who="A developer of Tieout.",
    ),
}

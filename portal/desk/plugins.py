"""What the desk plugs into itself, also on behalf of the platform apps below it."""

from __future__ import annotations

from django.db.models import Count, Min
from django.urls import reverse
from prometheus_client.core import GaugeMetricFamily

from portal.access.functions import Function, extend
from portal.access.permissions import P as Access
from portal.access.selectors import people
from portal.approvals.models import ChangeRequest
from portal.approvals.permissions import P as Approvals
from portal.approvals.selectors import awaiting, changes
from portal.approvals.states import DECIDABLE, OPEN
from portal.audit.permissions import P as Audit
from portal.core import authority
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.codes import all_help
from portal.desk import ports
from portal.desk.metrics import gauges
from portal.desk.permissions import LABELS
from portal.desk.permissions import P as DeskP
from portal.desk.ports import Card, Command, Hit, Kpi, NavItem, QueueItem
from portal.desk.selectors import first_steps
from portal.fiscal.permissions import P as Fiscal
from portal.people.permissions import P as People

NAV = {
    "approvals.changes": NavItem(
        "Govern", "Changes", "approvals:change-list", "inbox", ("approvals:",), 90, "c", Approvals.CHANGE_VIEW
    ),
    "access.people": NavItem(
        "Assure",
        "People and access",
        "access:person-list",
        "users",
        ("access:",),
        10,
        "p",
        People.PERSON_VIEW,
    ),
    "fiscal.calendars": NavItem(
        "Assure",
        "Calendar",
        "fiscal:calendar-list",
        "calendar-days",
        ("fiscal:",),
        20,
        "l",
        Fiscal.CALENDAR_VIEW,
    ),
    "audit.entries": NavItem(
        "Assure",
        "Audit",
        "audit:entry-list",
        "clipboard-document-check",
        ("audit:",),
        30,
        "a",
        Audit.ENTRY_VIEW,
    ),
}
COMMANDS = {
    "desk.home": Command("Close desk", "desk:home", words="home start today"),
    "desk.help": Command("Error codes", "desk:help", words="help codes"),
    "desk.manifest": Command("Manifest keys", "desk:manifest-keys", words="help yaml definition config"),
    "approvals.waiting": Command(
        "Change queue", "approvals:change-list", Approvals.CHANGE_VIEW, "approve review"
    ),
    "access.grant": Command("Propose a grant", "access:grant-propose", Access.GRANT_PROPOSE, "role access"),
    "access.token": Command("Issue an API token", "access:token-issue", Access.TOKEN_ISSUE, "api secret"),
    "access.person": Command(
        "Register a person", "access:person-register", People.PERSON_MANAGE, "account user"
    ),
}


def find_codes(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Error codes by code or title: MAP-001, map1, "no rule"."""
    wanted = query.lower().strip()
    squeezed = wanted.replace("-", "").replace(" ", "")
    hits = []
    for code, page in all_help().items():
        bare = code.lower().replace("-", "")
        exact = bare == squeezed
        if exact or (len(squeezed) > 1 and bare.startswith(squeezed)) or wanted in page.title.lower():
            url = reverse("desk:help-code", kwargs={"code": code})
            hits.append(Hit(code, url, "Error code", page.title, exact))
    return hits[:limit]


def find_changes(actor: Actor, query: str, limit: int) -> list[Hit]:
    """Change requests by reference or title."""
    word = query.strip().upper()
    rows = changes(actor).order_by("-id")
    if word.startswith("CR-") and word[3:].isdigit():
        rows = rows.filter(pk=int(word[3:][:12]))
    else:
        rows = rows.filter(title__icontains=query)
    return [
        Hit(change.ref, change_url(change.pk), "Change", change.title, change.ref == word)
        for change in rows[:limit]
    ]


def find_people(actor: Actor, query: str, limit: int) -> list[Hit]:
    rows = people(actor).filter(name__icontains=query).prefetch_related(None)
    return [
        Hit(person.name, reverse("access:person-detail", kwargs={"pk": person.pk}), "Person", person.code)
        for person in rows[:limit]
    ]


def change_url(pk: int) -> str:
    return reverse("approvals:change-detail", kwargs={"pk": pk})


def changes_to_decide(actor: Actor, limit: int) -> list[QueueItem]:
    return [
        QueueItem(
            change.title,
            change_url(change.pk),
            f"Decide {change.ref}",
            change.state,
            f"requested by {change.requested_by}",
            change.submitted_at,
        )
        for change in awaiting(actor, limit)
    ]


def changes_pushed_back(actor: Actor, limit: int) -> list[QueueItem]:
    mine = changes(actor).filter(requested_by_id=actor.person_id, state="pushed_back").order_by("id")
    return [
        QueueItem(
            change.title,
            change_url(change.pk),
            f"Correct {change.ref}",
            change.state,
            "",
            change.submitted_at,
        )
        for change in mine[:limit]
    ]


def waiting_number(actor: Actor) -> Kpi:
    number = len(awaiting(actor))
    url = reverse("approvals:change-list") + "?view=waiting"
    calm = "good" if changes(actor).exists() else ""
    return Kpi("Changes that wait for my decision", number, url, "info" if number else calm)


def open_changes() -> list[GaugeMetricFamily]:
    """Open change requests by state, and how old the oldest undecided one is, in seconds."""
    by_state = GaugeMetricFamily("tieout_open_changes", "Open change requests", labels=["state"])
    for row in (
        ChangeRequest.objects.filter(state__in=OPEN).values("state").annotate(n=Count("id")).order_by("state")
    ):
        by_state.add_metric([row["state"]], row["n"])
    first = ChangeRequest.objects.filter(state__in=DECIDABLE).aggregate(first=Min("submitted_at"))["first"]
    age = (now() - first).total_seconds() if first else 0
    return [by_state, GaugeMetricFamily("tieout_oldest_undecided_change_seconds", "Age", value=age)]


def register() -> None:
    authority.register_permissions({str(k): v for k, v in LABELS.items()})
    extend(Function.VIEW, [DeskP.METRICS_VIEW])
    extend(Function.AUDIT_READ, [DeskP.METRICS_VIEW])
    gauges.register("approvals.changes", open_changes)
    for name, item in NAV.items():
        ports.nav.register(name, item)
    for name, command in COMMANDS.items():
        ports.commands.register(name, command)
    card = Card("Nothing was loaded yet", "desk/first_steps_card.html", first_steps, 0, wide=True)
    ports.cards.register("desk.first_steps", card)
    ports.searches.register("desk.codes", find_codes)
    ports.searches.register("approvals.changes", find_changes)
    ports.searches.register("access.people", find_people)
    ports.queues.register("approvals.decide", changes_to_decide)
    ports.queues.register("approvals.pushed_back", changes_pushed_back)
    ports.kpis.register("approvals.waiting", waiting_number)

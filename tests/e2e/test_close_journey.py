"""The main job in the browser: propose, be refused one's own approval, approve, run, fix an exception, run again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from mappings.models import Member
from portal.access.functions import Function as F
from portal.approvals.models import ChangeRequest
from portal.people.models import User
from syncengine import dispatch
from syncengine.leases import worker_name
from syncengine.models import Flow, QuarantinedRecord, Run
from syncengine.services import run_plan
from tests.conftest import PASSWORD
from tests.e2e.conftest import no_findings, sign_in, sign_out
from tests.scenarios.organisation import person, propose_and_approve
from tests.syncengine.conftest import MINI

BUCKETS = ("Source", "Loaded", "Excluded by rule", "Quarantined", "Accepted unloaded")
WAIT = 20_000  # milliseconds a run may take on a busy machine


@dataclass
class Organisation:
    """The mini organisation after its first run: account 6100 has no rule, cost center OLD is closed."""

    flow: Flow
    first: Run


@pytest.fixture
def organisation(transactional_db, tmp_path, settings, monkeypatch, make_user) -> Organisation:
    root = tmp_path / "root"
    shutil.copytree(MINI / "ledger", root / "ledger", copy_function=shutil.copyfile)
    settings.DATA_DIR, settings.EVIDENCE_DIR = tmp_path / "data", tmp_path / "evidence"
    settings.FILE_ROOTS, settings.BROKER_URL = [root], ""
    monkeypatch.setenv("PLANNING_URL", f"sqlite:///{root / 'planning.sqlite3'}")
    propose_and_approve(MINI / "mini.yaml")
    # Petra holds the duty of approving too: what stops her is that she wrote the content, nothing else.
    make_user("petra", [F.VIEW, F.MAP_PREP, F.MAP_APPR])
    for name in ("carl", "otto"):
        user = User.objects.get(username=name)
        user.set_password(PASSWORD)
        user.save()
    run = run_plan(actor=person("otto"), reason="January.", flow_code="mini-actuals", period="2026-01")
    dispatch.work_once(worker_name(), run.pk)
    return Organisation(Flow.objects.get(code="mini-actuals"), Run.objects.get(pk=run.pk))


@contextmanager
def worker() -> Iterator[None]:
    """`manage.py runworker` in a thread beside the web server, until nothing waits."""
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    shared = connections["default"] if in_memory else None
    failures: list[BaseException] = []

    def work() -> None:
        try:
            if shared is not None:
                connections["default"] = shared
            call_command("runworker", poll=0.1, until_idle=True)
        except BaseException as error:
            failures.append(error)
        finally:
            if shared is None:
                connections.close_all()

    if shared is not None:
        shared.inc_thread_sharing()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
        if shared is not None:
            shared.dec_thread_sharing()
        assert not thread.is_alive() and not failures, failures


def look(page: Any, dark: bool, both: bool = False) -> None:
    """No finding in the scheme of this visitor, and with `both` no faint text in the other one."""
    from axe_playwright_python.sync_playwright import Axe

    no_findings(page)
    if not both:
        return
    page.emulate_media(color_scheme="light" if dark else "dark", reduced_motion="reduce")
    result = Axe().run(page, options={"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    assert result.violations_count == 0, result.generate_report()


def number(page: Any, name: str) -> int:
    """The records in one bucket of the control totals: the cell leads to exactly those rows."""
    cell = page.locator("table.totals tr.group-head").first.locator(f"td[data-label='{name}']")
    return int(cell.inner_text().replace(",", ""))


def propose_rule(page: Any, dark: bool) -> str:
    """From the exception to a submitted version; gives the address of the change."""
    page.goto("/sync/exceptions/")
    look(page, dark)
    page.get_by_role("link", name="6100", exact=True).click()
    page.get_by_role("heading", name="MAP-001 6100").wait_for()
    group = page.url
    page.get_by_role("link", name="Propose mapping").click()
    page.get_by_label("From period").fill("2026-01")
    page.get_by_label("Reason").fill("Travel came with the new entity")
    page.get_by_role("button", name="Start the draft").click()
    page.get_by_text("is a draft.").wait_for()
    assert page.locator("[name=column_account]").input_value() == "6100", "kept while the draft was made"

    page.goto(group)  # with a draft open, the exception's own values stand in the form at once
    page.get_by_role("link", name="Propose mapping").click()
    assert page.locator("[name=column_account]").input_value() == "6100"
    look(page, dark)
    page.get_by_label("Target member").fill("COST")
    page.get_by_label("Label").fill("Travel")
    page.get_by_role("button", name="Add the rule").click()
    page.get_by_text("is added.").wait_for()
    look(page, dark, both=True)
    page.get_by_role("link", name="Submit for approval").click()
    page.get_by_label("Reason").fill("Account 6100 had no rule")
    page.get_by_role("button", name="Submit for approval").click()
    page.wait_for_url("**/changes/*/")
    return page.url


def is_refused_her_own_approval(page: Any, review: str, dark: bool) -> None:
    assert page.get_by_role("link", name="APR-006").is_visible()
    assert page.get_by_role("button", name="Approve").is_disabled()
    look(page, dark, both=True)
    change = ChangeRequest.objects.latest("id")
    # The button is a courtesy; the service is the guard, however the form is sent.
    page.evaluate(
        "() => { const form = document.querySelector('form[action$=\"/approve/\"]');"
        " const words = document.createElement('textarea'); words.name = 'comment';"
        " words.value = 'I forced it'; form.append(words); form.submit(); }"
    )
    page.wait_for_url("**/approve/")
    assert page.get_by_role("alert").get_by_role("link", name="APR-006").first.is_visible()
    change.refresh_from_db()
    assert change.state in {"submitted", "in_review"}
    assert not change.decisions.exists()
    page.goto(review)


def approve(page: Any, review: str, dark: bool) -> None:
    page.get_by_role("link", name=ChangeRequest.objects.latest("id").title).first.click()
    page.wait_for_url(review)
    assert page.get_by_role("region", name="What changes").get_by_text("6100").first.is_visible()
    look(page, dark)
    page.get_by_label("Comment").first.fill("Agrees with the chart of accounts")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("is approved and in force.").wait_for()


def finish(page: Any, dark: bool) -> None:
    """On the page of a waiting run: a worker carries it out while the page follows by itself."""
    page.get_by_text("Waits for a worker").wait_for()
    look(page, dark)
    with worker():
        # No reload by hand: the stages refresh themselves, and the end brings the totals.
        page.locator("table.totals").wait_for(timeout=WAIT)
    page.get_by_text("completed with exceptions").first.wait_for(timeout=WAIT)
    look(page, dark, both=True)


def runs_the_flow(page: Any, organisation: Organisation, dark: bool) -> Run:
    page.goto("/sync/flows/")
    page.get_by_role("link", name="Actuals to planning").first.click()
    page.get_by_role("link", name="Run now").click()
    page.get_by_label("Run: replace the slice in the target").check()
    page.get_by_label("Reason").fill("6100 has a rule now")
    look(page, dark)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("is planned; a worker carries it out.").wait_for()
    finish(page, dark)
    return Run.objects.latest("id")


def totals_tie(page: Any) -> dict[str, int]:
    found = {name: number(page, name) for name in BUCKETS}
    assert found["Source"] == sum(found.values()) - found["Source"]
    assert page.get_by_role("region", name="Control totals").get_by_text("Ties").first.is_visible()
    return found


def fixes_and_replays(page: Any, dark: bool) -> None:
    page.goto("/sync/exceptions/")
    page.get_by_role("link", name="OLD", exact=True).first.click()
    page.get_by_role("heading", name="MDM-002 OLD").wait_for()
    look(page, dark, both=True)
    Member.objects.filter(code="OLD").update(valid_to=None)  # master data, by those who keep it
    page.get_by_role("link", name="Mark all fixed").click()
    page.get_by_label("Reason").fill("The cost center is open again")
    look(page, dark)
    page.get_by_role("button", name="Mark fixed").click()
    page.get_by_text("2 records marked fixed.").wait_for()
    page.get_by_role("link", name="Replay mini-actuals/ACTUALS/2026-01").click()
    page.get_by_label("Reason").fill("OLD is open again")
    look(page, dark)
    page.get_by_role("button", name="Replay").click()
    finish(page, dark)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_a_missing_rule_is_proposed_approved_and_run_and_an_exception_is_fixed_and_replayed(
    width: int, dark: bool, organisation: Organisation, open_page: Callable
):
    page = open_page(width, dark)
    page.set_default_timeout(15_000)
    sign_in(page, "petra")
    review = propose_rule(page, dark)
    is_refused_her_own_approval(page, review, dark)
    sign_out(page)
    sign_in(page, "carl")
    approve(page, review, dark)
    sign_out(page)
    sign_in(page, "otto")

    run = runs_the_flow(page, organisation, dark)
    before = totals_tie(page)
    assert run.quarantined_by_code.keys() == {"DQ-001", "FX-001", "MDM-002"}
    assert QuarantinedRecord.objects.get(code="MAP-001").state == "replayed"

    fixes_and_replays(page, dark)
    after = totals_tie(page)
    assert (after["Quarantined"], before["Quarantined"]) == (2, 4)
    assert after["Loaded"] == before["Loaded"] + 1  # of the two lines of OLD one is a balance sheet account
    assert after["Source"] == before["Source"]
    assert page.get_by_text("MDM-002").count() == 0
    page.goto("/sync/exceptions/records/?code=MDM-002&flow=mini-actuals&member=OLD")
    page.get_by_text("Nothing of this cause is held back now.").wait_for()
    assert page.get_by_role("row").filter(has_text="replayed").count() == 2

"""Pages of flows and runs: closed to strangers, true to the numbers, and every act behind its service."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.approvals.models import ChangeRequest
from portal.people.models import Person, User
from syncengine.models import ControlTotal, EvidenceFile, Flow, FlowVersion, Run
from syncengine.services import flow_version_start
from syncengine.states import RunState
from tests.factories.web import version_read

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=|javascript:")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def enter(mini, client):
    """enter("otto") signs a person in and gives the client."""

    def sign_in(username: str):
        client.force_login(User.objects.get(username=username), backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def stranger(mini, client):
    person = Person.objects.create(code="sven", name="Sven")
    user = User.objects.create_user(username="sven", password="x", person=person)
    client.force_login(user, backend=BACKEND)
    return client


def url(name: str, **kwargs: int) -> str:
    return reverse(f"syncengine:{name}", kwargs=kwargs)


def addresses(run: Run) -> list[str]:
    flow, version = {"pk": run.flow_id}, {"pk": run.flow_version_id}
    file = {"pk": run.pk, "file": run.evidence.get(kind="output").pk}
    tabs = [
        f"{url('flow-detail', **flow)}?tab={tab}"
        for tab in ("definition", "mappings", "versions", "settings")
    ]
    return [
        *tabs,
        url("flow-list"), url("flow-detail", **flow), url("version-detail", **version), url("period-grid"),
        url("run-list"), url("run-detail", pk=run.pk), url("run-live", pk=run.pk), url("run-totals", pk=run.pk),
        url("run-differences", pk=run.pk), url("evidence-rows", **file), url("evidence-download", **file),
        url("exception-list"), url("record-list"), url("record-detail", pk=run.quarantined.first().pk),
    ]  # fmt: skip


def text_of(answer) -> str:
    return answer.content.decode()


def look(client, address: str):
    """As a browser asks: the live part of a run's page is asked for by that page."""
    live = address.partition("?")[0].endswith("/live/")
    return client.get(address, headers={"HX-Request": "true"} if live else {})


def test_whoever_may_look_sees_every_page_and_none_has_inline_code(mini, enter):
    run = mini.first_run()
    client = enter("carl")
    for address in addresses(run):
        answer = look(client, address)
        assert answer.status_code == 200, address
        assert "no-store" in answer["Cache-Control"], address
        if not answer.streaming:
            assert not INLINE.search(text_of(answer)), address


def test_a_stranger_finds_no_flow_run_or_record(mini, stranger):
    run = mini.first_run()
    refused = {address: look(stranger, address).status_code for address in addresses(run)}
    assert set(refused.values()) <= {403, 404}
    assert refused[url("run-detail", pk=run.pk)] == refused[url("flow-detail", pk=run.flow_id)] == 404


def test_who_may_look_but_not_act_is_refused_and_the_button_says_why(mini, enter):
    run = mini.first_run()
    client = enter("carl")
    page = text_of(client.get(url("flow-detail", pk=run.flow_id)))
    assert "it needs the permission “Plan, replay and cancel runs”" in page
    for name, key in (("run-plan", run.flow_id), ("run-replay", run.pk), ("version-start", run.flow_id)):
        assert client.get(url(name, pk=key)).status_code == 403
    assert (
        client.post(url("run-plan", pk=run.flow_id), {"period": "2026-01", "mode": "dry"}).status_code == 403
    )
    assert Run.objects.count() == 1


def test_a_run_shows_that_its_totals_tie_and_a_difference_of_a_cent_when_they_do_not(mini, enter):
    run = mini.first_run()
    client = enter("otto")
    assert "Does not tie" not in text_of(client.get(url("run-detail", pk=run.pk)))
    row = ControlTotal.objects.get(run=run, bucket="loaded", currency="EUR")
    row.debit += Decimal("0.01")
    row.save()
    page = text_of(client.get(url("run-detail", pk=run.pk)))
    assert "Does not tie" in page
    assert "\u22120.01" in page


def test_the_totals_are_exported_as_they_are_shown(mini, enter):
    run = mini.first_run()
    answer = enter("carl").get(url("run-totals", pk=run.pk))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Disposition"] == f'attachment; filename="{run.ref}-control-totals.csv"'
    assert lines[0] == "run,bucket,currency,records,debit,credit,net"
    assert f"{run.ref},source,CHF,5,1049.99,1049.99,0.00" in lines


def test_a_dry_run_is_the_default_and_a_load_needs_a_reason(mini, enter):
    flow = Flow.objects.get()
    client, plan = enter("otto"), url("run-plan", pk=flow.pk)
    page = text_of(client.get(plan))
    assert re.search(r'value="dry"[^>]*checked', page)
    refused = client.post(plan, {"period": "2026-01", "mode": "real", "reason": ""})
    assert refused.status_code == 422
    assert "Say why the slice is replaced." in text_of(refused)
    answer = client.post(plan, {"period": "2026-01", "mode": "dry", "reason": ""})
    run = Run.objects.get()
    assert (answer.url, run.dry_run, run.state) == (url("run-detail", pk=run.pk), True, "planned")
    page = text_of(client.get(answer.url))
    assert "dry run" in page
    assert "Waits for a worker" in page


def test_only_open_periods_of_the_calendar_can_be_chosen(mini, enter):
    client, plan = enter("otto"), url("run-plan", pk=Flow.objects.get().pk)
    assert "2026-12" in text_of(client.get(plan))
    answer = client.post(plan, {"period": "2027-01", "mode": "dry"})
    assert answer.status_code == 422
    assert not Run.objects.exists()


def test_a_second_plan_of_a_waiting_slice_is_refused_on_the_page(mini, enter):
    mini.plan()
    answer = enter("otto").post(
        url("run-plan", pk=Flow.objects.get().pk), {"period": "2026-01", "mode": "real", "reason": "Again"}
    )
    assert answer.status_code == 409
    assert "RUN-003" in text_of(answer)


def test_the_live_part_refreshes_until_the_run_ends_then_asks_for_the_whole_page(mini, enter):
    run = mini.plan()
    client = enter("otto")
    waiting = client.get(url("run-live", pk=run.pk), headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in text_of(waiting)
    assert "HX-Refresh" not in waiting
    mini.work(run)
    ended = client.get(url("run-live", pk=run.pk), headers={"HX-Request": "true"})
    assert "hx-trigger" not in text_of(ended)
    assert ended["HX-Refresh"] == "true"


def test_a_running_run_shows_its_count_its_total_and_an_estimate(mini, enter):
    mini.run("2026-02")
    run = mini.plan()
    Run.objects.filter(pk=run.pk).update(state=RunState.EXTRACTING, started_at=run.created_at)
    run.partitions.update(progress_stage="extract", progress_done=6, progress_total=12)
    page = text_of(enter("otto").get(url("run-detail", pk=run.pk)))
    assert "6 of 12 records" in page
    assert "left</span>" in page
    assert "<progress" in page


def test_a_waiting_run_is_cancelled_with_a_reason_and_an_ended_one_cannot_be(mini, enter):
    run = mini.plan()
    client = enter("otto")
    assert client.post(url("run-cancel", pk=run.pk), {"reason": ""}).status_code == 422
    assert client.post(url("run-cancel", pk=run.pk), {"reason": "Wrong period"}).status_code == 302
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "the run has ended" in text_of(client.get(url("run-cancel", pk=run.pk)))
    assert client.post(url("run-cancel", pk=run.pk), {"reason": "Once more"}).status_code == 409


def test_a_replay_shows_what_differs_before_it_is_planned(mini, enter):
    run = mini.first_run()
    pins = {**run.pins, "mappings": {"mini-lines": {"number": 0, "sha256": "0" * 64}}}
    Run.objects.filter(pk=run.pk).update(pins=pins)
    client = enter("otto")
    page = text_of(client.get(url("run-replay", pk=run.pk)))
    assert page.count("Changed") == 1
    assert page.count('<span class="muted">same</span>') >= 4
    answer = client.post(url("run-replay", pk=run.pk), {"reason": "The mapping was mended"})
    assert answer.url == url("run-detail", pk=Run.objects.latest("pk").pk)
    assert Run.objects.latest("pk").replay_of_id == run.pk


def test_evidence_is_shown_by_row_and_downloaded_under_a_safe_name(mini, enter):
    run = mini.first_run()
    EvidenceFile.objects.filter(run=run, kind="output").update(name='out"\r\nX: 1/../ü')
    file = run.evidence.get(kind="output")
    client = enter("carl")
    answer = client.get(url("evidence-download", pk=run.pk, file=file.pk))
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="{run.ref}-output-out-X-1-{file.sha256[:12]}.parquet"'
    )
    assert len(b"".join(answer.streaming_content)) == file.size
    assert answer["Content-Type"] == "application/octet-stream"
    held = run.evidence.get(kind="quarantine")
    rows = text_of(client.get(f"{url('evidence-rows', pk=run.pk, file=held.pk)}?is._code=MAP-001"))
    assert "1–1 of 1" in rows
    assert "Travel without a rule" in rows


def test_evidence_of_another_run_is_not_found_under_this_one(mini, enter):
    first, second = mini.first_run(), mini.run("2026-02")
    file = first.evidence.get(kind="output")
    client = enter("carl")
    for name in ("evidence-rows", "evidence-download"):
        assert client.get(url(name, pk=second.pk, file=file.pk)).status_code == 404


def test_a_csv_of_evidence_holds_no_formula(mini, enter):
    (mini.ledger / "journal.csv").write_text(
        (mini.ledger / "journal.csv").read_text().replace("Travel without a rule", "=1+1")
    )
    held = mini.run().evidence.get(kind="quarantine")
    answer = enter("carl").get(f"{url('evidence-rows', pk=held.run_id, file=held.pk)}?format=csv")
    assert ",'=1+1" in b"".join(answer.streaming_content).decode()


def test_differences_are_listed_with_the_rows_behind_them(mini, enter):
    balance = mini.ledger / "trial_balance.csv"
    balance.write_text(balance.read_text().replace("1200.50,385.25", "1200.50,385.26"))
    run = mini.run()
    client = enter("carl")
    page = text_of(client.get(url("run-differences", pk=run.pk)))
    assert run.reconciliation == "differences"
    assert page.count("<tr data-href=") == run.differences.count() > 0
    assert "/rows/?is.period=2026-01" in page
    csv = client.get(f"{url('run-differences', pk=run.pk)}?format=csv")
    lines = b"".join(csv.streaming_content).decode().splitlines()
    assert len(lines) == 1 + run.differences.count()


def test_a_run_without_an_independent_figure_says_that_completeness_is_not_proven(mini, enter):
    run = mini.first_run()
    Run.objects.filter(pk=run.pk).update(reconciliation="not_proven")
    page = text_of(enter("carl").get(url("run-detail", pk=run.pk)))
    assert "Completeness not proven" in page
    assert "a record missing from it would not show" in page


def test_a_version_with_faults_is_refused_with_their_lines_and_nothing_is_saved(mini, enter):
    flow = Flow.objects.get()
    client, start = enter("ada"), url("version-start", pk=flow.pk)
    text = client.get(start).context["form"].initial["definition"]
    broken = text.replace("scale: 2", "scale: two", 1)
    line = broken.splitlines().index("  scale: two") + 1
    form = {"definition": broken, "reason": "A try", "effective_from": "", **version_read(client, start)}
    answer = client.post(start, form)
    assert answer.status_code == 422
    assert f"line {line}, amount.scale" in text_of(answer)
    assert f"<dt>Line {line}</dt>" in text_of(answer)
    assert flow.versions.count() == 1


def test_a_version_is_drafted_edited_and_submitted_from_its_pages(mini, enter):
    flow = Flow.objects.get()
    client, start = enter("ada"), url("version-start", pk=flow.pk)
    text = client.get(start).context["form"].initial["definition"]
    changed = text.replace("max_share: '0.5'", "max_share: '0.25'")
    form = {"definition": changed, "reason": "A tighter limit", "effective_from": "2026-02"}
    client.post(start, {**form, **version_read(client, start)})
    draft = flow.versions.get(state="draft")
    assert draft.definition["quarantine"]["max_share"] == "0.25"
    assert "open already" in text_of(client.get(start))
    page = text_of(client.get(url("version-detail", pk=draft.pk)))
    assert "quarantine.max_share" in page
    edit = {"definition": changed.replace("'0.25'", "'0.2'"), "reason": "Tighter", "effective_from": ""}
    edit["content_sha256"] = (
        client.get(url("version-edit", pk=draft.pk)).context["form"]["content_sha256"].value()
    )
    assert client.post(url("version-edit", pk=draft.pk), edit).status_code == 302
    answer = client.post(url("version-submit", pk=draft.pk), {"reason": "Ready"})
    change = ChangeRequest.objects.latest("pk")
    assert answer.url == reverse("approvals:change-detail", kwargs={"pk": change.pk})
    assert change.kind == "syncengine.flow_version"
    assert text_of(client.get(answer.url)).count(url("version-detail", pk=draft.pk)) == 1


def test_two_people_who_edit_one_draft_do_not_overwrite_each_other(mini, enter):
    flow = Flow.objects.get()
    client, start = enter("ada"), url("version-start", pk=flow.pk)
    text = client.get(start).context["form"].initial["definition"]
    form = {"definition": text.replace("'0.5'", "'0.25'"), "reason": "A tighter limit"}
    client.post(start, {**form, **version_read(client, start)})
    draft = flow.versions.get(state="draft")
    address = url("version-edit", pk=draft.pk)
    shown = {
        name: field.value() for name, field in ((f.name, f) for f in client.get(address).context["form"])
    }
    first = {**shown, "definition": shown["definition"].replace("'0.25'", "'0.2'"), "reason": "First"}
    second = {**shown, "definition": shown["definition"].replace("'0.25'", "'0.4'"), "reason": "Second"}
    assert client.post(address, first).status_code == 302
    late = client.post(address, second)
    assert late.status_code == 412
    page = text_of(late)
    assert "API-007" in page
    assert "has changed since you read it" in page
    assert "Keep your text" in page
    assert "&#x27;0.4&#x27;" in page, "what was typed is not lost"
    assert "came back damaged" in text_of(client.post(address, {**second, "content_sha256": ""}))
    draft.refresh_from_db()
    assert draft.definition["quarantine"]["max_share"] == "0.2"


def test_an_approved_version_offers_no_edit(mini, enter):
    version = FlowVersion.objects.get()
    client = enter("ada")
    assert "Submit for approval" not in text_of(client.get(url("version-detail", pk=version.pk)))
    answer = client.post(
        url("version-edit", pk=version.pk), {"definition": "a: 1", "reason": "No", "effective_from": ""}
    )
    assert answer.status_code in (409, 422)


def test_a_flow_is_defined_from_text(mini, enter):
    client = enter("ada")
    base = client.get(url("version-start", pk=Flow.objects.get().pk)).context["form"].initial["definition"]
    text = base.replace("scenario: ACTUALS", "scenario: FORECAST").replace("mini_facts", "mini_forecast")
    data = {"code": "mini-forecast", "name": "Forecast", "definition": text, "reason": "New plan"}
    answer = client.post(url("flow-define"), data)
    version = FlowVersion.objects.get(flow__code="mini-forecast")
    assert answer.url == url("version-detail", pk=version.pk)
    page = text_of(client.get(url("flow-detail", pk=version.flow_id)))
    assert "Never ran." in page


QUERIES = (
    "?page=99999999999999999999", "?page=-1", "?sort=password", "?sort=-", "?state=nonsense", "?q=%00",
    "?q=R-99999999999999", "?period=%F0%9F%92%A9", "?format=xml", "?before=x&after=y", "?is.x=1", "?by=zzz",
    "?year=%00", "?flow=a&code=b&value=%0d%0aX:1&format=csv", "?run=x", "?run=99999999999999999999",
)  # fmt: skip


LISTS = ("flow-list", "run-list", "exception-list", "record-list", "period-grid")


def test_no_query_breaks_a_page(mini, enter):
    """Each alone where a page reads them one by one; in a row, each key once, where it hardly reads any."""
    run = mini.first_run()
    client = enter("otto")
    lists = [url(name) for name in LISTS]
    others = {address.partition("?")[0] for address in addresses(run)} - set(lists)
    broken = "&".join(query[1:] for query in QUERIES)
    asked = [path + query for path in lists for query in QUERIES] + [f"{path}?{broken}" for path in others]
    assert {
        address: status for address in asked if (status := look(client, address).status_code) != 200
    } == {}


def test_keys_beyond_the_database_are_not_found(mini, enter):
    client = enter("otto")
    for name in ("flow-detail", "run-detail", "run-live", "record-detail", "version-detail"):
        assert look(client, url(name, pk=10**30)).status_code == 404


def test_lists_ask_no_more_queries_for_more_rows(mini, enter, django_assert_max_num_queries):
    mini.first_run()
    client = enter("otto")
    pages = [url("flow-list"), url("run-list"), url("exception-list"), url("record-list"), url("period-grid")]
    for page in pages:
        client.get(page)
    counts = {page: _queries(client, page) for page in pages}
    mini.run("2026-02")
    mini.run()
    assert {page: _queries(client, page) for page in pages} == counts
    with django_assert_max_num_queries(20):
        client.get(url("run-detail", pk=Run.objects.latest("pk").pk))


def _queries(client, page: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(page).status_code == 200
    return len(found)


def test_a_draft_is_continued_not_started_twice(mini, enter):
    flow = Flow.objects.get()
    draft = flow_version_start(actor=mini.author, reason="Next", flow_id=flow.pk)
    page = text_of(enter("ada").get(url("flow-detail", pk=flow.pk)))
    assert f"Continue version {draft.number}" in page

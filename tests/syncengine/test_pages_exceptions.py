"""Pages of quarantined records: grouped by cause, shown with their source row, worked through services."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from mappings.models import MappingVersion
from portal.access.functions import Function as F
from portal.access.models import Grant
from portal.approvals.models import ChangeRequest
from portal.approvals.selectors import diff_of
from portal.audit.models import AuditEntry
from portal.people.models import User
from syncengine.management.commands import flow_run
from syncengine.models import QuarantinedRecord
from syncengine.tags import Tag
from tests.conftest import make_person
from tests.syncengine.test_pages import BACKEND, text_of, url

GROUP = "?flow=mini-actuals&code=MDM-002&field=cost_center&member=OLD&work=held"

ODD = ("eur", "", "XXX")


@pytest.fixture
def enter(mini, client):
    def sign_in(username: str):
        client.force_login(User.objects.get(username=username), backend=BACKEND)
        return client

    return sign_in


def keys(**lookup):
    return list(QuarantinedRecord.objects.filter(**lookup).order_by("pk").values_list("pk", flat=True))


def test_records_stand_grouped_by_member_with_amounts_by_currency(mini, enter):
    mini.first_run()
    page = text_of(enter("otto").get(url("exception-list")))
    assert page.count("<tr data-href=") == len({"DQ-001", "FX-001", "MAP-001", "MDM-002"})
    assert '75.00</span> <span class="muted">EUR' in page
    assert "The member is not effective" in page


def exported(client, address):
    answer = client.get(address + ("&" if "?" in address else "?") + "format=csv")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


@pytest.mark.parametrize("query", ["", "?sort=member", "?sort=-records", "?by=whole"])
def test_the_export_of_exceptions_has_the_rows_of_the_screen_in_its_order(mini, enter, query):
    mini.first_run()
    yen = QuarantinedRecord.objects.filter(code="MDM-002").earliest("pk")
    QuarantinedRecord.objects.filter(pk=yen.pk).update(currency="JPY", debit=Decimal(500), credit=Decimal(0))
    client = enter("otto")
    screen = client.get(url("exception-list") + query).context
    shown = [(row["member"], row["code"]) for row in screen["page"].rows]
    head, *rows = exported(client, url("exception-list") + query)
    assert head == [column.label for column in screen["columns"]]
    assert head[1:] == ["Code", "Cause", "Flow", "Periods", "Records", "Field", "Debit", "Credit", "Oldest"]
    assert [(row[0], row[1]) for row in rows] == shown
    old = next(row for row in rows if row[0] == "OLD" or row[0].startswith("OLD |"))
    assert old[7] == "0.00 EUR; 500 JPY"
    assert old[8] == "75.00 EUR; 0 JPY"


def test_records_without_a_valid_currency_show_what_they_hold_under_a_heading_that_says_so(mini, enter):
    path = mini.ledger / "journal.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], *(f"2026-01,DE,1200,S1,{held},5.00,,x" for held in ODD)]) + "\n")
    run = mini.run()
    client = enter("otto")
    member, _, _, _, _, records, _, debit, *_ = next(
        row for row in exported(client, url("exception-list")) if row[1] == "DQ-006"
    )
    assert (member in ("eur", "(empty)", "XXX"), records, debit) == (True, "1", "5.00 no valid currency")
    head, *rows = exported(client, url("record-list") + "?code=DQ-006")
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [line["Currency"] for line in told] == ["eur", "no valid currency", "XXX"]
    assert "XXX" not in text_of(client.get(url("run-detail", pk=run.pk)))
    group = "?flow=mini-actuals&code=DQ-006&field=currency&value=eur&work=held"
    page = text_of(client.get(url("record-list") + group))
    assert ("no valid currency" in page, "XXX" in page) == (True, False)
    assert "no valid currency" in flow_run._sentences(run)


def test_the_export_of_records_has_the_words_and_cents_of_the_screen(mini, enter):
    mini.first_run()
    client = enter("otto")
    head, *rows = exported(client, url("record-list"))
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert {line["State"] for line in lines} == {"Open"}
    read = [line for line in lines if line["Code"] != "DQ-001"]
    assert {line["Debit"].partition(".")[2] for line in read} == {"00"}
    assert {line["Credit"] for line in lines} >= {"0.00"}


def test_a_group_shows_what_to_do_and_who_can(mini, enter):
    mini.first_run()
    page = text_of(enter("otto").get(url("record-list") + GROUP))
    assert "2 held records" in page
    assert "Extend the member" in page
    assert "q=OLD" in page
    assert "Replay" in page


def test_a_missing_rule_leads_to_the_mapping_set_for_those_who_may_edit_it(mini, enter):
    mini.first_run()
    group = "?flow=mini-actuals&code=MAP-001&field=line&value=6100&work=held"
    assert "Propose mapping" in text_of(enter("ada").get(url("record-list") + group))
    page = text_of(enter("otto").get(url("record-list") + group))
    assert "Propose mapping" in page
    assert "Not now" not in page.partition("Propose mapping")[0][-200:]
    assert "it needs the permission" in page


def test_the_member_without_a_rule_is_kept_while_a_draft_is_made(mini, enter):
    mini.first_run()
    client = enter("ada")
    group = "?flow=mini-actuals&code=MAP-001&field=line&value=6100&work=held"
    page = text_of(client.get(url("record-list") + group))
    start = unescape(re.search(r'href="([^"]*[?]column_account=6100[^"]*)"', page)[1])
    assert "The rule is written next" in text_of(client.get(start))
    made = client.post(start, {"effective_from": "2026-01", "reason": "Travel came with the new entity"})
    form = client.get(made.url).context["form"]
    assert form["column_account"].value() == "6100"
    assert MappingVersion.objects.get(state="draft").pk == int(made.url.split("/")[-4])


def test_a_record_shows_its_source_row_with_the_culprit_marked(mini, enter):
    mini.first_run()
    client = enter("otto")
    page = text_of(client.get(url("record-detail", pk=keys(code="MAP-001")[0])))
    marked = page.partition('<tr class="marked">')[2].partition("</tr>")[0]
    assert page.count('<tr class="marked">') == 1
    assert "account" in marked
    assert "6100" in marked
    assert "Travel without a rule" in page


def test_a_record_without_evidence_says_so(mini, enter, settings, tmp_path):
    mini.first_run()
    settings.EVIDENCE_DIR = tmp_path / "elsewhere"
    answer = enter("otto").get(url("record-detail", pk=keys(code="MAP-001")[0]))
    assert answer.status_code == 200
    assert "SRC-024" in text_of(answer)


def test_picked_records_are_assigned_to_me_at_once(mini, enter):
    mini.first_run()
    picked = keys(code="MDM-002")
    address = reverse("syncengine:quarantine-assign") + "?to=me"
    answer = enter("otto").post(address, {"pick": picked, "reason": ""})
    assert answer.status_code == 302
    assert set(QuarantinedRecord.objects.filter(pk__in=picked).values_list("state", flat=True)) == {
        "assigned"
    }
    queue = text_of(enter("otto").get("/"))
    assert "2 records of Actuals to planning: MDM-002" in queue


def test_picked_records_are_shown_before_they_are_assigned_to_a_person(mini, enter):
    mini.first_run()
    client, assign = enter("otto"), reverse("syncengine:quarantine-assign")
    page = client.post(assign, {"pick": keys(code="MDM-002"), "reason": "Hers"})
    assert "2 records" in text_of(page)
    carried = page.context["form"].initial["records"]
    ada = User.objects.get(username="ada").person_id
    assert client.post(assign, {"records": carried, "person": ada, "reason": "Hers"}).status_code == 302
    assert set(QuarantinedRecord.objects.filter(code="MDM-002").values_list("assigned_to", flat=True)) == {
        ada
    }


def test_only_who_can_see_the_records_is_offered_and_taken(mini, enter):
    mini.first_run()
    flow = QuarantinedRecord.objects.filter(code="MDM-002").first().flow
    elsewhere = make_person("petra", [F.VIEW]).person
    Grant.objects.filter(person=elsewhere).update(scope_kind="system", scope_id=flow.target_system_id)
    client, assign = enter("otto"), reverse("syncengine:quarantine-assign")
    form = client.get(assign + GROUP).context["form"]
    offered = set(form.fields["person"].queryset.values_list("code", flat=True))
    assert {"otto", "ada"} <= offered
    assert "petra" not in offered
    values = {"records": form.initial["records"], "person": elsewhere.pk, "reason": "Hers"}
    assert client.post(assign, values).status_code == 422
    assert not QuarantinedRecord.objects.filter(state="assigned").exists()


def test_fixing_takes_a_reason_and_works_over_several_periods(mini, enter):
    journal = mini.ledger / "journal.csv"
    journal.write_text(journal.read_text() + "2026-02,DE,6000,OLD,EUR,5.00,,Closed\n")
    mini.run()
    mini.run("2026-02")
    client, fix = enter("otto"), reverse("syncengine:quarantine-fix")
    carried = client.get(fix + GROUP).context["form"].initial["records"]
    assert len(carried.split(",")) == 3
    assert client.post(fix, {"records": carried, "reason": ""}).status_code == 422
    assert client.post(fix, {"records": carried, "reason": "Reopened the cost center"}).status_code == 302
    assert QuarantinedRecord.objects.filter(code="MDM-002", state="fixed").count() == 3
    assert AuditEntry.objects.filter(action=Tag.QUARANTINE_FIX).count() == 2


def test_accepting_becomes_a_change_request_of_one_slice(mini, enter):
    journal = mini.ledger / "journal.csv"
    journal.write_text(journal.read_text() + "2026-02,DE,6000,OLD,EUR,5.00,,Closed\n")
    mini.run()
    mini.run("2026-02")
    client, accept = enter("otto"), reverse("syncengine:quarantine-accept")
    assert "belong to 2 slices" in text_of(client.get(accept + GROUP))
    both = ",".join(map(str, keys(code="MDM-002")))
    assert client.post(accept, {"records": both, "reason": "Posted elsewhere by hand"}).status_code == 422
    one = client.get(f"{accept}{GROUP}&period=2026-01").context["form"].initial["records"]
    answer = client.post(accept, {"records": one, "reason": "Posted elsewhere by hand"})
    change = ChangeRequest.objects.latest("pk")
    assert answer.url == reverse("approvals:change-detail", kwargs={"pk": change.pk})
    assert len(change.payload["records"]) == 2
    assert {row.kind for row in diff_of(change)} == {"changed"}, "a record stays, its state changes"


def test_nobody_acts_on_records_without_the_duty_or_with_a_damaged_selection(mini, enter):
    mini.first_run()
    client = enter("carl")
    for verb in ("assign", "fix", "accept"):
        address = reverse(f"syncengine:quarantine-{verb}")
        assert client.get(address + GROUP).status_code == 403
        assert client.post(address, {"pick": keys()}).status_code == 403
    page = text_of(client.get(url("record-list") + GROUP))
    assert 'name="pick"' not in page
    client = enter("otto")
    fix = reverse("syncengine:quarantine-fix")
    for damaged in ("", "x", "1,,2", "9" * 30, "1;2", "999999"):
        status = client.post(fix, {"records": damaged, "reason": "Because of this"}).status_code
        assert status in (404, 422), damaged
    refused = text_of(client.post(fix, {"records": "1;2", "reason": "Because of this"}))
    assert "The selection is damaged; pick the records again." in refused
    assert "Nothing was changed" in refused
    assert "No held record is picked" in text_of(client.get(fix))


def test_the_desk_counts_open_exceptions_and_shows_the_latest_runs(mini, enter):
    run = mini.first_run()
    page = text_of(enter("otto").get("/"))
    held = QuarantinedRecord.objects.count()
    assert f'<span class="value">{held}</span><span class="label">Open exceptions</span>' in page
    assert url("run-detail", pk=run.pk) in page
    assert "Latest runs" in page
    assert ">Flows<" in page


def test_search_finds_a_run_a_flow_and_a_member_that_failed(mini, enter):
    run = mini.first_run()
    client = enter("otto")
    for query, address in (
        (run.ref, url("run-detail", pk=run.pk)),
        ("mini-actuals", url("flow-detail", pk=run.flow_id)),
        ("OLD", "code=MDM-002"),
    ):
        assert address in text_of(client.get("/search/", {"q": query})), query

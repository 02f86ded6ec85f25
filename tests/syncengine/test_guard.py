"""What the target holds and was proven is not replaced by what is not, before anything is sent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_approve
from portal.core.errors import BadInput, Conflict, Forbidden
from portal.people.models import User
from syncengine.definition import parse_definition
from syncengine.definitions import version_hash
from syncengine.models import FlowVersion, OutboxEvent, QuarantinedRecord, Run
from syncengine.runsummary import run_summary
from syncengine.services import run_release, run_replay
from tests.syncengine.conftest import UNREADABLE

BACKEND = "django.contrib.auth.backends.ModelBackend"
SALE = "2026-01,DE,4000,S1,EUR,,1200.50,Sale north"


def redefine(**parts) -> None:
    """Change parts of the approved definition; None takes a part out."""
    version = FlowVersion.objects.select_related("flow").get()
    data = version.definition
    for name, part in parts.items():
        if part is None:
            del data[name]
        else:
            data[name] = data[name] | part
    version.definition = data
    version.content_sha256 = version_hash(version.flow.code, version.effective_from, parse_definition(data))
    version.save()


def keep_lines(mini, count: int) -> None:
    """Truncate the source file to its header and first lines."""
    path = mini.ledger / "journal.csv"
    path.write_text("\n".join(path.read_text().split("\n")[: count + 1]) + "\n")


def test_a_truncated_file_does_not_replace_a_proven_slice(mini):
    mini.first_run()
    before = mini.rows()
    keep_lines(mini, 5)
    for dry_run in (True, False):
        run = mini.run(dry_run=dry_run)
        assert (run.state, run.error_code, run.confirmation) == ("held", "RUN-015", "not_loaded")
        assert (run.reconciliation, run.target_rows) == ("differences", None)
        assert "differ from the independent figure" in run.error_message
        assert run.differences.exists()
        assert mini.rows() == before
    assert OutboxEvent.objects.last().type == "tieout.run.held"
    assert QuarantinedRecord.objects.filter(state__in=["replayed", "gone"]).count() == 0


def test_the_page_of_the_load_in_force_says_that_a_newer_run_loaded_nothing(mini, client):
    first = mini.first_run()
    keep_lines(mini, 5)
    held = mini.run()
    client.force_login(User.objects.get(username="carl"), backend=BACKEND)
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": first.pk})).content.decode()
    assert "A newer run of this slice has loaded nothing." in page
    assert f"{held.ref}</a> is held; the target still holds this one" in page
    assert "replaced this slice" not in page


def test_an_empty_slice_that_agrees_with_an_empty_figure_proves_nothing(mini, client):
    run = mini.run("2026-03")
    assert (run.state, run.reconciliation, run.target_rows) == ("completed", "not_proven", 0)
    client.force_login(User.objects.get(username="carl"), backend=BACKEND)
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": run.pk})).content.decode()
    assert "Neither the source nor the figure has a record of the slice." in page
    assert "The source has no record of this slice." in page
    assert "Nothing counted yet" not in page


def test_a_proof_that_is_gone_does_not_let_a_proven_slice_be_replaced(mini):
    mini.first_run()
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().replace("310.25", "311.25"))
    (mini.ledger / "trial_balance.csv").unlink()
    run = mini.run()
    assert (run.state, run.error_code, run.reconciliation) == ("held", "RUN-015", "not_proven")
    assert "SRC-005" in run.error_message
    assert run.error_place == "ledger/trial_balance.csv"


@pytest.mark.parametrize(("choice", "state"), [("load", "unreconciled"), ("hold", "held")])
def test_a_flow_may_load_or_hold_whatever_the_target_holds(mini, choice, state):
    redefine(reconcile={"on_difference": choice})
    if choice == "load":
        mini.run()
    keep_lines(mini, 5)
    assert mini.run().state == state
    assert mini.planning.exists() is (choice == "load")


def test_an_unproven_slice_is_replaced_as_before(mini):
    text = (mini.ledger / "journal.csv").read_text()
    keep_lines(mini, 5)
    assert mini.run().state == "unreconciled"
    assert mini.run().state == "unreconciled"
    (mini.ledger / "journal.csv").write_text(text)
    assert mini.run().reconciliation == "reconciled"


def test_without_a_proof_a_slice_that_shrinks_by_more_than_half_is_told(mini):
    redefine(reconcile=None)
    mini.run()
    assert run_summary(mini.run())["warnings"] == [UNREADABLE]
    keep_lines(mini, 5)
    run = mini.run()
    assert run.confirmation == "confirmed"
    (warning,) = run_summary(run)["warnings"]
    assert warning["code"] == "DQ-012"
    assert "5 records" in warning["message"]
    assert "12" in warning["message"]


def test_a_flow_may_limit_by_how_much_a_slice_shrinks(mini):
    redefine(reconcile=None, source={"max_shrink": "0.25"})
    mini.run()
    before = mini.rows()
    keep_lines(mini, 8)
    run = mini.run()
    assert (run.state, run.error_code, run.confirmation) == ("held", "DQ-012", "not_loaded")
    assert mini.rows() == before
    assert run_summary(run)["warnings"] == [UNREADABLE]


def approve(change, mini) -> None:
    change_approve(
        actor=mini.controller, reason="The ledger was closed early.", change_id=change.pk,
        content_sha256=change.content_sha256,
    )  # fmt: skip


def test_a_held_run_is_loaded_once_a_second_person_has_released_its_content(mini):
    mini.first_run()
    before = mini.rows()
    keep_lines(mini, 5)
    held = mini.run()
    change = run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk)
    with pytest.raises(Forbidden):
        change_approve(
            actor=mini.operator, reason="", change_id=change.pk, content_sha256=change.content_sha256
        )
    assert mini.run().error_code == "RUN-015", "nothing was decided yet"
    with pytest.raises(Conflict):  # a newer run is there now: it is not what stands to be loaded
        approve(change, mini)
    newest = Run.objects.first()
    approve(run_release(actor=mini.operator, reason="The rest was reversed.", run_id=newest.pk), mini)
    keep_lines(mini, 4)
    assert mini.run().state == "held", "another content than the released one"
    assert mini.rows() == before


def test_what_was_released_is_loaded_by_a_replay_and_only_once(mini):
    mini.first_run()
    text = (mini.ledger / "journal.csv").read_text()
    keep_lines(mini, 5)
    held = mini.run()
    approve(run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk), mini)
    held.refresh_from_db()
    assert held.release_ref.startswith("CR-")
    replay = mini.work(run_replay(actor=mini.operator, reason="Released.", run_id=held.pk))
    assert (replay.state, replay.confirmation, replay.target_rows) == ("unreconciled", "confirmed", 3)
    assert replay.release_ref == held.release_ref
    assert OutboxEvent.objects.last().data["release"] == held.release_ref
    with pytest.raises(Conflict) as caught:
        run_release(actor=mini.operator, reason="Again.", run_id=held.pk)
    assert caught.value.code == "RUN-016"
    (mini.ledger / "journal.csv").write_text(text)
    proven = mini.run()
    assert (proven.reconciliation, proven.release_ref) == ("reconciled", "")
    keep_lines(mini, 5)
    again = mini.run()
    assert (again.state, again.release_ref) == ("held", ""), "a release holds for the load it was asked for"


def test_a_release_does_not_cover_records_that_were_held_back_later(mini):
    mini.first_run()
    before = mini.rows()
    keep_lines(mini, 5)
    held = mini.run()
    approve(run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk), mini)
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text() + "2026-01,DE,9999,S1,EUR,,5.00,No rule has it\n")
    later = mini.run()
    assert (later.state, later.release_ref, later.output_hash) == ("held", "", held.output_hash)
    assert mini.rows() == before


def test_an_empty_slice_that_is_right_can_be_released(mini):
    mini.run("2026-02")
    keep_lines(mini, 12)
    held = mini.run("2026-02")
    assert held.error_code == "RUN-014"
    with pytest.raises(BadInput):
        run_release(actor=mini.operator, reason=" ", run_id=held.pk)
    approve(run_release(actor=mini.operator, reason="Posted in January.", run_id=held.pk), mini)
    empty = mini.run("2026-02")
    assert (empty.target_rows, empty.release_ref) == (0, Run.objects.get(pk=held.pk).release_ref)


def test_the_page_of_a_held_run_offers_its_release_and_rest_takes_it(mini, client):
    mini.first_run()
    keep_lines(mini, 5)
    held = mini.run()
    client.force_login(User.objects.get(username="otto"), backend=BACKEND)
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": held.pk})).content.decode()
    url = reverse("syncengine:run-release", kwargs={"pk": held.pk})
    assert url in page
    assert "RUN-015" in page
    assert client.get(url).status_code == 200
    body = {"reason": "The rest was reversed."}
    key = {"Idempotency-Key": "0f7a3c52-1f3b-4b2e-9a53-6a3f6a1f0d11"}
    answer = client.post(
        f"/api/v1/runs/{held.pk}/release/", body, content_type="application/json", headers=key
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "submitted")
    assert client.post(url, body).status_code == 409
    approve(ChangeRequest.objects.get(pk=answer.json()["id"]), mini)
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": held.pk})).content.decode()
    assert (url in page, answer.json()["ref"] in page) == (False, True)


def test_the_replay_of_a_released_run_says_what_the_release_covers_until_the_slice_is_loaded(mini, client):
    def told() -> list[bool]:
        names = ("run-detail", "run-replay")
        pages = [client.get(reverse(f"syncengine:{name}", kwargs={"pk": held.pk})) for name in names]
        return [words in page.content.decode() for page in pages]

    words = "loaded only while the source still gives exactly that content"
    mini.first_run()
    keep_lines(mini, 5)
    held = mini.run()
    client.force_login(User.objects.get(username="otto"), backend=BACKEND)
    assert told() == [False, False]
    approve(run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk), mini)
    assert told() == [True, True]
    assert mini.run().release_ref
    assert told() == [False, False], "a release holds for one load"


def test_a_run_that_loads_what_was_released_says_so_everywhere(mini, client):
    redefine(reconcile={"on_difference": "hold"})
    keep_lines(mini, 5)
    held = mini.run()
    change = run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk)
    approve(change, mini)
    run = mini.run()
    release = {"change": change.ref, "run": held.ref, "approved_by": ["Carl Reyes"]}
    assert run_summary(run)["release"] == release
    assert "release" not in run_summary(mini.run("2026-02"))
    client.force_login(User.objects.get(username="otto"), backend=BACKEND)
    assert client.get(f"/api/v1/runs/{run.pk}/").json()["release"] == release
    page = client.get(reverse("syncengine:run-detail", kwargs={"pk": run.pk})).content.decode()
    for words in (change.ref, f"/changes/{change.pk}/", held.ref, "approved by Carl Reyes"):
        assert words in page


def test_the_change_that_releases_shows_the_difference_as_amounts_and_that_nothing_is_proven(mini):
    path = mini.ledger / "journal.csv"
    path.write_text(path.read_text().replace("1200.50", "9001200.50"))
    redefine(reconcile={"on_difference": "load"})
    mini.run()
    path.write_text(path.read_text().replace("9001200.50", "9001300.50"))
    redefine(reconcile={"on_difference": "hold"})
    held = mini.run()
    assert "EUR is 9,001,300.50 EUR, not 1,200.50 EUR." in held.error_message
    change = run_release(actor=mini.operator, reason="The rest was reversed.", run_id=held.pk)
    assert all(row["before"] != row["after"] for row in change.difference)
    fields = {row["field"]: (row["before"], row["after"]) for row in change.difference}
    assert set(fields) == {"content of the slice", "sum of credit", "sum of net"}
    assert all(text.endswith(" EUR") for text in fields["sum of net"])
    warnings = [row["message"] for row in change.findings if row["level"] == "warning"]
    assert warnings[0].startswith("The load is not proven: 2 amounts differ")
    assert "the independent figure has 1,200.50 EUR, the run computed 9,001,300.50 EUR" in warnings[1]

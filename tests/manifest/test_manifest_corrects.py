"""A manifest corrects what was pushed back, and does so once."""

from __future__ import annotations

from portal.approvals.models import ChangeRequest
from portal.approvals.services import change_push_back
from tests.manifest.test_manifest_apply import CATALOG, apply, approve_all, write


def test_a_manifest_corrects_what_was_pushed_back(tmp_path, architect, controller_a):
    apply(write(tmp_path, CATALOG), "architect")
    change = ChangeRequest.objects.get(kind="catalog.ownership")
    seen = {"change_id": change.pk, "content_sha256": change.content_sha256}
    change_push_back(actor=controller_a, reason="It is the plan that owns it.", **seen)
    assert "2 pending" in apply(write(tmp_path, CATALOG), "architect")
    path = write(tmp_path, CATALOG.replace("system: ERP, valid_from", "system: PLAN, valid_from"))
    assert "1 proposed, 1 pending" in apply(path, "architect")
    change.refresh_from_db()
    assert (change.state, change.round, change.payload["system"]) == ("submitted", 2, "PLAN")
    assert "2 pending" in apply(path, "architect")
    approve_all(controller_a)
    assert "Nothing to change" in apply(path, "architect")

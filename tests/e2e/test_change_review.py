"""Four eyes in the browser: propose, be refused one's own approval, be approved by another person."""

from __future__ import annotations

import pytest

from portal.approvals.models import ChangeRequest
from tests.e2e.conftest import no_findings, sign_in, sign_out


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_an_owner_is_proposed_by_one_and_approved_by_another(width, dark, world, open_page):
    ChangeRequest.objects.filter(pk=world.ids["approvals"]).update(state="withdrawn")
    page = open_page(width, dark)
    sign_in(page, "architect")
    page.goto("/catalog/ownership/")
    page.get_by_role("link", name="Propose an owner of Budget").click()
    page.get_by_label("System of record").select_option("planning")
    page.get_by_label("From").fill("2024-01-01")
    page.get_by_label("Reason").fill("The budget is written in planning")
    page.get_by_role("button", name="Submit for approval").click()
    page.wait_for_url("**/changes/*/")
    review = page.url
    assert page.get_by_role("link", name="APR-006").is_visible()
    assert page.get_by_role("button", name="Approve").is_disabled()
    no_findings(page)

    sign_out(page)
    sign_in(page, "controller_a")
    page.get_by_role("link", name="System of record of budget: planning from 2024-01-01").click()
    page.wait_for_url(review)
    page.get_by_label("Comment").first.fill("Agrees with the planning manual")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("is approved and in force.").wait_for()
    no_findings(page)
    page.goto("/catalog/ownership/")
    assert page.get_by_text("No owner", exact=True).count() == 0

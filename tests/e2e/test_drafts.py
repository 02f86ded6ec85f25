"""What is typed outlives the session of who typed it, and nobody else sees it."""

from __future__ import annotations

from catalog.models import System
from tests.conftest import PASSWORD
from tests.e2e.conftest import no_findings, sign_in, sign_out

RESTORED = "What you typed before you were signed out stands here again."


def session_ends(page) -> None:
    page.context.clear_cookies(name="tieout")


def drafts(page) -> int:
    return page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:')).length")


def sign_in_here(page, username: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def type_a_system(page) -> None:
    page.goto("/catalog/systems/register/")
    page.get_by_label("Code").fill("treasury")
    page.get_by_label("Name").fill("Treasury workstation")
    page.get_by_label("Kind").select_option("treasury")
    page.get_by_label("Reason").fill("Typed for a long time")


def test_a_form_sent_after_the_session_ended_is_filled_in_again(world, open_page):
    page = open_page(width=390, dark=True)
    sign_in(page, "architect")
    type_a_system(page)
    session_ends(page)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/login/**")
    sign_in_here(page, "architect")
    page.get_by_text(RESTORED).wait_for()
    assert page.get_by_label("Name").input_value() == "Treasury workstation"
    assert page.get_by_label("Kind").input_value() == "treasury"
    no_findings(page)
    page.get_by_role("button", name="Discard it").click()
    assert page.get_by_label("Name").input_value() == ""
    page.reload()
    assert page.get_by_text(RESTORED).count() == 0

    type_a_system(page)
    session_ends(page)
    page.get_by_role("button", name="Register").click()
    sign_in_here(page, "architect")
    page.get_by_text(RESTORED).wait_for()
    page.get_by_role("button", name="Register").click()
    page.get_by_role("heading", name="Treasury workstation").wait_for()
    assert System.objects.filter(code="treasury").exists()
    page.goto("/catalog/systems/register/")
    assert page.get_by_label("Name").input_value() == ""


def test_what_is_typed_is_forgotten_on_leaving_signing_out_and_by_others_and_passwords_never_kept(
    world, open_page
):
    page = open_page()
    sign_in(page, "architect")
    type_a_system(page)
    page.goto("/")
    assert drafts(page) == 0
    type_a_system(page)
    page.get_by_role("button", name="Account of Architect").or_(
        page.locator("details.menu > summary")
    ).first.click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    assert drafts(page) == 0

    sign_in(page, "architect")
    type_a_system(page)
    session_ends(page)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/login/**")
    assert drafts(page) == 1
    sign_in_here(page, "controller_a")
    page.wait_for_url("**/register/")
    assert drafts(page) == 0
    sign_out(page)

    sign_in(page, "sod_admin")
    account = world.users["operator"]
    page.goto(f"/access/accounts/{account.pk}/password/")
    page.get_by_label("New password").fill("staple-battery-4711")
    page.get_by_label("Reason").fill("Starts on Monday")
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert "Starts on Monday" in kept
    assert "staple-battery" not in kept


def test_a_decision_sent_after_the_session_ended_leads_back_to_its_change_with_the_reason(world, open_page):
    page = open_page(width=390)
    sign_in(page, "controller_a")
    review = f"/changes/{world.ids['approvals']}/"
    page.goto(review)
    page.locator("form[action$='/approve/'] textarea").fill("The owner is somebody else.")
    session_ends(page)
    page.get_by_role("button", name="Reject").click()
    page.wait_for_url("**/login/**")
    sign_in_here(page, "controller_a")
    page.get_by_text(RESTORED).wait_for()
    assert page.url.endswith(review)
    reason = page.locator("form[action$='/approve/'] textarea")
    assert reason.input_value() == "The owner is somebody else."
    no_findings(page)


def test_what_was_typed_on_an_older_version_is_refused_and_not_saved_over_the_newer_one(world, open_page):
    page = open_page(width=390, dark=True)
    sign_in(page, "architect")
    system = System.objects.earliest("pk")
    page.goto(f"/catalog/systems/{system.pk}/edit/")
    page.get_by_label("Name").fill("Typed here")
    page.get_by_label("Reason").fill("Typed for a long time")
    session_ends(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/login/**")
    System.objects.filter(pk=system.pk).update(region="Meanwhile")
    sign_in_here(page, "architect")
    page.get_by_text(RESTORED).wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="What changed meanwhile").wait_for()
    no_findings(page)
    assert page.get_by_label("Name").input_value() == "Typed here"
    assert page.get_by_label("Region").input_value() == "Meanwhile"
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Typed here").wait_for()
    assert System.objects.get(pk=system.pk).region == "Meanwhile"

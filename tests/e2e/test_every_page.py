"""Every page in Chromium at both sizes, light and dark: no axe finding, no CSP report, no sideways scroll."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import no_findings, sign_in, sign_out
from tests.factories.web import FRAGMENTS, address, page_names

DOWNLOADS = {
    "mappings:members-export",
    "mappings:rules-export",
    "syncengine:evidence-download",
    "syncengine:run-totals",
}
OPERATED = ("syncengine:quarantine-", "syncengine:run-")
SKIPPED = DOWNLOADS | FRAGMENTS


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_every_page_is_accessible(width, dark, world, open_page):
    page = open_page(width, dark)
    names = [name for name in page_names() if name not in SKIPPED]
    sign_in(page, "architect")
    for name in names:
        if not name.startswith(("access:grant", "access:person-", "audit:", *OPERATED)):
            page.goto(address(name, world))
            no_findings(page)
    sign_out(page)
    sign_in(page, "operator")
    for name in names:
        if name.startswith(OPERATED):
            assert page.goto(address(name, world)).status == 200
            no_findings(page)


def test_the_frame_works_by_keyboard(world, open_page):
    page = open_page()
    sign_in(page, "architect")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/catalog/systems/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalog/systems/*/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("planning li")
    page.get_by_role("option", name="Planning lines").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mappings/sets/*/")


def test_a_filter_survives_the_back_button(world, open_page):
    page = open_page()
    sign_in(page, "architect")
    page.goto("/catalog/systems/")
    page.get_by_role("searchbox", name="Search", exact=True).fill("ledger")
    page.get_by_role("link", name="Planning", exact=True).wait_for(state="detached")
    assert page.url.endswith("?q=ledger")
    page.get_by_role("link", name="Ledger", exact=True).click()
    page.go_back()
    page.get_by_role("navigation", name="Main").wait_for()
    assert page.get_by_role("searchbox", name="Search", exact=True).input_value() == "ledger"


def test_the_portal_works_without_scripts(world, open_page):
    page = open_page(scripts=False)
    sign_in(page, "architect")
    page.goto("/catalog/systems/")
    page.get_by_role("searchbox", name="Search", exact=True).fill("plan")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_role("row").count() == 2
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"

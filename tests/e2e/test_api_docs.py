"""The documentation of the API is found in the user menu and works under the strict policy."""

from __future__ import annotations

import re

from tests.e2e.conftest import sign_in


def test_the_menu_leads_to_the_api_documentation_and_back(world, open_page):
    page = open_page()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    sign_in(page, "architect")
    page.get_by_label("Account of Architect").click()
    page.get_by_role("link", name="API documentation").click()
    page.wait_for_url("**/api/v1/docs/")
    page.get_by_role("heading", name=re.compile("^Tieout")).wait_for()
    operation = page.locator("#operations-systems-systems_list")
    operation.locator("button.opblock-summary-control").click()
    operation.get_by_text("Parameters").first.wait_for()
    assert not refused, refused
    page.get_by_role("link", name="Back to the portal").click()
    page.wait_for_url(re.compile(r"/$"))
    page.get_by_role("heading", name="Close desk").wait_for()


def test_the_documentation_is_dark_in_the_dark_and_in_the_theme_that_was_chosen(world, open_page):
    page = open_page(dark=True)
    sign_in(page, "architect")
    dark, ground = "document.documentElement.className", "getComputedStyle(document.body).backgroundColor"
    page.goto("/api/v1/docs/")
    assert (page.evaluate(dark), page.evaluate(ground)) == ("dark-mode", "rgb(28, 32, 34)")
    page.goto("/")
    page.get_by_label("Switch between light and dark").click()
    page.goto("/api/v1/docs/")
    assert (page.evaluate(dark), page.evaluate(ground)) == ("", "rgb(250, 250, 250)")

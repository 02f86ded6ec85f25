"""The palette with results is a list that a reader of screens can walk."""

from __future__ import annotations

from tests.e2e.conftest import no_findings, sign_in


def test_the_open_palette_has_no_finding_with_results_and_without(world, open_page):
    page = open_page()
    sign_in(page, "architect")
    page.keyboard.press("Control+k")
    page.locator("#palette-results a[role=option]").first.wait_for()
    no_findings(page)
    page.locator("#palette input").fill("API-404")
    page.locator("#palette-results [id^=hit-]").first.wait_for()
    no_findings(page)
    page.locator("#palette input").fill("zzzz")
    page.get_by_text("Nothing found for").wait_for()
    no_findings(page)


def test_one_escape_closes_the_palette_also_after_typing(world, open_page):
    page = open_page()
    sign_in(page, "architect")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('palette').open")
    page.keyboard.press("Control+k")
    page.keyboard.type("API-404")
    page.locator("#palette-results [id^=hit-]").first.wait_for()
    assert page.locator("#palette input").input_value() == "API-404"

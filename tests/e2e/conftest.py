"""Real Chromium over a live server: any console error, CSP report, 5xx or foreign request fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import CHROMIUM, PASSWORD
from tests.factories.web import WebWorld, make_world, with_engine

# Playwright's synchronous API runs an event loop in this thread, where Django refuses queries otherwise.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
OWN = ("http://localhost", "http://127.0.0.1", "data:", "blob:")


def pytest_collection_modifyitems(items):
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def world(transactional_db, users, settings, tmp_path) -> WebWorld:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return with_engine(make_world(users), tmp_path)


@pytest.fixture
def open_page(browser, live_server) -> Iterator[Callable]:
    """open_page(width=1440, dark=False) gives a strict page; what it complained about fails the test."""
    complaints: list[str] = []
    contexts = []

    def start(width: int = 1440, dark: bool = False, scripts: bool = True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900 if width > 1000 else 844},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="UTC",
        )
        contexts.append(context)
        page = context.new_page()
        # A refused form answers 4xx, which Chromium also logs; those are asserted by the tests themselves.
        page.on(
            "console",
            lambda m: (
                complaints.append(f"console: {m.text}")
                if m.type == "error" and "the server responded with a status of 4" not in m.text
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(OWN) else complaints.append(f"foreign {request.url}")
            ),
        )
        return page

    yield start
    for context in contexts:
        context.close()
    assert not complaints, complaints


def sign_in(page, username: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def sign_out(page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def no_findings(page) -> None:
    """No axe finding, and nothing that scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    result = Axe().run(page, options={"runOnly": RULES})
    assert result.violations_count == 0, result.generate_report()
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"{page.url} is {widths[0]} px wide"

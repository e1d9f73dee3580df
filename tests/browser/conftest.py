"""A real browser, a recording service on 127.0.0.1 and a shop on localhost: two sites."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .servers import Collector, Shop, collecting, selling

QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
]


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


# Not for the whole session: another package's tests may start a Playwright of their own in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install the package `chromium`, or set CHROMIUM to the path of one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 1280, "height": 800})
    fresh.set_default_timeout(30_000)  # What is awaited comes in milliseconds: this is for a machine that is busy.
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Every test fails if an error reaches the page, whatever else it looks at."""
    errors: list[str] = []
    context.on("weberror", lambda problem: errors.append(str(problem.error)))
    yield context.new_page()
    assert errors == []


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
def shop() -> Iterator[Shop]:
    with selling() as running:
        yield running

"""What somebody sees whose link does not land at once: on a small phone, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from chalicelib.web import pages

PAGES: dict[str, dict[str, Any]] = {
    "unknown_link.html": {},
    "try_again.html": {},
    "ended_link.html": {"over": True},
    "open_app.html": {"app": "shop://cart", "url": f"https://shop.example/{'long-' * 60}"},
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_small_phone(browser: Browser, name: str, language: str) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 568}, java_script_enabled=False).new_page()
    page.set_content(pages.render(name, language, **PAGES[name]))
    card = page.locator("main").bounding_box()
    assert card and card["x"] >= 0 and card["x"] + card["width"] <= 320
    assert page.locator("html").get_attribute("lang") == language
    for link in page.get_by_role("link").all():
        target = link.bounding_box()
        assert target and target["height"] >= 44 and target["x"] + target["width"] <= 320
    page.context.close()

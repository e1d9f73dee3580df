"""A walk through the console in a browser, on the deployed stack: signing in, and what holds on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.deployed import Deployed, Shop

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 740}


class Walk:
    """Somebody who has signed in for a shop, with a key of the operator's unless another is given."""

    def __init__(self, page: Page, deployed: Deployed, shop: Shop, key: str | None = None) -> None:
        self.page = page
        self.root = f"{deployed.stack.origin}/console"
        page.goto(self.root)
        if key is None:
            page.locator("summary").click()
            page.fill("#advertiser", shop.advertiser)
        page.fill("#key", key or deployed.operator_key)
        page.locator("main button").click()
        page.wait_for_selector("nav.menu")

    def open(self, place: str) -> None:
        """Go to a page by its address below /console/."""
        self.page.goto(f"{self.root}/{place}")

    def check(self, picture: Path | None = None) -> None:
        """Axe finds nothing, and nothing goes sideways, on a desk and on a phone; pictures go beside a given path."""
        for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{self.page.url} is {wide} px too wide for a {name}"
            found: Any = Axe().run(self.page)
            assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"
            if picture:
                self.page.screenshot(path=picture.with_suffix(f".{name}.png"), full_page=True)
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

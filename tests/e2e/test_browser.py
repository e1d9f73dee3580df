"""A visit, its SMS and a STOP as people live them: the real shop, snippet, phone and pages in a browser."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cli.artifact import PROJECT_ROOT
from tests.e2e.conftest import free_port
from tests.e2e.deployed import Deployed, Shop, eventually

PHONE_AGENT = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
SHOP = PROJECT_ROOT / "examples" / "shop"


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Iterator[tuple[Shop, str]]:
    """The demo shop on localhost, which is another site than the service's 127.0.0.1; and its customers' base."""
    port = free_port()
    url = f"http://localhost:{port}"
    opened = deployed.open_shop(origins=[url], cart={"reentry_s": 0})
    with (SHOP / "customers.csv").open(encoding="utf-8", newline="") as file:
        camille = next(csv.DictReader(file))
    opened.opt_in("+33639980001", first_name=camille["first_name"], email=camille["email"])
    command = [sys.executable, str(SHOP / "serve.py"), "--port", str(port)]
    command += ["--origin", deployed.stack.origin, "--site", opened.site]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout and server.stdout.readline().strip().endswith(url)
    yield opened, url
    server.terminate()
    server.wait(10)
    server.stdout.close()


def log_in_and_fill_cart(page: Page, url: str) -> None:
    page.goto(f"{url}/account.html")
    page.get_by_role("button", name=re.compile("Camille")).click()
    page.goto(f"{url}/index.html")
    page.locator("a[href*='product.html']").first.click()
    page.get_by_role("button", name=re.compile("panier", re.IGNORECASE)).first.click()


def followed(shop: Shop, **events: int) -> None:
    """Wait until all that the browser sent has been followed: what comes late says that the visitor is still there."""
    names = {f"event.{name}": number for name, number in events.items()}
    eventually(lambda: names.items() <= shop.counts().items())


def screenshot(page: Page, directory: Path, name: str) -> None:
    page.screenshot(path=directory / f"{name}.png", full_page=True)


def test_from_the_shop_to_the_phone_and_back(
    deployed: Deployed, shop: tuple[Shop, str], page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    opened, url = shop
    # A browser without a screen says so, and is taken for the machine that it is.
    context.set_extra_http_headers({"User-Agent": PHONE_AGENT})
    page.goto(url)
    page.get_by_role("button", name=re.compile("accept", re.IGNORECASE)).first.click()
    log_in_and_fill_cart(page, url)
    followed(opened, page_view=4, view_item=1, add_to_cart=1)
    deployed.pass_minutes(46)
    eventually(lambda: opened.counts().get("message.sent") == 1)

    phone = context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(f"{deployed.stack.origin}/phone")
    sms = phone.locator("#thread li").last
    expect(sms).to_contain_text("Camille")
    screenshot(phone, tmp_path, "phone")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    with context.expect_page() as opening:
        sms.locator("a").first.click()
    landed = opening.value
    expect(landed).to_have_url(re.compile(re.escape(f"{url}/product.html") + r"\?id=\w+.*utm_source=relance"))
    expect(landed).not_to_have_url(re.compile("rl_click"))
    eventually(lambda: opened.counts().get("click.person") == 1)

    # The browser remembers the click on its next page, and what it buys there is put down to the SMS.
    landed.goto(f"{url}/index.html")
    remembered = {cookie["name"]: cookie["value"] for cookie in context.cookies(url)}["_relance_click"]
    order = {"transaction_id": "e2e-1", "value": 89, "currency": "EUR"}
    landed.evaluate("order => relance('track', 'purchase', order)", order)
    eventually(lambda: opened.counts().get("revenue.unconfirmed.EUR") == 89_000_000)
    confirmed = order | {"channel": "web", "click_id": remembered}
    path = f"/v1/sites/{opened.site}/conversions"
    assert deployed.admin("POST", path, confirmed, key=opened.secret).status == 202
    eventually(lambda: opened.counts().get("revenue.confirmed.EUR") == 89_000_000)
    assert opened.counts()["revenue.unconfirmed.EUR"] == 0

    way_out = sms.locator("a").last.get_attribute("href")
    assert way_out
    leaving = context.new_page()
    leaving.set_viewport_size({"width": 390, "height": 844})
    leaving.goto(way_out)
    screenshot(leaving, tmp_path, "unsubscribe")
    leaving.get_by_role("button").click()
    expect(leaving.get_by_role("status")).to_contain_text("Lumen")
    screenshot(leaving, tmp_path, "unsubscribed")
    assert opened.counts()["opposed.unsubscribe"] == 1

    page.bring_to_front()
    followed(opened, page_view=6, view_item=2)
    deployed.pass_minutes(60)
    # What a browser tells is of its own clock: without this the cart would be filled a minute after the purchase.
    context.clock.set_system_time(datetime.fromtimestamp(deployed.services.clock.now() / 1000, UTC))
    log_in_and_fill_cart(page, url)
    followed(opened, page_view=9, view_item=3, add_to_cart=2)
    deployed.pass_minutes(46)
    eventually(lambda: opened.counts().get("message.refused.opposed") == 1)


def test_a_stop_typed_on_the_phone_is_recorded(deployed: Deployed, page: Page, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    visitor.message("sent")
    page.goto(f"{deployed.stack.origin}/phone")
    page.get_by_role("link", name=phone).click()
    page.get_by_role("textbox").fill("STOP")
    page.get_by_role("button").click()
    expect(page.locator("#thread li.in")).to_contain_text("STOP")
    eventually(lambda: shop.counts().get("opposed.stop") == 1)


def test_the_pixel_is_an_image_for_a_browser(deployed: Deployed, page: Page) -> None:
    page.set_content(f"<img src='{deployed.stack.origin}/p.gif?s=whatever'>")
    page.wait_for_function("document.images[0].complete")
    assert page.evaluate("[document.images[0].naturalWidth, document.images[0].naturalHeight]") == [1, 1]


def test_pages_work_without_scripts(deployed: Deployed, page: Page, phone: str) -> None:
    shop = deployed.open_shop()
    visitor = shop.left_cart(phone)
    deployed.pass_minutes(46)
    visitor.message("sent")
    code = deployed.sms_to(phone).split("/u/")[-1]
    assert page.context.browser
    plain = page.context.browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    leaving = plain.new_page()
    leaving.goto(f"{deployed.stack.origin}/u/{code}")
    leaving.get_by_role("button").click()
    expect(leaving.get_by_role("status")).to_be_visible()
    plain.close()

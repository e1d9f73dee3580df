"""A page that embeds the snippet, and what can be seen of it."""

import hashlib
from typing import Any

from playwright.sync_api import Page

from .servers import Collector, Request, Shop

CLICK = "clk_0123456789abcdef"
# Beacons go by connections of their own, and the last that was sent may be the first that is read.
COUNT_BEACONS = """(() => {
    const send = Navigator.prototype.sendBeacon
    if (!send || 'beacons' in window) return
    window.beacons = 0
    Navigator.prototype.sendBeacon = function (...given) {
        const taken = send.apply(this, given)
        window.beacons += taken
        return taken
    }
})()"""


def embed(origin: str, *commands: str, init: str = "'site-1'", copies: int = 1) -> str:
    """The code that shops are given, then their own commands, before the snippet had time to load."""
    code = f"""
      <script>window.relance=window.relance||function(){{(relance.q=relance.q||[]).push(arguments)}};
      relance('init',{init});</script>
      <script async src="{origin}/t.js?v=1"></script>"""
    own = "".join(f"<script>{command}</script>" for command in commands)
    return f"<!doctype html><title>Shop</title>{code * copies}{own}<p>Bonjour</p>"


def visit(page: Page, shop: Shop, origin: str, *commands: str, path: str = "/", **options: Any) -> None:
    shop.html = embed(origin, *commands, **options)
    page.add_init_script(COUNT_BEACONS)
    page.goto(shop.url + path)
    page.wait_for_function("window.relance.loaded")


def nothing_more_comes(page: Page, collector: Collector) -> list[Request]:
    """What was recorded once the page had its turns, left, and every beacon of its document and one of our own came."""
    page.evaluate("async () => { for (let i = 0; i < 3; i++) await new Promise(done => setTimeout(done)) }")
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    sent = page.evaluate("url => { navigator.sendBeacon(url); return window.beacons }", collector.url + "/last")
    collector.wait_until(lambda: "/last" in collector.posted() and len(collector.posted()) >= sent)
    return [request for request in collector.tracking() if request.path != "/last"]


def stored(page: Page) -> int:
    count = page.evaluate("""async () => localStorage.length + sessionStorage.length
        + (await indexedDB.databases()).length + (await caches.keys()).length""")
    assert isinstance(count, int)
    return count


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""The service's own cookie in a real browser: two shops on one site, the collector itself on another."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from chalicelib.web import collect as edge
from tests.support import gateway
from tests.support.network import enable, member
from tests.support.shop import Shop as Member
from tests.support.world import World

from .conftest import QUIET, chromium
from .embedding import embed
from .servers import GPC, PATIENCE_SECONDS, Collector, Quiet, Request, Shop, running, selling

GRANT = "relance('consent', 'grant', {network: true})"


@pytest.fixture
def service(world: World) -> Iterator[Collector]:
    """The collector's own edge behind a port; what it answered is in `requests`, as headers."""
    enable(world)
    seen = Collector(url="", answering=threading.Event())
    one_at_a_time = threading.Lock()

    class Handler(Quiet):
        def answered(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = dict(self.headers.items())
            asked = gateway.post("/e", body, headers=headers) if self.command == "POST" else gateway.get("/t.js")
            with one_at_a_time:
                answer = edge.handle(asked, world.services)
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer["body"].encode())
            if self.command == "POST":
                kept = {name.lower(): value for name, value in headers.items()}
                kept["answer"] = json.dumps(answer["headers"])
                seen.record(Request("POST", "/e", {}, kept, body.encode()))

        do_GET = do_POST = answered

    with running(Handler) as port:
        seen.url = f"http://127.0.0.1:{port}"
        yield seen


@pytest.fixture
def shops(world: World, service: Collector) -> Iterator[list[tuple[Member, Shop]]]:
    with selling() as first, selling() as second:
        opened = []
        for pages in (first, second):
            shop = member(world)
            shop.site = replace(shop.site, origins=(pages.url,))
            world.services.advertisers.save_site(shop.site)
            opened.append((shop, pages))
        yield opened


def profile(browser: Browser, path: Path, *, blocked: bool) -> BrowserContext:
    """A profile that is set to let other sites' cookies through, or to block them: what browsers do unasked differs."""
    settings = {"cookie_controls_mode": int(blocked), "block_third_party_cookies": blocked}
    (path / "Default").mkdir()
    (path / "Default" / "Preferences").write_text(json.dumps({"profile": settings}))
    return browser.browser_type.launch_persistent_context(path, executable_path=chromium(), args=QUIET)


@pytest.fixture
def context(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """For `page`: other sites' cookies are let through."""
    allowing = profile(browser, tmp_path, blocked=False)
    allowing.set_default_timeout(30_000)
    yield allowing
    allowing.close()


def visit(
    page: Page, shops: list[tuple[Member, Shop]], number: int, service: Collector, command: str
) -> dict[str, Any]:
    """A page of a shop says `command` and puts something in the cart; what came of it at the service."""
    shop, pages = shops[number]
    pages.html = embed(service.url, command, "relance('track', 'add_to_cart', {})", init=f"'{shop.site.id}'")
    before = len(service.requests)
    page.goto(pages.url)
    page.wait_for_function("window.relance.loaded")
    service.wait_until(lambda: len(service.requests) > before)
    request = service.requests[-1]
    return {
        "body": json.loads(request.body),
        "cookie": request.headers.get("cookie"),
        "set": json.loads(request.headers["answer"]).get("Set-Cookie"),
    }


def ours(page: Page) -> list[str]:
    return [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "rl_n"]


def wait_for_cookies(page: Page, count: int) -> None:
    """A beacon's answer reaches the browser some time after it was given."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(ours(page)) != count:
        assert time.monotonic() < deadline, "the cookie stayed as it was"
        page.evaluate("new Promise(done => setTimeout(done))")


def test_one_cookie_goes_to_every_shop_that_asked_and_a_refusal_ends_it(
    page: Page, world: World, shops: list[tuple[Member, Shop]], service: Collector
) -> None:
    first = visit(page, shops, 0, service, GRANT)
    assert first["cookie"] is None and first["set"]
    wait_for_cookies(page, 1)
    (value,) = ours(page)
    second = visit(page, shops, 1, service, GRANT)
    assert second["cookie"] == f"rl_n={value}" and second["set"] is None
    assert len({event["network"] for event in world.of_type("event")}) == 1

    refused = len(service.requests)
    page.evaluate("relance('consent', 'deny')")
    service.wait_until(lambda: len(service.requests) > refused)
    said = json.loads(service.requests[-1].body)
    assert said == {"site": shops[1][0].site.id, "consent": "deny", "network": "deny", "events": []}
    page.wait_for_function("!document.cookie.includes('_relance')")
    wait_for_cookies(page, 0)


def test_a_grant_without_it_on_a_later_page_takes_it_back(
    page: Page, shops: list[tuple[Member, Shop]], service: Collector
) -> None:
    visit(page, shops, 0, service, GRANT)
    wait_for_cookies(page, 1)
    visit(page, shops, 0, service, "relance('consent', 'grant')")
    service.wait_until(lambda: [message.get("network") for message in service.messages()] == ["grant", "deny", None])
    wait_for_cookies(page, 0)


def test_a_consent_tools_yes_leaves_it_as_it_was_and_its_no_ends_it(
    page: Page, shops: list[tuple[Member, Shop]], service: Collector
) -> None:
    assert visit(page, shops, 0, service, "relance('answered', true)")["set"] is None
    visit(page, shops, 0, service, GRANT)
    wait_for_cookies(page, 1)
    again = visit(page, shops, 0, service, "relance('answered', true)")
    assert again["body"]["network"] == "grant" and again["cookie"]
    page.evaluate("relance('answered', false, true)")
    wait_for_cookies(page, 0)


@pytest.mark.parametrize("prepare", [None, GPC])
def test_without_its_consent_there_is_none(
    page: Page, shops: list[tuple[Member, Shop]], service: Collector, prepare: str | None
) -> None:
    if prepare:
        page.add_init_script(prepare)
        shop, pages = shops[0]
        pages.html = embed(service.url, GRANT, init=f"'{shop.site.id}'")
        page.goto(pages.url)
        page.wait_for_function("window.relance.loaded")
    else:
        assert visit(page, shops, 0, service, "relance('consent', 'grant')")["set"] is None
    assert ours(page) == []
    assert "_relance_n" not in page.evaluate("document.cookie")


def test_where_third_party_cookies_are_blocked_nothing_breaks(
    world: World, shops: list[tuple[Member, Shop]], service: Collector, browser: Browser, tmp_path: Path
) -> None:
    blocking = profile(browser, tmp_path, blocked=True)
    page = blocking.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda problem: errors.append(str(problem)))
    for number in (0, 1, 0):
        seen = visit(page, shops, number, service, GRANT)
        assert seen["cookie"] is None and seen["body"]["network"] == "grant"
    assert (ours(page), errors) == ([], [])
    events = world.of_type("event")
    assert {event["name"] for event in events} == {"page_view", "add_to_cart"}
    page.evaluate("relance('consent', 'deny')")
    page.wait_for_function("!document.cookie.includes('_relance')")
    blocking.close()

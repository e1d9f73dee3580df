"""The snippet in a real browser: what leaves the page, when, and what never does."""

import gzip
import json
import re
import socket
import time

import pytest
from playwright.sync_api import BrowserContext, Page

from .embedding import CLICK, embed, nothing_more_comes, sha256, stored, visit
from .servers import GPC, SNIPPET, Collector, Shop, params_of

THIRTEEN_MONTHS = 395 * 24 * 3600
ID = re.compile(r"^[A-Za-z0-9_-]{22}$")

WITHOUT_BEACON = "Object.defineProperty(Navigator.prototype, 'sendBeacon', {value: undefined})"
REFUSED_BEACON = "Object.defineProperty(Navigator.prototype, 'sendBeacon', {value: () => false})"

PAGEHIDE = "dispatchEvent(new Event('pagehide'))"
HIDDEN = """Object.defineProperty(document, 'hidden', {value: true});
    document.dispatchEvent(new Event('visibilitychange'))"""


# --- Weight and loading ---


def test_weighs_less_than_5_kb_compressed() -> None:
    assert len(gzip.compress(SNIPPET.read_bytes())) < 5000


def test_page_works_with_the_service_down(page: Page, shop: Shop) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        shop.html = embed(f"http://127.0.0.1:{unused.getsockname()[1]}", "relance('consent', 'grant')")
        page.goto(shop.url)
        page.evaluate("relance('track', 'view_item', {value: 1})")
    assert page.inner_text("p") == "Bonjour"


def test_page_does_not_wait_for_the_snippet(page: Page, shop: Shop, collector: Collector) -> None:
    collector.answering.clear()
    shop.html = embed(collector.url, "relance('consent', 'grant')")
    page.goto(shop.url, wait_until="domcontentloaded")
    assert page.inner_text("p") == "Bonjour"
    assert not page.evaluate("Boolean(relance.loaded)")
    collector.answering.set()
    collector.wait_for_event("page_view")


def test_two_embeds_are_one(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')", copies=2)
    page.add_script_tag(url=collector.url + "/t.js?third")
    page.evaluate("relance('track', 'view_item', {})")
    collector.wait_for_event("view_item")
    nothing_more_comes(page, collector)
    assert collector.event_names() == ["page_view", "view_item"]


def test_works_behind_a_stage_prefix(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url + "/local", "relance('consent', 'grant')")
    collector.wait_for_event("page_view")
    assert [request.path for request in collector.requests] == ["/local/t.js", "/local/e"]


@pytest.mark.parametrize(
    "command",
    [
        "relance('track', 'x', (() => { const loop = {}; loop.self = loop; return loop })())",
        "relance('track', 'x', {price: 1n})",
        "relance('identify')",
        "relance('identify', {email: {}, phone: []})",
        "relance('unknown', 1)",
        "relance()",
    ],
)
def test_misuse_stays_without_consequence(page: Page, shop: Shop, collector: Collector, command: str) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')", command)
    page.evaluate("relance('track', 'view_item', {})")
    collector.wait_for_event("view_item")


# --- Consent ---


def test_nothing_before_the_grant(page: Page, context: BrowserContext, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "relance('identify', {email: 'camille@example.com'}); relance('track', 'view_item', {value: 1})",
        path=f"/?rl_click={CLICK}",
    )
    assert nothing_more_comes(page, collector) == []
    assert context.cookies() == []
    assert stored(page) == 0


def test_what_waited_goes_when_granted(page: Page, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "relance('track', 'view_item', {value: 1}); relance('identify', {email: 'camille@example.com'})",
        path="/lampes?couleur=bleue",
    )
    tracked_by = time.time() * 1000
    page.evaluate("location.hash = 'ailleurs'; history.replaceState(null, '', '/ailleurs')")
    page.wait_for_function(f"Date.now() > {tracked_by + 5}")
    page.evaluate("relance('consent', 'grant')")
    message = collector.wait_for_event("view_item")
    events = message["events"]
    assert [event["event"] for event in events] == ["page_view", "view_item", "identify"]
    assert events[1]["params"] == {"value": 1, "page_location": f"{shop.url}/lampes?couleur=bleue"}
    assert events[0]["time"] <= events[1]["time"] <= tracked_by, "the time of the event, not of the sending"
    assert message["ids"] == {"email_sha256": sha256("camille@example.com")}


def test_memory_before_consent_is_bounded(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url)
    page.evaluate("for (let n = 0; n < 300; n++) relance('track', 'view_item', {n})")
    page.evaluate("relance('consent', 'grant')")
    collector.wait_until(lambda: len(collector.events()) == 100)
    assert "page_view" in collector.event_names()
    assert {event["params"].get("n") for event in collector.events()} == {None, *range(201, 300)}


def test_deny_forgets_and_silences_until_a_later_grant(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')", path=f"/?rl_click={CLICK}")
    first = collector.wait_for_event("page_view")
    page.evaluate("""relance('identify', {email: 'camille@example.com'}); relance('track', 'add_to_cart', {});
        relance('consent', 'deny');
        relance('identify', {customer_id: 7}); relance('track', 'view_item', {});""")
    assert len(nothing_more_comes(page, collector)) == 1
    assert context.cookies() == []

    page.evaluate("relance('consent', 'grant'); relance('track', 'begin_checkout', {})")
    later = collector.wait_for_event("begin_checkout")
    assert collector.event_names() == ["page_view", "begin_checkout"]
    assert "ids" not in later
    assert later["visitor"] != first["visitor"]


def test_a_refusal_in_one_tab_holds_in_the_others(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    visit(page, shop, collector.url, "relance('consent','grant')")
    collector.wait_until(lambda: bool(collector.tracking()))
    other = context.new_page()
    visit(other, shop, collector.url, "relance('consent','deny')")
    before = len(collector.tracking())
    page.evaluate("relance('track', 'add_to_cart', {})")
    assert len(nothing_more_comes(page, collector)) == before


def test_deny_before_any_grant_drops_what_waited(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('track', 'view_item', {})", "relance('consent', 'deny')")
    page.evaluate("relance('consent', 'grant')")
    collector.wait_for_event("page_view")
    nothing_more_comes(page, collector)
    assert collector.event_names() == ["page_view"]


def test_an_unknown_answer_is_a_refusal(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'granted')", "relance('consent')")
    assert nothing_more_comes(page, collector) == []


def test_global_privacy_control_outranks_a_grant(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    context.add_cookies([{"name": "_relance", "value": "a" * 22, "url": shop.url}])
    context.add_init_script(GPC)
    visit(page, shop, collector.url, "relance('consent', 'grant')", "relance('track', 'view_item', {})")
    assert nothing_more_comes(page, collector) == []
    assert context.cookies() == [], "a cookie of before the refusal goes too"


def test_cookie_of_a_granted_visitor(page: Page, context: BrowserContext, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    message = collector.wait_for_event("page_view")
    [cookie] = context.cookies()
    assert cookie["name"] == "_relance"
    assert cookie["value"] == message["visitor"]
    assert ID.match(cookie["value"])
    assert (cookie["domain"], cookie["path"]) == ("localhost", "/")
    assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("Lax", False, False)
    assert THIRTEEN_MONTHS - 60 < cookie["expires"] - time.time() <= THIRTEEN_MONTHS + 1


def test_cookie_is_kept_and_not_prolonged(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    ends = int(time.time()) + 3600
    context.add_cookies([{"name": "_relance", "value": "b" * 22, "url": shop.url, "expires": ends}])
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    assert collector.wait_for_event("page_view")["visitor"] == "b" * 22
    [cookie] = context.cookies()
    assert round(cookie["expires"]) == ends


def test_cookie_is_secure_on_https(page: Page, context: BrowserContext) -> None:
    html = embed("https://service.test", "relance('consent', 'grant')")
    context.route("https://shop.test/", lambda route: route.fulfill(body=html, content_type="text/html"))
    context.route("https://service.test/**", lambda route: route.fulfill(path=SNIPPET))
    page.goto("https://shop.test/")
    page.wait_for_function("document.cookie")
    [cookie] = context.cookies()
    assert cookie["secure"] is True


# --- Events on the wire ---


def test_events_of_a_task_are_one_simple_request(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')", path="/p?id=1&rl_click=short#top")
    collector.wait_for_event("page_view")
    before = time.time() * 1000
    page.evaluate("""() => {
        const params = {value: 129, currency: 'EUR', items: [{item_id: 'a', item_name: 'Cœur de chêne'}]};
        relance('track', 'view_item', params);
        params.items[0].item_name = 'changed afterwards';
        relance('track', 'add_to_cart', {page_location: 'https://given.example/'});
    }""")
    message = collector.wait_for_event("add_to_cart")
    assert set(message) == {"site", "visitor", "consent", "events"}
    assert (message["site"], message["consent"]) == ("site-1", "grant")
    view, add = message["events"]
    assert set(view) == {"id", "event", "time", "params"}
    assert view["params"] == {
        "page_location": f"{shop.url}/p?id=1",
        "value": 129,
        "currency": "EUR",
        "items": [{"item_id": "a", "item_name": "Cœur de chêne"}],
    }
    assert add["params"] == {"page_location": "https://given.example/"}
    assert ID.match(view["id"]) and ID.match(add["id"]) and view["id"] != add["id"]
    assert isinstance(view["time"], int) and before - 2000 < view["time"] <= time.time() * 1000 + 2000

    nothing_more_comes(page, collector)
    sent = [request for request in collector.requests if request.path == "/e"]
    assert len(sent) == 2
    assert all(request.headers["content-type"].startswith("text/plain") for request in sent)
    assert {request.method for request in collector.requests} == {"GET", "POST"}, "no preflight"


def test_at_most_50_events_a_request(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    page.evaluate("for (let n = 0; n < 120; n++) relance('track', 'view_item', {n})")
    collector.wait_until(lambda: len(collector.events()) == 121)
    assert max(len(message["events"]) for message in collector.messages()) <= 50
    assert len({event["id"] for event in collector.events()}) == 121


def test_big_batches_are_split(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    collector.wait_for_event("page_view")
    # Accents count twice in UTF-8: 30 events of 1,600 characters and 3,200 bytes.
    page.evaluate("for (let n = 0; n < 30; n++) relance('track', 'view_item', {n, text: 'é'.repeat(1600)})")

    # The browser caps what is in flight: what its beacons do not take goes by pixels.
    def came() -> list[int]:
        params = [event["params"] for event in collector.events()] + list(map(params_of, collector.pixels()))
        return sorted(each["n"] for each in params if "n" in each)

    collector.wait_until(lambda: len(came()) == 30)
    assert came() == list(range(30))
    sizes = [len(request.body) for request in collector.requests if request.path == "/e"]
    assert 30_000 < max(sizes) <= 60_000


@pytest.mark.parametrize("beacon", [WITHOUT_BEACON, REFUSED_BEACON], ids=["absent", "refused"])
def test_pixels_when_beacons_do_not_go(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector, beacon: str
) -> None:
    context.add_init_script(beacon)
    params = {
        "value": 64.5,
        "items": [{"item_name": "Théière « Cœur » ☕ à l'aube ~?>"}],
        "page_location": "p",
    }
    visit(
        page,
        shop,
        collector.url,
        "relance('consent', 'grant')",
        f"relance('track', 'add_to_cart', {json.dumps(params)})",
    )
    collector.wait_until(lambda: len(collector.pixels()) == 2)
    [cookie] = context.cookies()
    pixel = next(request for request in collector.pixels() if request.query["e"] == "add_to_cart")
    assert set(pixel.query) == {"s", "e", "v", "id", "t", "c", "p"}
    assert (pixel.query["s"], pixel.query["c"], pixel.query["v"]) == ("site-1", "grant", cookie["value"])
    assert ID.match(pixel.query["id"])
    assert abs(int(pixel.query["t"]) - time.time() * 1000) < 10_000
    assert re.fullmatch(r"[A-Za-z0-9_-]+", pixel.query["p"])
    assert params_of(pixel) == params
    assert collector.messages() == []


def test_what_is_tracked_while_leaving_still_goes(page: Page, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "addEventListener('pagehide', () => relance('track', 'leaving', {}))",
        "relance('consent', 'grant')",
    )
    collector.wait_for_event("page_view")
    page.goto("about:blank")
    collector.wait_for_event("leaving")


@pytest.mark.parametrize("last_sign", [PAGEHIDE, HIDDEN], ids=["pagehide", "hidden"])
def test_what_is_pending_goes_at_the_last_sign(page: Page, shop: Shop, collector: Collector, last_sign: str) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    collector.wait_for_event("page_view")
    page.evaluate(f"relance('track', 'view_item', {{}}); {last_sign}; relance('track', 'add_to_cart', {{}})")
    collector.wait_for_event("add_to_cart")
    assert [event["event"] for event in collector.wait_for_event("view_item")["events"]] == ["view_item"]

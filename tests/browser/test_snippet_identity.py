"""Whom the snippet says that a visitor is: hashed in the browser, or by the click that brought the visitor."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

from .embedding import CLICK, nothing_more_comes, sha256, visit
from .servers import Collector, Shop

# The first hash is slow, the next ones are not.
SLOW_HASH = """
    const digest = SubtleCrypto.prototype.digest;
    let delay = 50;
    SubtleCrypto.prototype.digest = async function (...args) {
        await new Promise(done => { setTimeout(done, delay); delay = 0; });
        return digest.apply(this, args);
    }"""


# --- Identifiers ---

CAMILLE = "+33639980001"
SPELLINGS = [
    ("phone", "06 39 98 00 01", CAMILLE, "FR"),
    ("phone", "06.39.98.00.01", CAMILLE, "FR"),
    ("phone", "06-39-98-00-01", CAMILLE, "FR"),
    ("phone", "06\u00a039\u202f98\u00a000\u00a001", CAMILLE, "FR"),
    ("phone", "(06) 39 98 00 01", CAMILLE, "FR"),
    ("phone", "+33639980001", CAMILLE, "FR"),
    ("phone", "+33 (0)6 39 98 00 01", CAMILLE, "FR"),
    ("phone", "+33 06 39 98 00 01", CAMILLE, "FR"),
    ("phone", "0033 6 39 98 00 01", CAMILLE, "FR"),
    ("phone", "0033 (0)6 39 98 00 01", CAMILLE, "FR"),
    ("phone", "+33 6 39 98 00 01", CAMILLE, "BE"),
    ("phone", "07700 900123", "+447700900123", "gb"),
    ("phone", "(415) 555-0132", "+14155550132", "US"),
    ("phone", "1-415-555-0132", "+14155550132", "US"),
    ("phone", "+49 (0)171 3920012", "+491713920012", "FR"),
    ("email", "  Camille@Example.COM ", "camille@example.com", "FR"),
    ("email", "\u00a0camille@example.com\t", "camille@example.com", "FR"),
    ("email", "ÉLISE@example.com", "élise@example.com", "FR"),
]


@pytest.mark.parametrize(("kind", "given", "normal", "country"), SPELLINGS)
def test_spellings_have_one_hash(
    page: Page, shop: Shop, collector: Collector, kind: str, given: str, normal: str, country: str
) -> None:
    init = "'site-1'" if country == "FR" else f"'site-1', {{country: '{country}'}}"
    identify = f"relance('identify', {json.dumps({kind: given})})"
    visit(page, shop, collector.url, "relance('consent', 'grant')", identify, init=init)
    assert collector.wait_for_event("identify")["ids"] == {f"{kind}_sha256": sha256(normal)}


def test_plain_values_never_leave_the_page(page: Page, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "relance('consent', 'grant')",
        "relance('identify', {email: 'Camille@example.com', phone: '06 39 98 00 01'})",
    )
    page.evaluate("relance('identify', {email: 'malik@example.org', phone: '+33639980002'})")
    page.evaluate("relance('track', 'view_item', {})")
    collector.wait_for_event("view_item")
    nothing_more_comes(page, collector)
    everything = " ".join(request.everything() for request in collector.requests).lower()
    for plain in ("camille", "malik", "example.com", "example.org", "39980001", "39 98 00 01", "39980002"):
        assert plain not in everything
    assert sha256("malik@example.org") in everything


def test_plain_values_are_dropped_where_they_cannot_be_hashed(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    visit(
        page,
        shop,
        collector.url,
        "relance('consent', 'grant')",
        "relance('identify', {email: 'camille@example.com', phone: '0639980001', customer_id: 'c-7'})",
    )
    assert collector.wait_for_event("identify")["ids"] == {"customer_id": "c-7"}


def test_identifiers_accumulate_and_come_with_every_later_request(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    context.add_init_script(SLOW_HASH)
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    assert "ids" not in collector.wait_for_event("page_view")

    page.evaluate("relance('identify', {customer_id: 42}); relance('track', 'view_item', {})")
    message = collector.wait_for_event("view_item")
    assert message["ids"] == {"customer_id": "42"}
    assert [event["event"] for event in message["events"]] == ["identify", "view_item"]
    assert message["events"][0]["params"] == {}

    page.evaluate(
        """hash => { relance('identify', {phone: '06 39 98 00 01', email_sha256: hash});
        relance('track', 'add_to_cart', {}) }""",
        sha256("camille@example.com").upper(),
    )
    message = collector.wait_for_event("add_to_cart")
    assert [event["event"] for event in message["events"]] == ["identify", "add_to_cart"]
    email = sha256("camille@example.com")
    known = {"customer_id": "42", "phone_sha256": sha256(CAMILLE), "email_sha256": email}
    assert message["ids"] == known

    page.evaluate("relance('track', 'begin_checkout', {})")
    assert collector.wait_for_event("begin_checkout")["ids"] == known


def test_the_last_identify_wins_though_its_hash_comes_first(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    context.add_init_script(SLOW_HASH)
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    page.evaluate("""relance('identify', {email: 'camille@example.com'});
        relance('identify', {email: 'malik@example.org'}); relance('track', 'view_item', {})""")
    assert collector.wait_for_event("view_item")["ids"] == {"email_sha256": sha256("malik@example.org")}


def test_what_is_no_hash_is_not_sent_as_one(page: Page, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "relance('consent', 'grant')",
        "relance('identify', {email_sha256: 'camille@example.com', phone_sha256: '0639980001', phone: '12'})",
    )
    assert "ids" not in collector.wait_for_event("identify")


def test_a_refusal_beats_a_hash_on_its_way(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector
) -> None:
    context.add_init_script(SLOW_HASH)
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    collector.wait_for_event("page_view")
    page.evaluate("""relance('identify', {email: 'camille@example.com'});
        relance('consent', 'deny'); relance('consent', 'grant'); relance('track', 'view_item', {})""")
    message = collector.wait_for_event("view_item")
    assert "ids" not in message
    assert [event["event"] for event in message["events"]] == ["view_item"]


def test_form_fields_are_not_read(page: Page, shop: Shop, collector: Collector) -> None:
    visit(
        page,
        shop,
        collector.url,
        "relance('consent', 'grant')",
        "document.write('<form><input name=email value=camille@example.com></form>')",
    )
    collector.wait_for_event("page_view")
    page.fill("input", "malik@example.org")
    page.evaluate("relance('track', 'view_item', {})")
    assert "ids" not in collector.wait_for_event("view_item")


# --- Landing from an SMS ---


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (f"?rl_click={CLICK}", ""),
        (f"?a=b%20c&rl_click={CLICK}&flag", "?a=b%20c&flag"),
        (f"?rl_click={CLICK}&a=1&a=2", "?a=1&a=2"),
    ],
)
def test_click_leaves_the_address_and_goes_with_the_grant(
    page: Page, shop: Shop, collector: Collector, query: str, left: str
) -> None:
    visit(page, shop, collector.url, "history.replaceState({kept: 1}, '')", path=f"/p{query}#top")
    assert page.url == f"{shop.url}/p{left}#top"
    assert page.evaluate("history.state") == {"kept": 1}
    assert nothing_more_comes(page, collector) == []

    page.evaluate("relance('consent', 'grant')")
    message = collector.wait_for_event("page_view")
    assert message["ids"] == {"click_id": CLICK}
    assert message["events"][0]["params"] == {"page_location": f"{shop.url}/p{left}"}
    page.evaluate("relance('track', 'view_item', {})")
    assert collector.wait_for_event("view_item")["ids"] == {"click_id": CLICK}


@pytest.mark.parametrize("click", ["short", "x" * 65, "0123456789abcdef%3C", ""])
def test_what_is_no_click_is_only_removed(page: Page, shop: Shop, collector: Collector, click: str) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')", path=f"/?rl_click={click}")
    assert "ids" not in collector.wait_for_event("page_view")
    assert page.url == shop.url + "/"

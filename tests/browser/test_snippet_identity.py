"""Whom the snippet says that a visitor is: hashed in the browser, or by the click that brought the visitor."""

import json
from pathlib import Path

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
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "identifiers.json").read_text())["vectors"]
COUNTRIES = sorted({vector["country"] for vector in VECTORS})


@pytest.mark.parametrize("country", COUNTRIES)
def test_spellings_have_one_hash(page: Page, shop: Shop, collector: Collector, country: str) -> None:
    """The server's side of the same vectors is in tests/audience/test_normalise.py."""
    visit(page, shop, collector.url, "relance('consent', 'grant')", init=f"'site-1', {{country: '{country}'}}")
    for vector in (vector for vector in VECTORS if vector["country"] == country):
        sent = len(collector.events())
        page.evaluate("relance('consent', 'deny'); relance('consent', 'grant')")  # forgets the one before
        page.evaluate("([kind, given]) => relance('identify', {[kind]: given})", [vector["kind"], vector["given"]])
        collector.wait_until(lambda known=sent: "identify" in collector.event_names()[known:])  # type: ignore[misc]
        expected = {f"{vector['kind']}_sha256": vector["sha256"]} if vector["sha256"] else None
        assert collector.messages()[-1].get("ids") == expected, vector


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


# --- Opt-in: the one place where a plain phone leaves the page, because the shop's form hands it over ---

OPT_IN = {
    "phone": "06 39 98 00 01",
    "email": "camille@example.com",
    "sms_marketing": True,
    "matching": False,
    "wording": "checkout-3",
    "fields": {"city": "Lyon"},
    "password": "never sent",
}


def test_the_shops_own_form_opts_in(page: Page, shop: Shop, collector: Collector) -> None:
    collector.opt_in_answer = {"request": "opt_1"}
    visit(page, shop, collector.url, "relance('consent', 'grant')", path="/caisse?panier=1")
    visitor = collector.wait_for_event("page_view")["visitor"]
    answer = page.evaluate("values => new Promise(done => relance('optin', values, done))", OPT_IN)
    assert answer == {"request": "opt_1"}
    (request,) = [r for r in collector.requests if r.path == "/optin"]
    assert request.headers["content-type"] == "text/plain"
    told = {name: value for name, value in OPT_IN.items() if name != "password"}
    page_location = f"{shop.url}/caisse?panier=1"
    assert json.loads(request.body) == told | {
        "site": "site-1",
        "country": "FR",
        "visitor": visitor,
        "page": page_location,
    }


def test_an_opt_in_needs_no_tracking(page: Page, context: BrowserContext, shop: Shop, collector: Collector) -> None:
    collector.opt_in_answer = {"errors": [{"field": "phone", "rule": "mobile", "message": "not a mobile"}]}
    visit(page, shop, collector.url, "relance('consent', 'deny')")
    answer = page.evaluate("values => new Promise(done => relance('optin', values, done))", OPT_IN)
    assert answer == collector.opt_in_answer
    (request,) = nothing_more_comes(page, collector)
    assert "visitor" not in json.loads(request.body)
    assert context.cookies() == []


def test_a_code_confirms(page: Page, shop: Shop, collector: Collector) -> None:
    collector.opt_in_answer = {"confirmed": True}
    visit(page, shop, collector.url)
    answer = page.evaluate("new Promise(done => relance('optin_code', {request: 'opt_1', code: 123456}, done))")
    assert answer == {"confirmed": True}
    assert json.loads(collector.tracking()[0].body) == {"site": "site-1", "request": "opt_1", "code": "123456"}


def test_a_service_that_is_down_is_told(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url)
    page.route("**/optin", lambda route: route.abort())
    answer = page.evaluate("new Promise(done => relance('optin', {phone: '0639980001'}, done))")
    assert [error["rule"] for error in answer["errors"]] == ["unreachable"]


def test_form_fields_are_never_read(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, "relance('consent', 'grant')")
    page.evaluate("""document.body.innerHTML = '<form><input name=email type=email value="malik@example.org">' +
        '<input name=phone type=tel value="06 39 98 00 02"></form>';
        document.forms[0].addEventListener('submit', event => event.preventDefault());
        document.forms[0].requestSubmit(); relance('track', 'view_item', {});
        relance('optin', {sms_marketing: true})""")
    collector.wait_for_event("view_item")
    collector.wait_until(lambda: any(r.path == "/optin" for r in collector.requests))
    everything = " ".join(request.everything() for request in collector.requests)
    for value in ("malik", "39 98 00 02", "39980002", sha256("malik@example.org"), sha256("+33639980002")):
        assert value not in everything


def test_the_click_is_remembered_for_30_days_once_there_is_consent_and_forgotten_with_it(
    page: Page, shop: Shop, collector: Collector
) -> None:
    visit(page, shop, collector.url, path=f"/?rl_click={CLICK}")
    assert "_relance_click" not in page.evaluate("document.cookie")
    page.evaluate("relance('consent', 'grant')")
    (cookie,) = (each for each in page.context.cookies() if each["name"] == "_relance_click")
    assert cookie["value"] == CLICK
    assert 0 < cookie["expires"] - page.evaluate("Date.now() / 1000") <= 30 * 24 * 3600

    visit(page, shop, collector.url, "relance('consent', 'grant')")
    page.evaluate("relance('track', 'purchase', {transaction_id: '1'})")
    assert collector.wait_for_event("purchase")["ids"] == {"last_click_id": CLICK}

    page.evaluate("relance('consent', 'deny')")
    assert "_relance_click" not in page.evaluate("document.cookie")

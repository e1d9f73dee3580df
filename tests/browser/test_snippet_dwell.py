"""How long a product's page was visible, as the snippet tells it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from .embedding import nothing_more_comes, visit
from .servers import Collector, Shop

GRANT = "relance('consent', 'grant')"
LAMP = "relance('track', 'view_item', {items: [{item_id: 'nova', item_name: 'Lampe Nova'}], currency: 'EUR'})"
CLOCK = """(() => {
    const real = Date.now; let ahead = 0;
    Date.now = () => real() + ahead; later = seconds => ahead += seconds * 1000
})()"""
HIDE = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
TURN = "document.dispatchEvent(new Event('visibilitychange'))"
LEAVE = "dispatchEvent(new Event('pagehide'))"


def hidden(page: Page, *, value: bool) -> None:
    page.evaluate(f"{HIDE % str(value).lower()}; {TURN}")


def looks(collector: Collector) -> list[dict[str, Any]]:
    """In the page's order: beacons may come in another."""
    told = sorted(collector.events(), key=lambda event: event["time"])
    return [event["params"] for event in told if event["event"] == "view_item"]


@pytest.fixture
def seen(page: Page, shop: Shop, collector: Collector) -> Page:
    visit(page, shop, collector.url, CLOCK, GRANT, LAMP)
    collector.wait_for_event("view_item")
    return page


@pytest.mark.parametrize("last_sign", [LEAVE, f"{HIDE % 'true'}; {TURN}", f"{LEAVE}; {HIDE % 'true'}; {TURN}"])
def test_tells_once_how_long_a_product_was_looked_at(seen: Page, collector: Collector, last_sign: str) -> None:
    seen.evaluate(f"later(60); {last_sign}")
    nothing_more_comes(seen, collector)
    first, dwelt = looks(collector)
    assert "dwell_ms" not in first
    assert dwelt.pop("dwell_ms") == pytest.approx(60_000, abs=5_000)
    assert dwelt == first


def test_what_is_hidden_is_not_looked_at(seen: Page, collector: Collector) -> None:
    seen.evaluate("later(60)")
    hidden(seen, value=True)
    seen.evaluate("later(3600)")
    hidden(seen, value=False)
    seen.evaluate("later(30)")
    hidden(seen, value=True)
    nothing_more_comes(seen, collector)
    dwelt = [params["dwell_ms"] for params in looks(collector)[1:]]
    assert dwelt == [pytest.approx(60_000, abs=5_000), pytest.approx(90_000, abs=10_000)]


def test_the_next_product_of_the_same_page_begins_anew(seen: Page, collector: Collector) -> None:
    seen.evaluate("later(60); relance('track', 'view_item', {items: [{item_id: 'lune'}]}); later(20)")
    hidden(seen, value=True)
    nothing_more_comes(seen, collector)
    told = [(params["items"][0]["item_id"], params.get("dwell_ms", 0) // 10_000) for params in looks(collector)]
    assert told == [("nova", 0), ("nova", 6), ("lune", 0), ("lune", 2)]


def test_a_glance_and_a_page_without_a_product_tell_nothing(page: Page, shop: Shop, collector: Collector) -> None:
    visit(page, shop, collector.url, CLOCK, GRANT)
    page.evaluate(f"later(60); {LAMP}; {LEAVE}")
    nothing_more_comes(page, collector)
    assert [params.get("dwell_ms") for params in looks(collector)] == [None]


def test_a_refusal_forgets_what_was_looked_at(seen: Page, collector: Collector) -> None:
    seen.evaluate(f"later(60); relance('consent', 'deny'); {GRANT}; {LEAVE}")
    nothing_more_comes(seen, collector)
    assert len(looks(collector)) == 1

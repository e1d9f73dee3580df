"""What arrives from a site, as somebody sees it who has just put the snippet there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import MINUTE, SECOND
from chalicelib.errors import Forbidden
from chalicelib.storage.events import Event, from_item
from tests.support.shop import Shop, visitor_id
from tests.web.conftest import Api, key_for


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def live(own: Api, shop: Shop) -> Any:
    return own.ask("GET", f"/v1/sites/{shop.site.id}/live").json


def followed(shop: Shop) -> None:
    for item in shop.world.of_type("event"):
        shop.world.services.trail.follow(from_item(item))


def test_the_first_event_shows_once_it_is_there(own: Api, shop: Shop) -> None:
    before = live(own, shop)
    assert (before["events"], before["visitors"], before["counts"]) == ([], 0, {})
    visitor = visitor_id()
    shop.tell(visitor, "page_view", "view_item")
    followed(shop)
    shop.world.clock.advance(3 * SECOND)
    told = live(own, shop)
    assert {event["event"] for event in told["events"]} == {"page_view", "view_item"}
    assert (told["visitors"], told["last_event_at"]) == (1, told["at"] - 3 * SECOND)
    assert told["counts"] == {"event.page_view": 1, "event.view_item": 1}
    newest = told["events"][0]
    assert told["at"] - newest["at"] == 3 * SECOND
    assert (newest["consent"], newest["drop"], newest["origin"]) == ("grant", None, "https://shop.example")
    assert visitor not in str(told)


def test_what_is_refused_shows_with_its_reason(own: Api, shop: Shop) -> None:
    live(own, shop)
    stranger = replace(shop.browser, origin="https://other.example")
    with pytest.raises(Forbidden):
        shop.tell(visitor_id(), "page_view", caller=stranger)
    shop.tell(visitor_id(), "page_view", caller=replace(shop.browser, gpc=True))
    told = live(own, shop)
    shown = {(event["drop"], event["origin"]) for event in told["events"]}
    assert shown == {("unregistered_origin", "https://other.example"), ("gpc", "https://shop.example")}
    assert told["counts"] == {"drop.gpc": 1, "drop.unregistered_origin": 1}
    assert told["visitors"] == 0


def test_of_a_site_that_nobody_watches_nothing_is_kept(own: Api, shop: Shop) -> None:
    shop.tell(visitor_id(), "page_view")
    followed(shop)
    assert not shop.world.of_type("seen")
    live(own, shop)
    shop.world.clock.advance(4 * MINUTE)
    shop.tell(visitor_id(), "page_view")
    followed(shop)
    assert not shop.world.of_type("seen")


def test_a_busy_site_shows_a_few_a_second(own: Api, shop: Shop) -> None:
    live(own, shop)
    now, name = shop.world.clock.now(), visitor_id()
    for number in range(20):
        event = Event(shop.site.id, name, "page_view", f"event-{number}", now, now, "browser", shop.site.origins[0])
        shop.world.services.trail.follow(event)
    told = live(own, shop)
    assert (len(told["events"]), told["counts"]["event.page_view"]) == (5, 20)

"""What a shop has marked as sensitive is not kept, named or targeted."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.tracking.collect import Caller
from tests.support.shop import CAMILLE, ORIGIN, Shop, hashed, visitor_id
from tests.support.stream import Stream

TEST = {"item_id": "test-1", "item_name": "Test de grossesse", "item_category": "  santé INTIME"}
LAMP = {"item_id": "lamp-1", "item_name": "Lampe", "item_category": "Lampes"}
PAGE = "https://shop.example/sante/test"
ABOUT = ["view_item", "add_to_cart", "remove_from_cart", "begin_checkout"]


@pytest.fixture
def discreet(shop: Shop) -> Shop:
    shop.world.services.advertisers.save_site(replace(shop.site, sensitive=("Santé intime",)))
    return shop


def stored(shop: Shop) -> list[dict[str, Any]]:
    return [item.get("params", {}) for item in shop.world.of_type("event")]


@pytest.mark.parametrize("name", ABOUT)
def test_an_event_about_nothing_else_is_dropped_and_counted(discreet: Shop, name: str) -> None:
    (result,) = discreet.tell(visitor_id(), name, params={"items": [TEST], "page_location": PAGE})
    assert (result.status, result.reason) == ("dropped", "sensitive_category")
    assert stored(discreet) == []
    assert discreet.world.counts(discreet.site.id) == {"drop.sensitive_category": 1}


def test_of_a_mixed_event_the_rest_is_kept(discreet: Shop, stream: Stream) -> None:
    discreet.tell(visitor_id(), "begin_checkout", params={"items": [TEST, LAMP], "page_location": PAGE})
    stream.follow()
    (params,) = stored(discreet)
    assert [item["item_id"] for item in params["items"]] == ["lamp-1"]
    assert params["left_out"] == 1
    counts = discreet.world.counts(discreet.site.id)
    assert counts == {"event.begin_checkout": 1, "item.sensitive_category": 1}


def test_a_purchase_counts_without_saying_what_it_was(discreet: Shop, stream: Stream) -> None:
    params = {"items": [TEST], "page_location": PAGE, "value": 12, "currency": "EUR", "transaction_id": "T-1"}
    discreet.tell(visitor_id(), "purchase", params=params)
    stream.follow()
    (kept,) = stored(discreet)
    assert kept == {"value": 12_000_000, "currency": "EUR", "transaction_id": "T-1", "left_out": 1}


def test_a_pixel_is_cleared_when_it_is_followed(discreet: Shop, stream: Stream) -> None:
    discreet.contact()
    visitor = visitor_id()
    discreet.tell(visitor, "identify", ids={"phone_sha256": hashed(CAMILLE)})
    params = base64.urlsafe_b64encode(json.dumps({"items": [TEST], "page_location": PAGE}).encode()).decode()
    query = {"s": discreet.site.id, "e": "add_to_cart", "v": visitor, "c": "grant", "p": params}
    discreet.world.services.collector.pixel(query, Caller(ORIGIN, None, gpc=False))
    stream.follow()
    assert sorted(stored(discreet), key=len) == [{}, {"left_out": 1}]
    assert discreet.world.services.visitors.get(discreet.site.id, visitor).cart is None
    assert discreet.world.of_type("message") == []
    assert discreet.world.counts(discreet.site.id)["drop.sensitive_category"] == 1


def test_what_is_not_marked_is_kept_as_it_came(discreet: Shop) -> None:
    discreet.tell(visitor_id(), "view_item", params={"items": [LAMP], "page_location": PAGE})
    (params,) = stored(discreet)
    assert (params["page_location"], len(params["items"]), "left_out" in params) == (PAGE, 1, False)

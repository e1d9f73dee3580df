"""From a request to durable events."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import HOUR, MINUTE
from chalicelib.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from chalicelib.storage import events as stored_events
from chalicelib.tracking.admission import Drop
from chalicelib.tracking.collect import Caller
from chalicelib.tracking.events import IncomingEvent, Params
from chalicelib.tracking.names import SERVER_ONLY, EventName
from chalicelib.web import collect as edge
from tests.support import gateway
from tests.support.shop import CAMILLE, ORIGIN, Shop, event, hashed, lamp, open_shop, visitor_id
from tests.support.stream import Stream
from tests.support.world import World

WHOLE = {"transaction_id": "1001", "status": "shipped", "step": "first-import", "rating": 5}
"""What events say nothing without."""


def kept(shop: Shop) -> list[dict[str, Any]]:
    return shop.world.of_type("event")


def test_one_bad_event_does_not_take_the_others_with_it(shop: Shop) -> None:
    body = shop.body(visitor_id(), "view_item", "add_to_cart", "purchase")
    body["events"][1] = {"event": "add_to_cart", "time": "soon", "id": "x"}

    results = shop.world.services.collector.batch(body, shop.browser)

    assert [(r.index, r.status) for r in results] == [(0, "accepted"), (1, "rejected"), (2, "accepted")]
    assert {error.field for error in results[1].errors} == {"id", "time"}
    assert {item["name"] for item in kept(shop)} == {"view_item", "purchase"}


@pytest.mark.parametrize("name", sorted(SERVER_ONLY))
def test_what_only_the_back_end_knows_needs_its_secret(shop: Shop, name: str) -> None:
    (refused,) = shop.tell(visitor_id(), name, params=WHOLE)
    assert refused.status == "rejected" and refused.errors[0].rule == "server_only"

    (taken,) = shop.tell(visitor_id(), name, caller=shop.server, params=WHOLE)
    assert taken.status == "accepted"


def test_every_event_that_is_known_is_taken_from_the_back_end(shop: Shop) -> None:
    results = shop.tell(visitor_id(), *get_args(EventName), caller=shop.server, params=WHOLE)
    assert {result.status for result in results} == {"accepted"}


def test_a_wrong_secret_is_refused_and_does_not_fall_back_to_the_browser(shop: Shop) -> None:
    with pytest.raises(Unauthenticated):
        shop.tell(visitor_id(), "page_view", caller=Caller(ORIGIN, "rs_of_another_site", gpc=False))
    assert kept(shop) == []


def test_another_sites_secret_is_a_wrong_secret(shop: Shop) -> None:
    with pytest.raises(Unauthenticated):
        shop.tell(visitor_id(), "page_view", caller=open_shop(shop.world).server)


def test_a_page_of_elsewhere_is_refused(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        shop.tell(visitor_id(), "page_view", caller=Caller("https://evil.example", None, gpc=False))


def test_an_unknown_site_is_not_found(shop: Shop) -> None:
    body = shop.body(visitor_id(), "page_view") | {"site": "site_" + "0" * 26}
    with pytest.raises(NotFound):
        shop.world.services.collector.batch(body, shop.browser)


def test_a_visitor_who_denies_is_counted_and_not_kept(shop: Shop) -> None:
    body = shop.body(visitor_id(), "page_view", "add_to_cart") | {"consent": "deny"}

    results = shop.world.services.collector.batch(body, shop.browser)

    assert [(r.status, r.reason) for r in results] == [("dropped", "no_consent")] * 2
    assert kept(shop) == []
    assert shop.world.counts(shop.site.id) == {"drop.no_consent": 1}


def test_global_privacy_control_is_a_refusal_whatever_the_page_says(shop: Shop) -> None:
    results = shop.tell(visitor_id(), "page_view", caller=replace(shop.browser, gpc=True))

    assert [(r.status, r.reason) for r in results] == [("dropped", "gpc")]
    assert kept(shop) == []
    assert shop.world.counts(shop.site.id) == {"drop.gpc": 1}


def test_a_back_end_without_a_visitor_has_the_customers_own_trail(shop: Shop) -> None:
    ids = {"phone_sha256": hashed(CAMILLE)}
    shop.tell(None, "purchase", caller=shop.server, ids=ids)
    shop.tell(None, "delivered", caller=shop.server, ids=ids)

    (trail,) = {item["pk"] for item in kept(shop)}
    assert hashed(CAMILLE) not in trail


def test_an_event_of_nobody_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        shop.tell(None, "add_to_cart")
    (refused,) = shop.tell(None, "purchase", caller=shop.server)
    assert (refused.status, refused.errors[0].field) == ("rejected", "visitor")


def test_what_names_nobody_but_an_order_stands_on_the_orders_own_trail(shop: Shop) -> None:
    shop.tell(None, "refund", "delivered", caller=shop.server, params=WHOLE)
    shop.tell(None, "delivered", caller=shop.server, params=WHOLE | {"transaction_id": "1002"})
    trails = {(item["params"]["transaction_id"], item["visitor"]) for item in kept(shop)}
    assert len(kept(shop)) == 3 and len(trails) == 2


def test_what_happens_to_an_order_stands_together_whatever_names_its_buyer(shop: Shop) -> None:
    for ids in ({"phone_sha256": hashed(CAMILLE)}, {"customer_id": "7"}, {}):
        shop.tell(None, "order_updated", caller=shop.server, ids=ids, params=WHOLE)
    assert len({item["visitor"] for item in kept(shop)}) == 1
    visitor = visitor_id()
    shop.tell(visitor, "delivered", caller=shop.server, params=WHOLE)
    assert visitor in {item["visitor"] for item in kept(shop)}, "a browser that is named is the event's"


@pytest.mark.parametrize(
    ("name", "params", "field"),
    [
        ("order_updated", {"transaction_id": "1001"}, "params.status"),
        ("order_updated", {"status": "paid"}, "params.transaction_id"),
        ("onboarding_step", {}, "params.step"),
        ("order_updated", WHOLE | {"status": "completed"}, "params.status"),
        ("review_submitted", {"rating": 6}, "params.rating"),
    ],
)
def test_what_an_event_says_nothing_without_is_asked_for(
    shop: Shop, name: str, params: dict[str, Any], field: str
) -> None:
    (refused,) = shop.tell(visitor_id(), name, caller=shop.server, params=params)
    assert [error.field for error in refused.errors] == [field]


def test_a_back_ends_time_is_kept_and_the_future_refused(shop: Shop) -> None:
    now = shop.world.clock.now()
    body = shop.body(visitor_id()) | {
        "events": [event("purchase", now - 30 * 24 * HOUR), event("purchase", now + 6 * MINUTE)]
    }

    results = shop.world.services.collector.batch(body, shop.server)

    assert [r.status for r in results] == ["accepted", "rejected"]
    (item,) = kept(shop)
    assert (item["time"], item["received"]) == (now - 30 * 24 * HOUR, now)


def test_the_same_event_counts_once_however_often_it_is_sent_and_followed(shop: Shop, stream: Stream) -> None:
    body = shop.body(visitor_id(), "add_to_cart", params=lamp())
    shop.world.services.collector.batch(body, shop.browser)
    shop.world.services.collector.batch(body, shop.browser)

    records = stream.follow()
    stream.replay(records)

    assert len(kept(shop)) == 1
    assert shop.world.counts(shop.site.id) == {"event.add_to_cart": 1}


def test_identifiers_are_kept_under_the_stages_key_only(shop: Shop) -> None:
    shop.tell(visitor_id(), "identify", ids={"phone_sha256": hashed(CAMILLE).upper(), "customer_id": 42})

    (item,) = kept(shop)
    vault = shop.world.services.vault
    assert item["identifiers"] == {
        "phone": vault.identifier(hashed(CAMILLE)),
        "customer": vault.identifier(hashed("customer:42")),
    }


@pytest.mark.parametrize(
    "body",
    ["", "nonsense", "[]", "null", "[" * 5_000, '{"site": 1}', '"\\ud800"', "{" + '"a":' * 3_000 + "1" + "}" * 3_000],
)
def test_a_body_that_is_no_envelope_is_a_problem_not_an_error(shop: Shop, body: str) -> None:
    answer = edge.handle(gateway.post("/e", body, headers={"Origin": ORIGIN}), shop.world.services)
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["errors"]


@pytest.mark.parametrize("origin", ["http://[", "null", "https://shop.example\u2100"])
def test_an_origin_that_is_none_is_refused_like_any_other(shop: Shop, origin: str) -> None:
    request = gateway.post("/e", shop.body(visitor_id(), "page_view"), headers={"Origin": origin})
    assert edge.handle(request, shop.world.services)["statusCode"] == 403


def test_a_body_over_64_kb_is_too_large(shop: Shop) -> None:
    request = gateway.post("/e", " " * 65_537, headers={"Origin": ORIGIN})
    assert edge.handle(request, shop.world.services)["statusCode"] == 413


PIXEL = {"e": "view_item", "v": "visitor-of-a-pixel", "c": "grant"}


def pixel(shop: Shop, **changes: str) -> Drop | None:
    return shop.world.services.collector.pixel({"s": shop.site.id} | PIXEL | changes, shop.browser)


def encoded(params: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(params).encode()).decode().rstrip("=")


def test_a_pixel_is_one_call_to_the_table(shop: Shop) -> None:
    assert pixel(shop, p=encoded(lamp())) is None

    (item,) = kept(shop)
    assert (item["via"], item["origin"], item["params"]["items"][0]["item_name"]) == ("pixel", ORIGIN, "Lampe Lune")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"c": "deny"}, "no_consent"),
        ({"c": ""}, "malformed"),
        ({"v": ""}, "malformed"),
        ({"e": "refunded"}, "malformed"),
        ({"t": "yesterday"}, "malformed"),
        ({"id": "short"}, "malformed"),
        ({"p": "%%%"}, "malformed"),
        ({"p": encoded([1])}, "malformed"),
        ({"p": base64.urlsafe_b64encode(b"[" * 9_000).decode()}, "malformed"),
        ({"p": encoded({"value": "1e999990"})}, "malformed"),
        ({"s": "nonsense"}, "malformed"),
    ],
)
def test_a_pixel_that_is_not_kept_is_counted_with_its_reason(shop: Shop, changes: dict[str, str], reason: str) -> None:
    assert pixel(shop, **changes) == reason
    assert kept(shop) == []
    scope = "service" if changes.get("s") else shop.site.id
    assert shop.world.counts(scope) == {f"drop.{reason}": 1}


def test_a_pixel_of_an_unknown_site_is_stored_and_nobody_acts_on_it(shop: Shop, stream: Stream) -> None:
    assert pixel(shop, s="site_" + "0" * 26) is None
    stream.follow()
    assert shop.world.counts("site_" + "0" * 26) == {"drop.unknown_site": 1}


def test_a_pixel_of_a_server_only_event_leads_to_nothing(shop: Shop, stream: Stream) -> None:
    assert pixel(shop, e="refund") is None
    stream.follow()
    assert shop.world.counts(shop.site.id) == {"drop.server_only_event": 1}


values = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["grant", "deny", "view_item", "purchase", "visitor-0123456789", "0", "-1", "9" * 5_000]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["items", "item_id", "item_name", "price", "value", "currency", "page_location", "x"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    ).map(encoded),
)


@given(
    queries=st.lists(
        st.dictionaries(st.sampled_from(["s", "e", "v", "id", "t", "c", "p", "zz", ""]), values, max_size=8),
        min_size=10,
        max_size=10,
    ),
    well_formed=st.booleans(),
)
def test_garbage_never_breaks_a_pixel_and_nothing_invalid_is_stored(
    new_world: Callable[[], World], queries: list[dict[str, str]], well_formed: bool
) -> None:
    shop = open_shop(new_world())
    for query in queries:
        request = gateway.get("/p.gif", query=({"s": shop.site.id} | PIXEL if well_formed else {}) | query)
        answer = edge.handle(request, shop.world.services)
        assert answer["statusCode"] == 200
        assert answer["headers"]["Content-Type"] == "image/gif"
    for item in kept(shop):
        event = stored_events.from_item(item)
        again = {"id": event.id, "event": event.name, "time": event.time, "params": {}}
        IncomingEvent.model_validate(again)
        # Amounts are in micro-units by now: everything else is as it may come in.
        Params.model_validate(dict(event.params) | {"value": None, "items": []})

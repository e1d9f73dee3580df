"""Webhooks of shop platforms, from their signature to a buyer's contact and trail."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, MINUTE
from chalicelib.errors import Forbidden, InvalidInput, NotFound, StorageUnavailable, TooLarge
from chalicelib.storage.catalogue import Product
from chalicelib.storage.contacts import Consent, Purpose
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.shop_sources import Kind, ShopSource
from tests.support.shop import CAMILLE, Shop
from tests.support.shop_webhooks import connect, payload, send, signed
from tests.support.stream import Stream

ORDER = "820982911946154508"
EMAIL = "camille@mail.example"


@pytest.fixture
def shopify(shop: Shop) -> ShopSource:
    return connect(shop, "shopify")


def told(shop: Shop) -> list[tuple[str, str]]:
    """The events that are stored, in a word each."""
    items = shop.world.of_type("event")
    return sorted((item["name"], (item.get("params") or {}).get("status", "")) for item in items)


def consents(shop: Shop) -> Mapping[Purpose, Consent]:
    contact = shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))
    return contact.consents if contact else {}


PAID = [("order_updated", "created"), ("order_updated", "paid"), ("purchase", "")]


@pytest.mark.parametrize(
    ("kind", "topic", "fixture"),
    [
        ("shopify", "orders/create", "shopify_order"),
        ("woocommerce", "order.created", "woocommerce_order"),
        ("prestashop", "order", "prestashop_order"),
    ],
)
def test_an_order_makes_its_phone_a_contact_for_notifications_only(
    shop: Shop, kind: Kind, topic: str, fixture: str
) -> None:
    assert send(shop, connect(shop, kind), topic, payload(fixture)) == "accepted"

    assert told(shop) == PAID
    said = consents(shop)
    assert set(said) == {"sms_notification"}
    assert (said["sms_notification"].basis, said["sms_notification"].source) == ("contract", "order")
    dump = str(shop.world.items())
    assert EMAIL not in dump and CAMILLE not in dump and "Camille" not in dump and "Lilas" not in dump


def test_the_order_is_proved_as_a_back_ends_message_about_it_would_be(shop: Shop, shopify: ShopSource) -> None:
    send(shop, shopify, "orders/create", payload("shopify_order"))
    expected = shop.world.services.vault.sign(f"order|{shop.advertiser.id}|{ORDER}")
    assert consents(shop)["sms_notification"].proof == expected


def test_a_redelivery_changes_nothing(shop: Shop, shopify: ShopSource, stream: Stream) -> None:
    send(shop, shopify, "orders/create", payload("shopify_order"))
    stream.follow()
    before = [item for item in shop.world.items() if item["type"] != "counter"]
    counts = shop.world.counts(shop.site.id)

    shop.world.clock.advance(DAY)
    for topic in ("orders/create", "orders/paid", "orders/updated"):
        send(shop, shopify, topic, payload("shopify_order", updated_at="2026-03-03T12:00:00+01:00"))
    stream.follow()

    assert [item for item in shop.world.items() if item["type"] != "counter"] == before
    assert shop.world.counts(shop.site.id) == counts | {"shop.accepted": 4, "shop.consent_without_wording": 4}


def test_webhooks_in_any_order_end_in_the_same_events(shop: Shop, stream: Stream) -> None:
    created = payload("shopify_order", financial_status="pending", updated_at="2026-02-28T18:41:00+01:00")
    webhooks = [
        ("orders/create", created),
        ("orders/paid", payload("shopify_order")),
        ("fulfillments/create", payload("shopify_fulfillment", created_at="2026-03-01T11:55:01+01:00")),
        ("refunds/create", payload("shopify_refund", created_at="2026-03-02T09:00:00+01:00")),
    ]
    ends = set()
    for number, history in enumerate(itertools.permutations(webhooks)):
        source = connect(shop, "shopify")
        order = str(1_000 + number)
        for topic, body in history:
            send(shop, source, topic, body | ({"order_id": order} if "order_id" in body else {"id": order}))
        items = [item for item in shop.world.of_type("event") if item["params"]["transaction_id"] == order]
        ends.add(tuple(sorted((item["name"], item["params"].get("status", ""), item["time"]) for item in items)))
        assert len({item["visitor"] for item in items if item["name"] != "purchase"}) == 1
    assert len(ends) == 1 and len(ends.pop()) == 8


def test_a_refund_that_names_its_order_only_reaches_the_buyer(shop: Shop, shopify: ShopSource, stream: Stream) -> None:
    send(shop, shopify, "orders/paid", payload("shopify_order"))
    stream.follow()
    send(shop, shopify, "refunds/create", payload("shopify_refund", created_at="2026-03-02T09:00:00+01:00"))
    stream.follow()

    conversion = shop.world.services.conversion_log.get(shop.site.id, ORDER)
    assert conversion is not None and conversion.purchase is not None and len(conversion.refunds) == 1
    (refund,) = (item for item in shop.world.of_type("event") if item["name"] == "refund")
    event = next(e for e in shop.world.services.events.trail(shop.site.id, refund["visitor"]) if e.name == "refund")
    holder = shop.world.services.orders.holder(event, shop.site)
    assert holder is not None and holder.person == shop.world.services.vault.person(CAMILLE)


def test_a_purchase_comes_to_the_browser_whose_cookie_the_shop_put_into_the_order(
    shop: Shop, shopify: ShopSource
) -> None:
    send(shop, shopify, "orders/create", payload("shopify_order"))
    visitors = {item["name"]: item["visitor"] for item in shop.world.of_type("event")}
    assert visitors["purchase"] == "visitor-0123456789abcdef" != visitors["order_updated"]


def test_who_opposes_is_not_taken_in_by_an_order(shop: Shop, shopify: ShopSource) -> None:
    person, now = shop.world.services.vault.person(CAMILLE), shop.world.clock.now()
    opposition = Opposition(now - DAY, "stop")
    shop.world.services.ledgers.oppose(person, shop.advertiser.id, opposition, count(shop.advertiser.id, "x", now, "x"))

    assert send(shop, shopify, "orders/create", payload("shopify_order")) == "accepted"
    assert consents(shop) == {}
    assert told(shop) == PAID
    assert shop.world.counts(shop.site.id)["shop.buyer_opposed"] == 1


def test_a_no_to_notifications_stands_above_the_order(shop: Shop, shopify: ShopSource) -> None:
    said = Statement({"sms_notification": False}, shop.world.clock.now() - 90 * DAY, "account")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE), said))
    send(shop, shopify, "orders/create", payload("shopify_order"))
    assert not consents(shop)["sms_notification"].given


def test_a_checkout_makes_nobody_a_contact(shop: Shop, shopify: ShopSource) -> None:
    send(shop, shopify, "checkouts/create", payload("shopify_checkout"))
    assert told(shop) == [("begin_checkout", "")]
    assert consents(shop) == {}


def test_a_checkout_of_nobody_is_counted_and_not_kept(shop: Shop, shopify: ShopSource) -> None:
    nobody = payload("shopify_checkout", email=None, shipping_address=None, customer=None)
    assert send(shop, shopify, "checkouts/create", nobody) == "accepted"
    assert told(shop) == []
    assert shop.world.counts(shop.site.id) == {"shop.accepted": 1, "shop.rejected.begin_checkout": 1}


def test_a_yes_to_sms_needs_the_wording_that_was_agreed_to(shop: Shop) -> None:
    order = payload("shopify_order")
    send(shop, connect(shop, "shopify"), "orders/create", order)
    assert "sms_marketing" not in consents(shop)
    assert shop.world.counts(shop.site.id)["shop.consent_without_wording"] == 1

    named = connect(shop, "shopify", wording="checkout-1", wording_hash="0" * 64)
    send(shop, named, "orders/updated", order)
    yes = consents(shop)["sms_marketing"]
    assert (yes.given, yes.source, yes.wording, yes.basis) == (True, "checkout", "checkout-1", "consent")

    order["customer"]["sms_marketing_consent"] |= {
        "state": "unsubscribed",
        "consent_updated_at": "2026-03-01T10:00:00+01:00",
    }
    send(shop, connect(shop, "shopify"), "orders/updated", order)
    assert not consents(shop)["sms_marketing"].given


def test_products_are_kept_and_an_older_word_of_one_is_not(shop: Shop, shopify: ShopSource) -> None:
    catalogue = shop.world.services.catalogue
    send(shop, shopify, "products/update", payload("shopify_product"))
    send(shop, shopify, "products/update", payload("shopify_product", title="Avant", updated_at="2026-01-01T00:00:00Z"))
    bike = catalogue.get(shop.site.id, "632910392")
    assert bike and (bike.title, bike.available) == ("Vélo Ardèche", True)
    assert catalogue.get_all(shop.site.id, ["632910392", "1"]) == {"632910392": bike}

    send(shop, shopify, "products/delete", {"id": 632910392})
    gone = catalogue.get(shop.site.id, "632910392")
    assert gone is not None and not gone.available


def test_what_the_catalogue_marks_as_sensitive_is_left_out_of_an_order(shop: Shop, shopify: ShopSource) -> None:
    """The platform's lines carry no category: the catalogue's says what must not be kept."""
    services, order = shop.world.services, payload("shopify_order")
    line = str(order["line_items"][0]["product_id"])
    product = Product(line, "Test", None, None, "Grossesse", (), available=True, changed_at=shop.world.clock.now())
    services.catalogue.save(shop.site.id, product, shop.world.clock.now())
    services.advertisers.save_site(replace(shop.site, sensitive=("grossesse",)))
    send(shop, shopify, "orders/paid", order)
    (purchase,) = (item for item in shop.world.of_type("event") if item["name"] == "purchase")
    kept = [item["item_id"] for item in purchase["params"].get("items", ())]
    assert line not in kept and purchase["params"]["left_out"] == 1


def refuse(shop: Shop, source: ShopSource, body: bytes, expected: type[Exception], count: str, **headers: str) -> None:
    with pytest.raises(expected):
        shop.world.services.shop_desk.webhook(source.id, body, headers)
    assert shop.world.counts(shop.site.id) == {f"shop.{count}": 1}
    assert told(shop) == [] and consents(shop) == {}


@pytest.mark.parametrize(
    ("kind", "topic"), [("shopify", "orders/create"), ("woocommerce", "order.created"), ("prestashop", "order")]
)
def test_what_is_not_signed_over_its_very_bytes_is_refused(shop: Shop, kind: Kind, topic: str) -> None:
    source, body = connect(shop, kind), json.dumps(payload(f"{kind}_order")).encode()
    headers = signed(kind, topic, body, shop.world.clock.now())
    refuse(shop, source, body + b" ", Forbidden, "bad_signature", **headers)


def test_another_secret_none_and_nonsense_are_no_signature(shop: Shop, shopify: ShopSource) -> None:
    body = json.dumps(payload("shopify_order")).encode()
    for headers in (
        signed("shopify", "orders/create", body, 0, secret="another"),
        {"x-shopify-topic": "orders/create"},
        {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": "é" * 44},
    ):
        with pytest.raises(Forbidden):
            shop.world.services.shop_desk.webhook(shopify.id, body, headers)
    assert told(shop) == []


def test_a_module_s_call_from_another_time_is_refused(shop: Shop) -> None:
    source, body = connect(shop, "prestashop"), json.dumps(payload("prestashop_order")).encode()
    headers = signed("prestashop", "order", body, shop.world.clock.now() - 6 * MINUTE)
    refuse(shop, source, body, Forbidden, "bad_signature", **headers)


def test_a_huge_body_is_refused_before_it_is_read(shop: Shop, shopify: ShopSource) -> None:
    body = b" " * (1024 * 1024 + 1)
    refuse(shop, shopify, body, TooLarge, "too_large", **signed("shopify", "orders/create", body, 0))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"id": "\\ud800"}'])
def test_what_is_no_json_is_refused(shop: Shop, shopify: ShopSource, body: bytes) -> None:
    refuse(shop, shopify, body, InvalidInput, "not_json", **signed("shopify", "orders/create", body, 0))


@pytest.mark.parametrize("changes", [{"id": {}}, {"line_items": "x"}, {"total_price": "many"}, {"currency": "euro"}])
def test_what_is_of_the_wrong_kind_is_refused_by_its_field(
    shop: Shop, shopify: ShopSource, changes: dict[str, Any]
) -> None:
    body = json.dumps(payload("shopify_order", **changes)).encode()
    with pytest.raises(InvalidInput) as refused:
        shop.world.services.shop_desk.webhook(shopify.id, body, signed("shopify", "orders/create", body, 0))
    assert {error.field.partition(".")[0] for error in refused.value.errors} == set(changes)
    assert EMAIL not in str(refused.value)
    assert shop.world.counts(shop.site.id) == {"shop.malformed": 1}


def test_names_that_are_too_long_or_name_somebody_do_not_cost_the_order(shop: Shop, shopify: ShopSource) -> None:
    order = payload("shopify_order", name="#FR 1001/é")
    order["line_items"][0]["title"] = f"Gravure pour {EMAIL} " + "x" * 5_000
    send(shop, shopify, "orders/create", order)
    assert told(shop) == PAID
    assert EMAIL not in str(shop.world.items())


def test_woocommerces_ping_is_answered_and_starts_nothing(shop: Shop) -> None:
    source = connect(shop, "woocommerce")
    assert shop.world.services.shop_desk.webhook(source.id, b"webhook_id=12", {}) == "ping"
    assert shop.world.counts(shop.site.id) == {}
    with pytest.raises(Forbidden):
        shop.world.services.shop_desk.webhook(connect(shop, "shopify").id, b"webhook_id=12", {})


def test_an_unknown_source_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.world.services.shop_desk.webhook("shop_unknown", b"{}", {})


def test_what_could_not_be_stored_is_asked_for_again(
    shop: Shop, shopify: ShopSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(shop.world.services.events, "append", lambda events: events)
        with pytest.raises(StorageUnavailable):
            send(shop, shopify, "orders/create", payload("shopify_order"))
    send(shop, shopify, "orders/create", payload("shopify_order"))
    assert told(shop) == PAID

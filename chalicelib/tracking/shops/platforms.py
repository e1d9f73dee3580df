"""The shop platforms that are understood: how each signs, where it names its topic, and who reads what it tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.signed_body import check_base64_signature, check_signature
from chalicelib.storage.advertisers import Site
from chalicelib.storage.shop_sources import Kind, ShopSource
from chalicelib.tracking.shops import prestashop, shopify, woocommerce
from chalicelib.tracking.shops.told import Notice

_TOPIC: Mapping[Kind, str] = {
    "shopify": "x-shopify-topic",
    "woocommerce": "x-wc-webhook-topic",
    "prestashop": "x-relance-topic",
}
_SIGNATURE: Mapping[Kind, str] = {
    "shopify": "x-shopify-hmac-sha256",
    "woocommerce": "x-wc-webhook-signature",
    "prestashop": "x-relance-signature",
}
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def topic_of(source: ShopSource, headers: Mapping[str, str]) -> str:
    """What a request's headers (names in lower case) say it is about."""
    return headers.get(_TOPIC[source.kind], "").strip().lower()


def is_ping(source: ShopSource, body: bytes) -> bool:
    """Whether WooCommerce only tries the address, as it does when a webhook is saved: unsigned, and about nothing."""
    return source.kind == "woocommerce" and _PING.fullmatch(body) is not None


def check(source: ShopSource, secret: str, body: bytes, headers: Mapping[str, str], now: int) -> None:
    """Forbidden where the request is not signed by the platform, over its raw body."""
    signature = headers.get(_SIGNATURE[source.kind], "")
    if source.kind == "prestashop":
        check_signature(secret, body, signature, now)
    else:
        check_base64_signature(secret, body, signature)


def read(source: ShopSource, topic: str, payload: Any, site: Site, now: int) -> Notice:
    """What a payload tells. Raises pydantic's ValidationError where it lacks what its topic has."""
    match source.kind:
        case "shopify":
            return shopify.read(topic, payload, site, now)
        case "woocommerce":
            return woocommerce.read(topic, payload, now, source.completed)
        case "prestashop":
            return prestashop.read(topic, payload)

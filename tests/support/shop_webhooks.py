"""What shop platforms send: payloads after their public documentation, changed and signed as a test needs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib.audience.leads import seal_secret
from chalicelib.signed_body import base64_signature, signature
from chalicelib.storage.shop_sources import Kind, ShopSource
from tests.support.shop import Shop

SECRET = "hush-0123456789abcdef"
_VECTORS = Path(__file__).parent.parent / "vectors" / "shops"


def payload(name: str, /, **changes: Any) -> dict[str, Any]:
    """A documented payload, with some fields replaced."""
    told: dict[str, Any] = json.loads((_VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return told | changes


def connect(shop: Shop, kind: Kind, **settings: Any) -> ShopSource:
    """Register a platform for a shop's site."""
    vault, source_id = shop.world.services.vault, f"shop_{kind}"
    sealed = seal_secret(vault, source_id, SECRET)
    source = ShopSource(source_id, shop.advertiser.id, shop.site.id, kind, sealed, **settings)
    shop.world.services.shop_sources.save(source)
    return source


def signed(kind: Kind, topic: str, body: bytes, now: int, secret: str = SECRET) -> dict[str, str]:
    """The headers that a platform sends with a body."""
    match kind:
        case "shopify":
            return {"x-shopify-topic": topic, "x-shopify-hmac-sha256": base64_signature(secret, body)}
        case "woocommerce":
            return {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": base64_signature(secret, body)}
        case "prestashop":
            return {"x-relance-topic": topic, "x-relance-signature": signature(secret, body, now)}


def send(shop: Shop, source: ShopSource, topic: str, told: Any) -> str:
    """Hand a webhook over as its platform does; returns what it is answered."""
    body = json.dumps(told).encode()
    headers = signed(source.kind, topic, body, shop.world.clock.now())
    return shop.world.services.shop_desk.webhook(source.id, body, headers)

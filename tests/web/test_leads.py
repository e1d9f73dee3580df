"""Lead tools over HTTP: registered by the admin API, then talking to their own address."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from chalicelib.clock import HOUR
from chalicelib.signed_body import signature
from chalicelib.wiring import services
from tests.support.shop import CAMILLE, Shop
from tests.web.conftest import Api

WEBHOOK = {
    "name": "FastTony",
    "kind": "webhook",
    "mapping": {"phone": "tel", "consent.sms_marketing": "sms", "consent_at": "at"},
    "wording": "form-1",
    "text": "J'accepte de recevoir les offres par SMS.",
}
FACEBOOK = WEBHOOK | {"kind": "facebook", "app_secret": "app", "access_token": "page"}


def register(api: Api, shop: Shop, body: Any) -> Any:
    key = f"rk_{shop.advertiser.id}"
    shop.world.services.admin_keys.grant(key, shop.advertiser.id)
    return api.with_key(key).ask("POST", f"/v1/advertisers/{shop.advertiser.id}/lead-sources", body)


def post(api: Api, path: str, body: bytes, headers: dict[str, str]) -> Any:
    return api._client.http.post(path, headers={"Content-Type": "application/json", **headers}, body=body)


def test_a_webhook_from_its_registration_to_a_lead(api: Api, shop: Shop) -> None:
    created = register(api, shop, WEBHOOK).json
    assert created["url"] == f"https://r.example/hooks/leads/{created['source']}"
    assert created["secret"] not in str(shop.world.items())
    path = created["url"].removeprefix("https://r.example")
    body = json.dumps({"tel": CAMILLE, "sms": True, "at": "2026-03-01"}).encode()
    signed = signature(created["secret"], body, shop.world.clock.now())

    assert post(api, path, body, {"X-Relance-Signature": "t=1,v1=0"}).status_code == 403
    taken = post(api, path, body, {"X-Relance-Signature": signed})
    assert (taken.status_code, json.loads(taken.body)) == (202, {"lead": "accepted"})
    assert shop.world.services.contacts.get(shop.advertiser.id, services().vault.person(CAMILLE))


def test_facebooks_check_and_notification(api: Api, shop: Shop) -> None:
    created = register(api, shop, FACEBOOK).json
    path = created["url"].removeprefix("https://r.example")
    asked = f"{path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert api.ask("GET", f"{asked}{created['verify_token']}").text == "1158201444"
    assert api.ask("GET", f"{asked}wrong").status == 403
    assert api.ask("GET", f"{path}?hub.mode=subscribe&hub.challenge=<script>").status == 422

    body = (
        b'{"object": "page", "entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "444444444444"}}]}]}'
    )
    signed = "sha256=" + hmac.new(b"app", body, hashlib.sha256).hexdigest()
    assert post(api, path, body, {"X-Hub-Signature-256": signed}).status_code == 200
    assert post(api, path, body + b" ", {"X-Hub-Signature-256": signed}).status_code == 403


def test_a_source_that_cannot_work_is_not_registered(api: Api, shop: Shop) -> None:
    wrong = [
        WEBHOOK | {"mapping": {"phone": "tel"}},
        WEBHOOK | {"app_secret": "x"},
        FACEBOOK | {"access_token": None},
        WEBHOOK | {"kind": "other"},
        WEBHOOK | {"secret": "chosen"},
    ]
    for body in wrong:
        assert register(api, shop, body).status == 422, body
    assert shop.world.of_type("lead_source") == []


def test_a_source_is_listed_given_another_secret_and_taken_away(api: Api, shop: Shop) -> None:
    created = register(api, shop, WEBHOOK).json
    own, listed = api.with_key(f"rk_{shop.advertiser.id}"), f"/v1/advertisers/{shop.advertiser.id}/lead-sources"
    path, body = created["url"].removeprefix("https://r.example"), b"{}"

    def taken(secret: str) -> bool:
        """Whether a body under this secret is looked at at all."""
        told = {"X-Relance-Signature": signature(secret, body, shop.world.clock.now())}
        return bool(post(api, path, body, told).status_code == 422)

    (told,) = own.ask("GET", listed).json["sources"]
    assert (told["url"], told["mapping"], "secret" in told) == (created["url"], WEBHOOK["mapping"], False)
    assert own.ask("GET", f"{listed}/{created['source']}").json == told

    rotated = own.ask("POST", f"{listed}/{created['source']}/rotate", {"overlap_hours": 1}).json
    assert rotated["former_until"] == shop.world.clock.now() + HOUR
    assert taken(rotated["secret"]) and taken(created["secret"]) and not taken("rl_another")
    shop.world.clock.advance(HOUR)
    assert taken(rotated["secret"]) and not taken(created["secret"])

    assert own.ask("DELETE", f"{listed}/{created['source']}").status == 200
    assert own.ask("GET", listed).json == {"sources": [], "next": None}
    assert not taken(rotated["secret"])


def test_facebooks_token_is_made_anew_and_its_notifications_go_on(api: Api, shop: Shop) -> None:
    created = register(api, shop, FACEBOOK).json
    own, path = api.with_key(f"rk_{shop.advertiser.id}"), created["url"].removeprefix("https://r.example")
    rotate = f"/v1/advertisers/{shop.advertiser.id}/lead-sources/{created['source']}/rotate"
    token = own.ask("POST", rotate, {}).json["verify_token"]
    asked = f"{path}?hub.mode=subscribe&hub.challenge=1&hub.verify_token="
    assert (api.ask("GET", f"{asked}{token}").status, api.ask("GET", f"{asked}{created['verify_token']}").status) == (
        200,
        403,
    )
    signed = "sha256=" + hmac.new(b"app", b'{"entry": []}', hashlib.sha256).hexdigest()
    assert post(api, path, b'{"entry": []}', {"X-Hub-Signature-256": signed}).status_code == 200

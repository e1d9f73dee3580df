"""Each public route against what the world sends it: wrong, garbled, huge, or without a browser's headers."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from tests.e2e.deployed import ORIGIN, Deployed, Shop, eventually
from tests.support.gateway_double import gateway
from tests.support.shop_webhooks import SECRET, payload, signed

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SEVEN_BIT_GIF = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Shop:
    return deployed.open_shop()


def pixel(shop: Shop, **query: str) -> str:
    good = {
        "s": shop.site,
        "e": "view_item",
        "v": secrets.token_urlsafe(16),
        "id": secrets.token_urlsafe(16),
        "t": str(int(time.time() * 1000)),
        "c": "grant",
    }
    return "/p.gif?" + "&".join(f"{name}={value}" for name, value in (good | query).items() if value)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "*/*"},
        {"Accept": "image/avif,image/webp,*/*;q=0.8"},
        {"Accept": "text/html"},
        {"Accept": "nonsense"},
    ],
)
def test_the_pixel_is_an_image_whatever_is_accepted(deployed: Deployed, shop: Shop, headers: dict[str, str]) -> None:
    answer = deployed.request("GET", pixel(shop), headers={"Referer": f"{ORIGIN}/page", **headers})
    image = GIF if "Accept" in headers else SEVEN_BIT_GIF
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "image/gif", image)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?s=",
        "?s=site_X&e=view_item",
        "?%00=%ff",
        "?s=%F0%9F%92%A9",
        "?p=!!!!",
        "?" + "a=b&" * 400,
        "?s=a&s=b&e[]=c",
    ],
)
def test_the_pixel_is_an_image_for_any_garbage(deployed: Deployed, query: str) -> None:
    answer = deployed.request("GET", f"/p.gif{query}")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "image/gif", SEVEN_BIT_GIF)


def test_dropped_pixels_are_counted_with_their_reason(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    referer = {"Referer": f"{ORIGIN}/page"}
    drops = [
        ({"c": "deny"}, referer, "no_consent"),
        ({"c": ""}, referer, "malformed"),
        ({"e": "sneeze"}, referer, "malformed"),
        ({"v": "short"}, referer, "malformed"),
        ({"p": "bm90IGpzb24"}, referer, "malformed"),
        ({}, referer | {"Sec-GPC": "1"}, "gpc"),
        ({}, {}, "unregistered_origin"),
        ({}, {"Referer": "https://evil.example/"}, "unregistered_origin"),
        ({"e": "delivered"}, referer, "server_only_event"),
    ]
    expected: dict[str, int] = {}
    for query, headers, reason in drops:
        assert deployed.request("GET", pixel(shop, **query), headers=headers).body == SEVEN_BIT_GIF
        expected[f"drop.{reason}"] = expected.get(f"drop.{reason}", 0) + 1
    assert deployed.request("GET", pixel(shop), headers=referer).status == 200
    expected |= {"event.view_item": 1, "sender_verified": 1}  # The shop's own sender, when it opened.
    eventually(lambda: shop.counts() == expected)


def test_the_snippet_is_cacheable_for_an_hour(deployed: Deployed) -> None:
    answer = deployed.request("GET", "/t.js")
    assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=3600")
    assert answer.headers["content-type"].startswith("application/javascript")
    assert b"sendBeacon" in answer.body


def body(shop: Shop, *events: Any, **changes: Any) -> dict[str, Any]:
    good = {"site": shop.site, "visitor": secrets.token_urlsafe(16), "consent": "grant", "events": list(events)}
    return {name: value for name, value in (good | changes).items() if value is not None}


def event(**changes: Any) -> dict[str, Any]:
    return {"id": secrets.token_urlsafe(16), "event": "view_item", "time": int(time.time() * 1000)} | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"site": None}, "site"),
        ({"site": "nope"}, "site"),
        ({"consent": None}, "consent"),
        ({"consent": "maybe"}, "consent"),
        ({"visitor": "short"}, "visitor"),
        ({"visitor": None}, "visitor"),
        ({"events": []}, "events"),
        ({"events": [{}] * 101}, "events"),
        ({"events": "x"}, "events"),
        ({"ids": {"phone_sha256": "+33639980001"}}, "ids.phone_sha256"),
    ],
)
def test_a_wrong_envelope_names_the_field(deployed: Deployed, shop: Shop, changes: dict[str, Any], field: str) -> None:
    answer = deployed.request("POST", "/e", json.dumps(body(shop, event(), **changes)), {"Origin": ORIGIN})
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert "+33639980001" not in answer.body.decode()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "1", '"x"', "\xff", "[" * 30_000])
def test_a_body_that_is_no_envelope_is_a_problem(deployed: Deployed, content: str) -> None:
    answer = deployed.request("POST", "/e", content.encode("latin-1"), {"Content-Type": "text/plain"})
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_body_over_64_kb_is_refused(deployed: Deployed, shop: Shop) -> None:
    answer = deployed.request("POST", "/e", json.dumps(body(shop, event(padding="x" * 65_536))), {"Origin": ORIGIN})
    assert answer.status == 413


def test_each_event_has_its_own_result(deployed: Deployed, shop: Shop) -> None:
    events = [event(), event(event="sneeze"), "not an event", event(event="delivered"), event(params={"value": "much"})]
    answer = deployed.request("POST", "/e", json.dumps(body(shop, *events)), {"Origin": ORIGIN})
    assert answer.status == 202
    results = answer.json["results"]
    assert [result["status"] for result in results] == ["accepted", "rejected", "rejected", "rejected", "rejected"]
    assert [result["errors"][0]["field"] for result in results[1:]] == ["event", "body", "event", "params.value"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Origin": ORIGIN, "Authorization": "Bearer wrong"}, 401),
    ],
)
def test_events_come_from_registered_origins_or_with_the_secret(
    deployed: Deployed, shop: Shop, headers: dict[str, str], status: int
) -> None:
    assert deployed.request("POST", "/e", json.dumps(body(shop, event())), headers).status == status


def test_a_well_formed_site_that_does_not_exist_is_not_found(deployed: Deployed, shop: Shop) -> None:
    unknown = body(shop, event(), site=f"site_{'0' * 26}")
    assert deployed.request("POST", "/e", json.dumps(unknown), {"Origin": ORIGIN}).status == 404


@pytest.mark.parametrize("code", ["abcdefghij", "x", "a" * 300, "%00", "favicon.ico", "robots.txt", "é".encode().hex()])
@pytest.mark.parametrize("prefix", ["/", "/u/"])
def test_an_unknown_code_gets_a_friendly_page(deployed: Deployed, prefix: str, code: str) -> None:
    answer = deployed.request("GET", prefix + code, headers={"Accept-Language": "en"})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"This link leads nowhere" in answer.body


def test_unsubscribing_by_an_unknown_code_changes_nothing_and_says_so(deployed: Deployed) -> None:
    answer = deployed.request("POST", "/u/abcdefghij", b"", {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [("", 422), ("id=1&from=hello&to=1&text=STOP", 422), ("id=1&from=%2B33639980099&to=36111&text=Bonjour", 303)],
)
def test_the_replies_hook_checks_its_fields(deployed: Deployed, form: str, status: int) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert deployed.request("POST", "/hooks/outbox/replies", form, headers).status == status
    assert deployed.request("POST", "/hooks/nobody/replies", form, headers).status == 404


@pytest.mark.parametrize(
    ("told", "status"), [("", 422), ("number=33639980001&status=OK", 422), ("number=33639980001&status=OK&idx=x", 403)]
)
def test_the_hook_of_number_checks_believes_nobody(deployed: Deployed, told: str, status: int) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert deployed.request("GET", f"/hooks/smsapi/numbers?{told}").status == status
    assert deployed.request("POST", "/hooks/smsapi/numbers", told, headers).status == status
    assert deployed.request("GET", f"/hooks/nobody/numbers?{told}").status == 404


def test_the_admin_api_needs_a_key_that_reaches(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}"
    assert deployed.request("GET", path).status == 401
    assert deployed.admin("GET", path, key="wrong").status == 401
    own = deployed.admin("POST", f"{path}/keys").json["key"]
    assert deployed.admin("GET", path, key=own).status == 200
    rival = deployed.open_shop(name="Rival")
    other = deployed.admin("POST", f"/v1/advertisers/{rival.advertiser}/keys").json["key"]
    assert deployed.admin("GET", path, key=other).status == 403
    assert deployed.admin("GET", f"/v1/sites/{shop.site}/counts", key=other).status == 404
    assert deployed.admin("POST", "/v1/advertisers", {}, key=own).status == 403


def test_a_wrong_setting_names_the_field(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}"
    settings = {"name": "x", "brand": "x", "sender": "Ma Boutique", "cart": {"template": "{{ nobody }}", "dealy_s": 5}}
    answer = deployed.admin("PUT", path, settings)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert {error["field"] for error in answer.json["errors"]} == {"sender", "cart.template", "cart.dealy_s"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"to": {}}, "to"),
        ({"to": {"phone": "12"}}, "to.phone"),
        ({"order": None}, "to"),
        ({"text": "Profitez de nos soldes"}, "text"),
        ({"text": "{{ order.number }} : {{ link }}"}, "link"),
        ({"template": "both"}, "body"),
    ],
)
def test_a_message_that_cannot_be_sent_names_the_field(
    deployed: Deployed, shop: Shop, changes: dict[str, Any], field: str
) -> None:
    good = {"id": "m-1", "to": {"phone": "+33639980009"}, "order": "A-1", "text": "Commande prête"}
    answer = deployed.admin("POST", "/v1/messages", good | {"advertiser": shop.advertiser} | changes)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert "39980009" not in answer.body.decode()


def test_what_an_advertisers_sms_come_from_is_registered_and_verified(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}"
    own = deployed.admin("POST", f"{path}/keys").json["key"]
    registered = deployed.admin("PUT", f"{path}/senders/FR/Lumen", {}, key=own)
    assert (registered.status, registered.json["verified"]) == (200, False)
    assert deployed.admin("PUT", f"{path}/senders/FR/Lumen", {"verified": True}, key=own).status == 403
    assert deployed.admin("PUT", f"{path}/senders/FR/Lumen", {"verified": True}).json["verified"] is True
    assert deployed.admin("PUT", f"{path}/senders/FR/INFO", {}, key=own).status == 422
    assert deployed.admin("PUT", f"{path}/senders/FR/%F0%9F%92%A9", {}, key=own).status == 422
    assert deployed.admin("GET", f"{path}/senders", key=own).status == 200
    assert deployed.admin("DELETE", f"{path}/senders/FR/Lumen", key=own).status == 200
    assert deployed.admin("DELETE", f"{path}/senders/FR/Lumen", key=own).status == 404


def test_the_operator_reads_what_each_country_allows(deployed: Deployed, shop: Shop) -> None:
    told = deployed.admin("GET", "/v1/countries").json["countries"]
    assert {one["country"] for one in told if one["sends"]} >= {"FR", "RE", "YT"}
    own = deployed.admin("POST", f"/v1/advertisers/{shop.advertiser}/keys").json["key"]
    assert deployed.admin("GET", "/v1/countries", key=own).status == 403


def test_a_template_is_refused_saved_priced_and_removed(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}/templates"
    body = {"text": "{{ brand }}: bonjour {{ first_name }}, {{ product }} vous attend {{ link }}", "journey": "cart"}
    refused = deployed.admin("PUT", f"{path}/cart-1", body | {"text": "Répondez {{ nobody }}"})
    assert (refused.status, refused.json["errors"][0]["rule"]) == (422, "unknown_value")
    assert deployed.admin("PUT", f"{path}/cart-1", body).status == 201
    assert deployed.admin("GET", f"{path}/cart-1").json["text"] == body["text"]
    assert [one["template"] for one in deployed.admin("GET", path).json["templates"]] == ["cart-1"]
    assert deployed.admin("POST", f"{path}/check", body).json["findings"] == []
    person = "0" * 64
    asked = {"template": body, "rows": [{"first_name": "Zoë"}], "people": [person]}
    assert deployed.admin("POST", f"{path}/suggest", {"journey": "cart"}).status == 501, "no model is set up"
    priced = deployed.admin("POST", f"{path}/preview", asked).json
    assert priced["culprits"] == {"ë": 1} and priced["unknown_people"] == 1
    assert deployed.admin("DELETE", f"{path}/cart-1").status == 200
    assert deployed.admin("GET", f"{path}/cart-1").status == 404


def test_what_is_offered_with_what_is_replaced(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}/complements"
    lock: dict[str, Any] = {"item_id": "lock", "item_name": "Antivol", "page_location": None, "variants": []}
    rules = {"complements": [{"item_category": "Vélos", "offers": [lock]}]}
    assert deployed.admin("PUT", path, {"complements": [{"offers": [lock]}]}).status == 422
    assert deployed.admin("PUT", path, rules).json == rules
    assert deployed.admin("GET", path).json == rules


def test_what_is_answered_by_itself_is_replaced(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}/automatic-answers"
    settings = {"on": ["status"], "texts": {"fr": {"away": "{{ brand }} : nous revenons vite."}}}
    assert deployed.admin("PUT", path, {"on": ["sales"]}).status == 422
    assert deployed.admin("PUT", path, {"texts": {"fr": {"thanks": "-10 % pour vous"}}}).status == 422
    assert deployed.admin("PUT", path, settings).json == settings | {
        "usual_texts": deployed.admin("GET", path).json["usual_texts"]
    }
    assert deployed.admin("GET", path).json["on"] == ["status"]


def test_a_contest_is_made_pictured_exported_and_drawn(deployed: Deployed, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser}/surveys"
    choices = [{"code": "A", "label": "Lyon"}, {"code": "B", "label": "Nantes"}]
    contest = {"name": "Lot", "kind": "contest", "winners": 1, "questions": [{"text": "Où ?", "choices": choices}]}
    refused = deployed.admin("POST", path, contest | {"winners": 0})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "winners")
    made = deployed.admin("POST", path, contest | {"opens_at": 0, "closes_at": 1})
    assert (made.status, made.json["state"]) == (201, "closed")
    one = f"{path}/{made.json['survey']}"
    assert deployed.admin("GET", f"{one}/statistics").json["people"] == 0
    picture = deployed.admin("GET", f"{one}/statistics.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml") and b"Nantes" in picture.body
    assert deployed.admin("GET", f"{one}/answers.csv").body == b"entry,answered_at,q1,q1_label\r\n"
    drawn = deployed.admin("POST", f"{one}/draws", {}).json
    assert hashlib.sha256(drawn["seed"].encode()).hexdigest() == made.json["seed_sha256"]
    assert deployed.admin("GET", f"{one}/draws").json["draws"] == [drawn]
    assert deployed.admin("DELETE", one).status == 200


def test_a_shop_platforms_webhooks_are_taken_signed_only_and_once(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    created = deployed.admin("POST", f"/v1/sites/{shop.site}/shops", {"kind": "shopify", "secret": SECRET})
    assert created.status == 201, created.json
    path = f"/hooks/shops/{created.json['source']}"
    json_type = {"Content-Type": "application/json"}
    for topic, told in (
        ("orders/paid", payload("shopify_order")),
        ("refunds/create", payload("shopify_refund", created_at="2026-02-28T19:00:00+01:00")),
        ("products/update", payload("shopify_product")),
    ):
        content = json.dumps(told)
        headers = json_type | signed("shopify", topic, content.encode(), 0)
        assert deployed.request("POST", path, content + " ", headers).status == 403
        for _ in range(2):
            answer = deployed.request("POST", path, content, headers)
            assert (answer.status, answer.json) == (200, {"outcome": "accepted"})
    expected = {"event.order_updated": 4, "event.purchase": 1, "event.refund": 1, "shop.bad_signature": 3}
    eventually(lambda: expected.items() <= shop.counts().items())
    assert deployed.request("POST", "/hooks/shops/shop_nobody", "{}", json_type).status == 404


def test_a_webhook_is_told_by_the_deployed_stack_and_signed(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    place = f"/v1/advertisers/{shop.advertiser}/webhooks"
    refused = deployed.admin(
        "POST", place, {"name": "Inside", "url": "https://10.0.0.1/#x", "events": ["stop.received"]}
    )
    assert refused.status == 422
    with gateway((200, "")) as receiver:
        told = {"name": "Helpdesk", "url": f"{receiver.url}/hooks", "events": ["stop.received"]}
        webhook = deployed.admin("POST", place, told).json
        assert deployed.admin("POST", f"{place}/{webhook['webhook']}/test").status == 202
        eventually(lambda: len(receiver.received) == 1)
    (got,) = receiver.received
    assert Verifier(webhook["secret"]).verify(got.body, got.headers)["type"] == "ping"

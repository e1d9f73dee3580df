"""One-time codes for a shop's back end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.clock import DAY, MINUTE
from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api, key_for

CAMILLE = {"phone": "06 39 98 00 01"}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def code(shop: Shop) -> str:
    found = re.search(r"\b\d{6}\b", shop.world.provider.sent[-1].text)
    assert found
    return found[0]


def outcome(api: Api, verification: str, typed: str, **more: Any) -> Any:
    return api.ask("POST", f"/v1/verifications/{verification}/check", {"code": typed} | more).json.get("outcome")


def test_a_code_is_sent_at_any_hour_and_right_once(own: Api, shop: Shop) -> None:
    shop.world.clock.advance(13 * 60 * MINUTE)  # midnight in Paris
    started = own.ask("POST", "/v1/verifications", CAMILLE | {"language": "en", "ip": "192.0.2.7"})
    assert started.status == 201 and started.json["expires_at"] == shop.world.clock.now() + 10 * MINUTE
    sms = shop.world.provider.sent[-1]
    assert (sms.to, sms.message_class, sms.sender) == ("+33639980001", "authorisation", shop.advertiser.sender)
    verification, right = started.json["verification"], code(shop)
    assert outcome(own, verification, "000000" if right != "000000" else "000001") == "wrong"
    assert outcome(own, verification, f" {right[:3]} {right[3:]} ") == "right"
    assert outcome(own, verification, right) == "exhausted"


def test_a_code_ends_after_ten_minutes(own: Api, shop: Shop) -> None:
    verification = own.ask("POST", "/v1/verifications", CAMILLE).json["verification"]
    shop.world.clock.advance(10 * MINUTE)
    assert outcome(own, verification, code(shop)) == "expired"


def test_a_phone_gets_three_codes_an_hour_whoever_asks(own: Api, shop: Shop) -> None:
    asked = [own.ask("POST", "/v1/verifications", CAMILLE).status for _ in range(4)]
    assert asked == [201, 201, 201, 429]


@pytest.mark.parametrize(
    ("phone", "rule"),
    [("12", "valid_number"), ("01 42 68 53 00", "mobile"), ("+32470123456", "country_unsigned")],
)
def test_a_number_that_gets_no_sms_gets_no_code(own: Api, shop: Shop, phone: str, rule: str) -> None:
    refused = own.ask("POST", "/v1/verifications", {"phone": phone})
    assert refused.status == 422 and refused.json["errors"][0]["rule"] == rule
    assert shop.world.provider.sent == []


def test_another_advertiser_cannot_use_a_code(api: Api, own: Api, shop: Shop) -> None:
    rival = open_shop(shop.world)
    verification = own.ask("POST", "/v1/verifications", CAMILLE).json["verification"]
    right, sent = code(shop), shop.world.of_type("verification")
    stranger = api.with_key(key_for(shop, rival.advertiser.id))
    assert outcome(stranger, verification, right) == outcome(stranger, "ver_none", right) == "expired"
    assert shop.world.of_type("verification") == sent, "nor use up its tries"
    operator = api.with_key(key_for(shop, "operator"))
    assert outcome(operator, verification, right, advertiser=shop.advertiser.id) == "right"
    assert operator.ask("POST", "/v1/verifications", CAMILLE).status == 422
    named = CAMILLE | {"advertiser": rival.advertiser.id}
    assert own.ask("POST", "/v1/verifications", named).status == 403


def test_a_code_is_stored_and_logged_nowhere(own: Api, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    own.ask("POST", "/v1/verifications", CAMILLE)
    kept = str(shop.world.items()) + capsys.readouterr().out
    assert code(shop) not in kept and "39980001" not in kept
    assert all("ttl" in item for item in shop.world.items() if item["type"] in ("verification", "limit"))
    assert max(item["ttl"] for item in shop.world.of_type("limit")) * 1000 < shop.world.clock.now() + 3 * DAY

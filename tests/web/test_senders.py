"""What an advertiser's SMS come from: registered by itself, verified by the operator."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.storage.advertisers import OPERATOR
from tests.support.shop import Shop
from tests.web.conftest import Api, key_for
from tests.web.test_admin import ADVERTISER


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, OPERATOR))


def at(shop: Shop, *path: str) -> str:
    return "/".join(["/v1/advertisers", shop.advertiser.id, "senders", *path])


def listed(api: Api, shop: Shop) -> dict[str, Any]:
    shop.world.clock.advance(11_000)
    return {one["value"]: one for one in api.ask("GET", at(shop)).json["senders"]}


def test_a_sender_waits_for_the_operator(own: Api, operator: Api, shop: Shop) -> None:
    made = own.ask("PUT", at(shop, "FR", "LUMEN"), {})
    assert (made.status, made.json["verified"], made.json["two_way"]) == (200, False, False)
    assert own.ask("PUT", at(shop, "FR", "LUMEN"), {"verified": True}).status == 403
    assert listed(own, shop)["LUMEN"]["verified"] is False

    assert operator.ask("PUT", at(shop, "FR", "LUMEN"), {"verified": True}).json["verified"] is True
    assert own.ask("PUT", at(shop, "FR", "LUMEN"), {}).json["verified"] is True, "said again it stays as it was"
    assert listed(own, shop)["LUMEN"]["verified"] is True
    changed = own.ask("PUT", at(shop, "FR", "LUMEN"), {"stop_number": "36180"})
    assert (changed.json["verified"], changed.json["stop_number"]) == (False, "36180"), "another STOP is another sender"


@pytest.mark.parametrize(
    ("country", "value", "rule"),
    [
        ("FR", "INFO", "generic_word"),
        ("FR", "0612345678", "unknown_number"),
        ("FR", "MaisonLumens", "max_length"),
        ("US", "LUMEN", "country_unsigned"),
        ("ZZ", "LUMEN", "country_unsigned"),
    ],
)
def test_what_a_country_does_not_take_is_named(own: Api, shop: Shop, country: str, value: str, rule: str) -> None:
    answer = own.ask("PUT", at(shop, country, value), {})
    assert answer.status == 422
    assert [error["rule"] for error in answer.json["errors"]] == [rule]


@pytest.mark.parametrize(("value", "stop", "rule"), [("LUMEN", "38123", "short_code"), ("36124", "36180", "of_a_name")])
def test_a_stop_goes_to_a_short_code_for_marketing(own: Api, shop: Shop, value: str, stop: str, rule: str) -> None:
    answer = own.ask("PUT", at(shop, "FR", value), {"stop_number": stop})
    assert [error["rule"] for error in answer.json["errors"]] == [rule]


def test_a_number_is_the_same_however_it_is_written(own: Api, shop: Shop) -> None:
    assert own.ask("PUT", at(shop, "FR", "0937000001"), {}).json["value"] == "+33937000001"
    assert own.ask("DELETE", at(shop, "FR", "33937000001")).status == 200
    assert own.ask("DELETE", at(shop, "FR", "33937000001")).status == 404
    assert "+33937000001" not in listed(own, shop)


def test_the_sender_of_the_settings_is_the_default(own: Api, operator: Api, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser.id}"
    first = listed(own, shop)[shop.advertiser.sender]
    assert first["default"] and first["verified"], "from before there was a registry"

    own.ask("PUT", path, ADVERTISER | {"sender": "38777"})
    senders = listed(own, shop)
    assert senders["38777"]["default"] and not senders["38777"]["verified"], "changed by the advertiser itself"
    assert own.ask("DELETE", at(shop, "FR", "38777")).status == 409

    operator.ask("PUT", path, ADVERTISER | {"sender": "38777"})
    assert listed(own, shop)["38777"]["verified"]
    own.ask("PUT", path, ADVERTISER | {"sender": "38777", "brand": "Other"})
    assert listed(own, shop)["38777"]["verified"], "what is not about the sender leaves it as it is"


def test_a_changed_sender_is_not_taken_for_an_old_one_by_a_container_with_an_old_list(own: Api, shop: Shop) -> None:
    world = shop.world
    other = world.worker().sender_book
    assert [one.verified for one in other.of(shop.advertiser)] == [True]
    own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}", ADVERTISER | {"sender": "38777"})
    changed = world.services.advertisers.get(shop.advertiser.id)
    assert changed
    assert [(one.value, one.verified) for one in other.of(changed)] == [("38777", False)]


def test_an_advertiser_of_the_operators_making_has_a_verified_sender(operator: Api, shop: Shop) -> None:
    made = operator.ask("POST", "/v1/advertisers", ADVERTISER).json["advertiser"]
    senders = operator.ask("GET", f"/v1/advertisers/{made}/senders").json["senders"]
    assert [(one["value"], one["verified"], one["default"]) for one in senders] == [("36123", True, True)]


def test_what_happens_to_senders_is_counted(own: Api, operator: Api, shop: Shop) -> None:
    own.ask("PUT", at(shop, "FR", "LUMEN"), {})
    operator.ask("PUT", at(shop, "FR", "LUMEN"), {"verified": True})
    own.ask("DELETE", at(shop, "FR", "LUMEN"))
    counts = own.ask("GET", f"/v1/advertisers/{shop.advertiser.id}/counts").json["counts"]
    assert [counts[f"sender_{what}"] for what in ("registered", "verified", "removed")] == [1, 1, 1]


# Own hours


def test_own_hours_are_kept_and_told(own: Api, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser.id}"
    hours = {"marketing": [{"open": "09:00", "close": "22:00", "days": ["friday", "monday"]}], "spread_s": 600}
    told = own.ask("PUT", path, ADVERTISER | {"hours": hours}).json["hours"]
    assert told == {
        "marketing": [{"open": "09:00", "close": "22:00", "days": ["monday", "friday"]}],
        "notification": [],
        "spread_s": 600,
    }
    shop.world.clock.advance(11_000)
    assert own.ask("GET", path).json["hours"] == told


@pytest.mark.parametrize(
    ("hours", "field", "rule"),
    [
        ({"marketing": [{"open": "07:00", "close": "20:00"}]}, "hours.marketing.0", "within_limit"),
        ({"marketing": [{"open": "08:00", "close": "22:01"}]}, "hours.marketing.0", "within_limit"),
        ({"marketing": [{"open": "20:00", "close": "09:00"}]}, "hours.marketing.0", "within_limit"),
        ({"notification": [{"open": "06:59", "close": "09:00"}]}, "hours.notification.0", "within_limit"),
        ({"marketing": [{"open": "09:00", "close": "09:15"}]}, "hours.marketing.0", "shorter_than_spread"),
        ({"marketing": [{"open": "09:00", "close": "12:00", "days": ["sunday"]}]}, "hours.marketing.0", "closed_days"),
        ({"marketing": [{"open": "9", "close": "12:00"}]}, "hours.marketing.0.open", "string_pattern_mismatch"),
        ({"authorisation": []}, "hours.authorisation", "extra_forbidden"),
        ({"spread_s": -1}, "hours.spread_s", "greater_than_equal"),
    ],
)
def test_own_hours_are_stricter_than_the_countrys(
    own: Api, shop: Shop, hours: dict[str, Any], field: str, rule: str
) -> None:
    answer = own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}", ADVERTISER | {"hours": hours})
    assert answer.status == 422
    assert [(error["field"], error["rule"]) for error in answer.json["errors"]] == [(field, rule)]


def test_the_operator_sees_what_each_country_allows(operator: Api) -> None:
    countries = {one["country"]: one for one in operator.ask("GET", "/v1/countries").json["countries"]}
    assert countries["FR"]["sends"] and countries["RE"]["sends"] and not countries["BE"]["sends"]
    assert countries["FR"]["hours"]["marketing"]["latest"] == "22:00"
    assert countries["FR"]["signed"] is None
    assert all(one["source"] for country in countries.values() for one in country["hours"].values())

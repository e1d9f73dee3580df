"""Segments in the admin API: made, filled, listed in pages, out of others' reach."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.audience.segment_sample import Sample
from chalicelib.web.segment_models import sample_answer
from tests.support.shop import CAMILLE, MALIK, PHONES, Shop, open_shop
from tests.web.conftest import Api, key_for

LYON = {"name": "Lyon", "rules": {"all": [{"fact": "location.city", "op": "is", "value": "Lyon"}]}}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def at(shop: Shop, rest: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/segments{rest}"


def test_a_segment_with_rules_is_made_changed_and_removed(own: Api, shop: Shop) -> None:
    made = own.ask("POST", at(shop), LYON)
    assert made.status == 201 and made.json["rules"] == LYON["rules"]
    assert (made.json["state"], made.json["kept_by"]) == ("building", "events")
    segment = made.json["segment"]
    changed = own.ask("PUT", at(shop, f"/{segment}"), LYON | {"name": "Rhône"})
    assert changed.json["name"] == "Rhône" and changed.json["members"] == 0
    assert own.ask("PUT", at(shop, f"/{segment}"), {"name": "By hand"}).status == 422
    assert own.ask("POST", at(shop, f"/{segment}/members"), {"add": []}).status == 422
    assert own.ask("POST", at(shop, f"/{segment}/build")).json["state"] == "building"
    assert [one["segment"] for one in own.ask("GET", at(shop)).json["segments"]] == [segment]
    assert own.ask("DELETE", at(shop, f"/{segment}")).status == 200
    assert own.ask("GET", at(shop, f"/{segment}")).status == 404
    assert own.ask("GET", at(shop)).json["segments"] == []


def test_a_list_is_taken_row_by_row_and_told_in_pages(own: Api, shop: Shop) -> None:
    people = {shop.contact(CAMILLE), shop.contact(MALIK, email="malik@example.com")}
    segment = own.ask("POST", at(shop), {"name": "Friends"}).json["segment"]
    rows = [{"phone": "0639980001"}, {"phone": "0102"}, {"email": "Malik@example.com"}]
    told = own.ask("POST", at(shop, f"/{segment}/members"), {"add": rows}).json["added"]
    assert told["changed"] == 2 and [(one["row"], one["rule"]) for one in told["errors"]] == [(1, "valid_number")]
    assert "0102" not in str(told)
    first = own.ask("GET", at(shop, f"/{segment}/members?limit=1")).json
    second = own.ask("GET", at(shop, f"/{segment}/members?limit=1&after={first['next']}")).json
    assert {*first["members"], *second["members"]} == people
    known = own.ask("GET", at(shop, f"/{segment}/contacts?limit=1")).json
    assert known["next"] == first["next"] and known["contacts"][0]["person"] == first["members"][0]
    assert known["contacts"][0]["consents"]["sms_marketing"]["given"] and CAMILLE not in str(known)
    out = own.ask("POST", at(shop, f"/{segment}/members"), {"remove": [{"phone": CAMILLE}]}).json["removed"]
    assert out["changed"] == 1
    for wrong in ("limit=0", "limit=x", "after=3", "after=x.y"):
        assert own.ask("GET", at(shop, f"/{segment}/members?{wrong}")).status == 422


@pytest.mark.parametrize(
    "rules",
    [
        {"all": [{"fact": "contact.phone", "value": "x"}]},
        {"all": [{"fact": "location.city", "op": "is"}]},
        {"either": []},
    ],
)
def test_rules_that_make_no_sense_are_refused_by_field(own: Api, shop: Shop, rules: Any) -> None:
    refused = own.ask("POST", at(shop), {"name": "x", "rules": rules})
    assert refused.status == 422 and all(one["field"].startswith("rules") for one in refused.json["errors"])


def test_another_advertisers_segments_are_out_of_reach(api: Api, own: Api, shop: Shop) -> None:
    segment = own.ask("POST", at(shop), LYON).json["segment"]
    rival = open_shop(shop.world)
    key = api.with_key(key_for(shop, rival.advertiser.id))
    for method, path in (("GET", ""), ("GET", "/members"), ("DELETE", ""), ("PUT", "")):
        body = LYON if method == "PUT" else None
        assert key.ask(method, at(shop, f"/{segment}{path}"), body).status == 403
        assert key.ask(method, at(rival, f"/{segment}{path}"), body).status == 404


def test_how_many_would_belong_is_told_before_anything_is_saved(own: Api, shop: Shop) -> None:
    people = [shop.contact(phone, first_name="Ada" if number < 3 else None) for number, phone in enumerate(PHONES[1:9])]
    shop.world.services.rosters.add((shop.advertiser.id, person) for person in people)
    asked = own.ask(
        "POST", at(shop, "/preview"), {"rules": {"all": [{"fact": "contact.first_name_known", "value": True}]}}
    )
    assert asked.json == {
        "contacts": 8,
        "looked_at": 8,
        "exact": True,
        "members": {"people": 3, "at_least": 3, "at_most": 3},
    }
    assert own.ask("GET", at(shop)).json["segments"] == []
    refused = own.ask("POST", at(shop, "/preview"), {"rules": {"all": [{"fact": "contact.phone", "value": "x"}]}})
    assert refused.status == 422


def test_of_a_larger_base_a_sample_is_asked_and_its_bounds_are_told() -> None:
    told = sample_answer(Sample(contacts=3_000, looked_at=300, belong=30))
    assert (told["exact"], told["members"]["people"]) == (False, 300)
    assert told["members"]["at_least"] < 300 < told["members"]["at_most"]

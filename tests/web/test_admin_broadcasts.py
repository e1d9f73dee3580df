"""Broadcasts in the admin API: from a plan to what became of it, with a second person's approval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.templates import Template
from tests.messaging.test_broadcasts import LINK, SALE, audience, pass_minutes
from tests.support.shop import PHONES, Shop, open_shop
from tests.web.conftest import Api, key_for


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def at(shop: Shop, rest: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/broadcasts{rest}"


def plan(shop: Shop, **changes: Any) -> dict[str, Any]:
    shop.world.services.templates.save(shop.advertiser.id, Template("sale", SALE))
    segment = audience(shop, PHONES[:2]).id
    return {"name": "Sale", "segment": segment, "template": "sale", "link": LINK} | changes


def test_from_a_plan_to_what_became_of_it(own: Api, shop: Shop) -> None:
    made = own.ask("POST", at(shop), plan(shop))
    assert (made.status, made.json["state"], made.json["class"]) == (201, "draft", "marketing")
    broadcast = f"/{made.json['broadcast']}"
    refused = own.ask("POST", at(shop, f"{broadcast}/launch"))
    assert refused.status == 409 and "rehearse" in refused.json["detail"]
    found = own.ask("POST", at(shop, f"{broadcast}/rehearse")).json["rehearsal"]
    assert found["sends"] == {"people": 2, "at_least": 2, "at_most": 2} and found["exact"]
    rows = own.ask("GET", at(shop, f"{broadcast}/rehearsal")).json["rows"]
    assert [(row["outcome"], row["parts"]) for row in rows] == [("sent", 1)] * 2
    assert own.ask("POST", at(shop, f"{broadcast}/launch")).json["state"] == "scheduled"
    assert own.ask("POST", at(shop, f"{broadcast}/launch")).status == 200
    pass_minutes(shop, 2)
    told = own.ask("GET", at(shop, broadcast)).json
    assert (told["state"], told["made"]) == ("done", 2)
    by_state = [own.ask("GET", at(shop, f"?state={state}")).json["broadcasts"] for state in ("done", "running")]
    assert [len(found) for found in by_state] == [1, 0]
    became = own.ask("GET", at(shop, f"{broadcast}/differences")).json
    assert (became["same"], became["differences"], became["next"]) == (2, [], None)
    assert own.ask("POST", at(shop, f"{broadcast}/rehearse")).status == 409


def test_a_second_key_approves_what_the_first_launches(api: Api, own: Api, shop: Shop) -> None:
    shop.world.services.advertisers.save(replace(shop.advertiser, safeguards=Safeguards(approve_people=1)))
    broadcast = own.ask("POST", at(shop), plan(shop)).json["broadcast"]
    assert own.ask("POST", at(shop, f"/{broadcast}/rehearse")).json["needs_approval"]
    assert own.ask("POST", at(shop, f"/{broadcast}/launch")).status == 409
    assert own.ask("POST", at(shop, f"/{broadcast}/approve")).json["approved_at"]
    assert own.ask("POST", at(shop, f"/{broadcast}/launch")).status == 409
    shop.world.services.admin_keys.grant("rk_second", shop.advertiser.id)
    assert api.with_key("rk_second").ask("POST", at(shop, f"/{broadcast}/launch")).status == 200


def test_the_reach_of_a_segment_is_told_with_its_reasons(own: Api, shop: Shop) -> None:
    segment = plan(shop)["segment"]
    path = f"/v1/advertisers/{shop.advertiser.id}/segments/{segment}/size"
    told = own.ask("POST", path, {"template": "sale"}).json
    assert told["sends"]["people"] == 2 and told["price"]["currency"] == "EUR"
    assert own.ask("POST", path, {"at": "yesterday"}).status == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"segment": "seg_no"}, "segment"), ({"pace_per_minute": 0}, "pace_per_minute"), ({"link": "ftp://x"}, "link")],
)
def test_a_plan_that_makes_no_sense_is_refused_by_field(own: Api, shop: Shop, wrong: Any, field: str) -> None:
    refused = own.ask("POST", at(shop), plan(shop, **wrong))
    assert refused.status == 422 and [error["field"] for error in refused.json["errors"]] == [field]


def test_another_advertisers_broadcasts_are_out_of_reach(api: Api, own: Api, shop: Shop) -> None:
    broadcast = own.ask("POST", at(shop), plan(shop)).json["broadcast"]
    rival = open_shop(shop.world)
    key = api.with_key(key_for(shop, rival.advertiser.id))
    for method, path in (("GET", ""), ("POST", "/launch"), ("POST", "/cancel"), ("GET", "/rehearsal")):
        assert key.ask(method, at(shop, f"/{broadcast}{path}")).status == 403
        assert key.ask(method, at(rival, f"/{broadcast}{path}")).status == 404

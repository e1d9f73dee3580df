"""Caps and hours as things of their own: the same as in the advertiser's settings, one beside the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api, key_for
from tests.web.test_admin import ADVERTISER, CAPS

HOURS = {
    "marketing": [{"open": "10:00", "close": "18:00", "days": ["tuesday", "thursday"]}],
    "notification": [],
    "spread_s": 600,
}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def test_settings_and_resources_tell_the_same_and_neither_takes_from_the_other(own: Api, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser.id}"
    before = own.ask("GET", path).json
    caps = own.ask("PUT", f"{path}/caps", {"caps": CAPS, "at_cap": "defer"})
    hours = own.ask("PUT", f"{path}/hours", HOURS)
    assert (caps.status, caps.json) == (200, {"caps": CAPS, "at_cap": "defer"})
    assert (hours.status, hours.json) == (200, HOURS)
    changed = {"caps": CAPS, "at_cap": "defer", "hours": HOURS}
    settings = own.ask("GET", path).json
    assert settings == {name: value for name, value in before.items() if name != "cap"} | changed
    assert own.ask("GET", f"{path}/caps").json == caps.json
    assert own.ask("GET", f"{path}/hours").json == HOURS
    assert shop.world.worker().advertisers.get(shop.advertiser.id) == shop.world.services.advertisers.get(
        shop.advertiser.id
    )

    own.ask("PUT", path, ADVERTISER | {"caps": [{"limit": 1}], "hours": {"spread_s": 0}})
    assert own.ask("GET", f"{path}/caps").json["caps"][0]["limit"] == 1
    assert own.ask("GET", f"{path}/hours").json == {"marketing": [], "notification": [], "spread_s": 0}


@pytest.mark.parametrize(
    ("rest", "body", "field"),
    [
        ("caps", {"caps": [{"limit": 101}]}, "caps.0.limit"),
        ("caps", {"caps": [{"limit": 1, "campaign": "j4"}]}, "caps.0"),
        ("caps", {}, "caps"),
        ("hours", {"marketing": [{"open": "06:00", "close": "18:00"}]}, "marketing.0"),
        ("hours", {"spread_s": -1}, "spread_s"),
        ("hours", {"night": []}, "night"),
    ],
)
def test_what_the_settings_refuse_is_refused(own: Api, shop: Shop, rest: str, body: Any, field: str) -> None:
    answer = own.ask("PUT", f"/v1/advertisers/{shop.advertiser.id}/{rest}", body)
    assert answer.status == 422 and answer.json["errors"][0]["field"].startswith(field)


def test_a_cap_is_set_only_if_it_is_as_it_was_read(own: Api, shop: Shop) -> None:
    path = f"/v1/advertisers/{shop.advertiser.id}/caps"
    read = own.ask("GET", path).headers["ETag"]
    assert own.ask("PUT", path, {"caps": []}, told={"If-Match": read}).status == 200
    assert own.ask("PUT", path, {"caps": [{"limit": 9}]}, told={"If-Match": read}).status == 412
    assert own.ask("GET", path).json["caps"] == []

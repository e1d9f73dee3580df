"""The admin API: an advertiser and its settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.storage import keys
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.caps import CapRule
from chalicelib.storage.table import Put
from tests.support.shop import Shop
from tests.web.conftest import Api, key_for

ADVERTISER = {"name": "Lumen SAS", "brand": "Lumen", "sender": "36123"}


def test_an_advertiser_from_its_creation_to_its_site(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    created = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"cap": {"messages": 1}})
    assert created.status == 201 and created.json["cap"] == {"messages": 1, "window_s": 7 * 24 * 3600}
    same = {name: value for name, value in created.json.items() if name != "advertiser"}
    back = operator.ask("PUT", f"/v1/advertisers/{created.json['advertiser']}", same)
    assert back.status == 200, "what was answered may be sent back"
    path = f"/v1/advertisers/{created.json['advertiser']}"
    own = api.with_key(operator.ask("POST", f"{path}/keys").json["key"])

    site = own.ask("POST", f"{path}/sites", {"name": "Lumen", "origins": ["https://Shop.example/"]}).json
    assert site["origins"] == ["https://shop.example"]
    replaced = own.ask("PUT", path, ADVERTISER | {"cart": {"delay_s": 60}})
    assert replaced.json["cart"]["delay_s"] == 60
    assert own.ask("GET", path).json == replaced.json
    safe = {"stop_percent": 5, "daily_budget": {"micro": 20_000_000, "currency": "EUR"}}
    own.ask("PUT", path, ADVERTISER | {"safeguards": safe})
    assert own.ask("GET", path).json["safeguards"] == safe | {"approve_people": None, "approve_micro": None}
    assert site["secret"] not in str(shop.world.items())


CAPS = [
    {"limit": 3, "window_s": 604800, "level": "all", "counts": "messages", "classes": ["marketing"]},
    {
        "limit": 2,
        "window_s": 86400,
        "level": "campaign",
        "counts": "parts",
        "classes": ["notification"],
        "campaign": "j4",
    },
]


def test_caps_are_told_as_they_were_set(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    created = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"caps": CAPS, "at_cap": "defer"}).json
    assert (created["caps"], created["at_cap"], "cap" in created) == (CAPS, "defer", False)
    both = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"caps": CAPS, "cap": {"messages": 1}})
    assert both.status == 422
    assert operator.ask("PUT", "/v1/caps", {"caps": CAPS}).json == {"caps": CAPS}
    assert operator.ask("GET", "/v1/caps").json == {"caps": CAPS}


def test_an_advertiser_that_was_stored_with_one_cap_has_it_still(api: Api, shop: Shop) -> None:
    """Before there were several."""
    key = keys.advertiser(shop.advertiser.id)
    item = shop.world.services.table.get(key)
    assert item is not None
    old = {name: value for name, value in item.items() if name not in ("caps", "at_cap")}
    shop.world.services.table.put(Put(key, old | {"cap": {"messages": 5, "window_ms": 60_000}}))

    assert shop.world.worker().advertisers.get(shop.advertiser.id) == replace(
        shop.advertiser, caps=(CapRule(5, 60_000),)
    )


def test_an_agent_is_named_signs_and_is_told_as_set(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    hours = [{"open": "09:00", "close": "18:00", "days": ["monday", "friday"]}]
    body = ADVERTISER | {
        "agent": {"name": " Anne-Zoé ", "hours": hours},
        "cart": {"template": "Bonjour, c'est {{ agent.name }} {{ link }}"},
    }
    made = operator.ask("POST", "/v1/advertisers", body)
    told = {"name": "Anne-Zoé", "hours": hours, "zone": "Europe/Paris"}
    assert (made.status, made.json["agent"]) == (201, told)
    path = f"/v1/advertisers/{made.json['advertiser']}"
    assert operator.ask("GET", path).json["agent"] == told
    assert operator.ask("PUT", path, ADVERTISER | {"agent": told}).json["agent"] == told
    assert operator.ask("PUT", path, ADVERTISER).json["agent"] is None
    assert "Anne-Zoé" not in str(shop.world.of_type("advertiser"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"sender": "Maison Lumen"}, "sender"),
        ({"sender": "TWELVELETTER"}, "sender"),
        ({"sender": "1234"}, "sender"),
        ({"cap": {"messages": -1}}, "cap.messages"),
        ({"cap": {"window_s": 59}}, "cap.window_s"),
        ({"caps": [{"limit": 101}]}, "caps.0.limit"),
        ({"caps": [{"limit": 1, "window_s": 31 * 24 * 3600 + 1}]}, "caps.0.window_s"),
        ({"caps": [{"limit": 1, "classes": []}]}, "caps.0.classes"),
        ({"caps": [{"limit": 1, "level": "wish"}]}, "caps.0.level"),
        ({"caps": [{"limit": 1, "campaign": "cart"}]}, "caps.0"),
        ({"at_cap": "send"}, "at_cap"),
        ({"cart": {"template": "{{ unknown }} {{ link }}"}}, "cart.template"),
        ({"cart": {"template": "no way to the shop"}}, "cart.template"),
        ({"cart": {"template": "Bonjour, c'est {{ agent.name }} {{ link }}"}}, "cart.template"),
        ({"agent": {"name": "Lou 24/7"}}, "agent.name"),
        ({"agent": {"name": "Lou", "zone": "Paris"}}, "agent.zone"),
        ({"agent": {"name": "Lou", "hours": [{"open": "18:00", "close": "09:00"}]}}, "agent.hours.0"),
        ({"agent": {"name": "Lou", "hours": [{"open": "9h", "close": "18:00"}]}}, "agent.hours.0.open"),
        ({"delay": 5}, "delay"),
    ],
)
def test_a_wrong_setting_is_named(api: Api, shop: Shop, change: dict[str, Any], field: str) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    answer = operator.ask("POST", "/v1/advertisers", ADVERTISER | change)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_body_that_is_no_json_is_a_problem(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    answer = operator.ask("POST", "/v1/advertisers", {"a": "b"}, form=True)
    assert answer.status in (415, 422)

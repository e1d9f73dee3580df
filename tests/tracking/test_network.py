"""The service's own cookie at the door: who gets it, who keeps it, and who is freed of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.tracking.network import SECONDS, decide
from tests.support.faults import FaultyClient
from tests.support.network import Visitor, enable, member
from tests.support.shop import Shop, visitor_id
from tests.support.world import World

OURS = "rl_n=0123456789abcdefghijkl"


@pytest.fixture
def shop(world: World) -> Shop:
    enable(world)
    return member(world)


def events(shop: Shop) -> list[dict[str, Any]]:
    return shop.world.of_type("event")


def test_who_agrees_gets_the_cookie_and_the_table_its_keyed_hash(shop: Shop) -> None:
    visitor = Visitor()
    answer = visitor.tell(shop, "view_item")

    set_cookie = answer["headers"]["Set-Cookie"]
    assert re.fullmatch(rf"rl_n=[\w-]{{22}}; Max-Age={SECONDS}; Path=/; Secure; HttpOnly; SameSite=None", set_cookie), (
        set_cookie
    )
    assert answer["headers"]["Access-Control-Allow-Origin"] == shop.site.origins[0]
    assert answer["headers"]["Access-Control-Allow-Credentials"] == "true"
    (event,) = events(shop)
    assert len(event["network"]) == 64
    assert visitor.cookie.partition("=")[2] not in str(shop.world.items())


def test_a_visit_neither_changes_nor_prolongs_it(shop: Shop) -> None:
    visitor = Visitor()
    visitor.tell(shop, "view_item")
    given = visitor.cookie
    assert "Set-Cookie" not in visitor.tell(shop, "add_to_cart")["headers"]
    assert visitor.cookie == given
    first, second = events(shop)
    assert first["network"] == second["network"]


@pytest.mark.parametrize("network", [None, "deny", "", True, ["grant"]])
def test_whatever_is_said_instead_of_yes_takes_it_away(shop: Shop, network: Any) -> None:
    visitor = Visitor(f"_ga=1; {OURS}; other=2")
    answer = visitor.tell(shop, "view_item", network=network)
    assert answer["statusCode"] == 202
    assert answer["headers"]["Set-Cookie"].startswith("rl_n=; Max-Age=0;")
    assert [event.get("network") for event in events(shop)] == [None]
    assert "Set-Cookie" not in visitor.tell(shop, "view_item", network=network)["headers"], "nothing to take away"


def test_a_refusal_alone_is_taken_and_nothing_is_kept(shop: Shop) -> None:
    visitor = Visitor(OURS)
    answer = visitor.send(shop, {"site": shop.site.id, "consent": "deny", "network": "deny", "events": []})
    assert (answer["statusCode"], visitor.cookie) == (202, "")
    assert (events(shop), shop.world.of_type("counter")) == ([], [])


def test_global_privacy_control_is_a_refusal(shop: Shop) -> None:
    for visitor in (Visitor(), Visitor(OURS)):
        visitor.tell(shop, "view_item", headers={"Sec-GPC": "1"})
        assert visitor.cookie == ""
    assert events(shop) == []


def test_a_visitor_who_refuses_the_shop_has_refused_this_too(shop: Shop) -> None:
    visitor = Visitor(OURS)
    visitor.send(shop, shop.body(visitor_id(), "view_item") | {"consent": "deny", "network": "grant"})
    assert visitor.cookie == ""


def test_a_value_that_is_not_ours_is_replaced(shop: Shop) -> None:
    visitor = Visitor("rl_n=somebody@example.com")
    visitor.tell(shop, "view_item")
    assert re.fullmatch(r"rl_n=[\w-]{22}", visitor.cookie)


@pytest.mark.parametrize("missing", ["stage", "site", "origin", "bearer"])
def test_it_is_neither_set_nor_read_where_anything_is_missing(world: World, missing: str) -> None:
    if missing != "stage":
        enable(world)
    shop = member(world)
    headers = {}
    match missing:
        case "site":
            world.services.advertisers.save_site(replace(shop.site, network=False))
        case "origin":
            headers = {"Origin": "https://elsewhere.example"}
        case "bearer":
            headers = {"Authorization": f"Bearer {shop.secret}"}
    for visitor in (Visitor(), Visitor(OURS)):
        for network in ("grant", "deny"):
            answer = visitor.tell(shop, "view_item", network=network, headers=headers)
            assert "Set-Cookie" not in answer["headers"]
            assert "Access-Control-Allow-Credentials" not in answer["headers"]
    assert not [event for event in events(shop) if event.get("network")]


@pytest.mark.parametrize("body", [None, [], "x", {}, {"site": 7}, {"site": "site_1"}, {"site": "site_" + "0" * 26}])
def test_any_body_is_answered(shop: Shop, body: Any) -> None:
    answer = Visitor(OURS).send(shop, body)
    assert answer["statusCode"] in (404, 422) and "Set-Cookie" not in answer["headers"]


def test_it_costs_no_call_to_the_table(shop: Shop) -> None:
    watched = FaultyClient(shop.world.dynamodb, lambda _operation, _number: None)
    shop.world.services = shop.world.worker(watched)
    visitor = Visitor()
    visitor.tell(shop, "view_item")
    visitor.tell(shop, "view_item")
    assert watched.calls == ["get_item", "batch_write_item", "batch_write_item"], "the site is read once"


def test_the_decision_is_made_of_consent_and_cookie_only() -> None:
    assert decide(None, agreed=False) == (None, None)
    fresh, header = decide(None, agreed=True)
    assert header is not None and fresh is not None and header.startswith(f"rl_n={fresh};")

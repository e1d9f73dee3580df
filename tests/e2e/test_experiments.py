"""A holdout on the deployed stack, each function held to its policy: who gets nothing is followed all the same."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.journeys.enrolling import held_out
from chalicelib.vault import identifier_digest
from tests.e2e.deployed import Deployed, Shop, Visitor, eventually

TEXT = "{{ brand }} : votre panier vous attend {{ link }}"
PHONES = ("+33639980097", "+33639980098")


def named(shop: Shop) -> str:
    """A journey's name that holds the second phone out and not the first."""
    vault = shop.deployed.services.vault
    first, second = (vault.person(phone) for phone in PHONES)
    names = (f"trial-{number}" for number in range(1_000))
    return next(name for name in names if not held_out(first, name, 50) and held_out(second, name, 50))


def buy(visitor: Visitor, phone: str, order: str) -> None:
    body = {
        "site": visitor.shop.site,
        "consent": "grant",
        "ids": {"phone_sha256": identifier_digest(phone)},
        "events": [visitor.event("purchase", transaction_id=order, value=80, currency="EUR")],
    }
    bearer = {"Authorization": f"Bearer {visitor.shop.secret}"}
    assert visitor.shop.deployed.request("POST", "/e", json.dumps(body), bearer).status == 202


def test_both_arms_are_followed_to_the_purchase(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    own, journey = f"/v1/advertisers/{shop.advertiser}", named(shop)
    assert deployed.admin("PUT", f"{own}/templates/cart-1", {"text": TEXT, "journey": "cart"}).status == 201
    document: dict[str, Any] = {
        "name": "Cart",
        "kind": "cart",
        "holdout": 50,
        "trigger": {"about": "cart", "events": ["add_to_cart"]},
        "audience": [{"fact": "cart.value", "op": "at_most", "value": 500}],
        "steps": [{"id": "only", "wait": {"minutes": 5}, "texts": [{"template": "cart-1"}]}],
        "exits": [{"on": "purchase"}],
    }
    saved = deployed.admin("PUT", f"{own}/journeys/{journey}", {"document": document})
    assert saved.status == 201, saved.body
    started = deployed.admin("POST", f"{own}/journeys/{journey}/start")
    assert started.status == 200, started.body
    deployed.pass_minutes(1)  # Each function knows an advertiser's journeys for ten seconds.
    visitors = []
    for phone in PHONES:
        shop.opt_in(phone)
        visitor = shop.visitor()
        visitor.fill_cart(phone)
        visitors.append(visitor)
    eventually(lambda: len(deployed_enrolments(shop, journey)) == 2 or None)
    deployed.pass_minutes(7)

    def people() -> dict[str, Any] | None:
        arms = {arm["arm"]: arm for arm in results(shop, journey)["arms"]}
        return arms if all(arm["people"] == 1 for arm in arms.values()) else None

    arms = eventually(people)
    assert (arms["everyone"]["sms"], arms["holdout"]["sms"]) == ({"made": 1, "sent": 1}, {"made": 0, "sent": 0})
    for visitor, phone, order in zip(visitors, PHONES, ("T-1", "T-2"), strict=True):
        buy(visitor, phone, order)

    def bought() -> bool | None:
        return all(arm["buyers"]["people"] == 1 for arm in results(shop, journey)["arms"]) or None

    assert eventually(bought)
    assert results(shop, journey)["comparisons"][0]["verdict"] == "too_early"


def results(shop: Shop, journey: str) -> dict[str, Any]:
    answer = shop.deployed.admin("GET", f"/v1/advertisers/{shop.advertiser}/journeys/{journey}/results")
    assert answer.status == 200, answer.body
    told: dict[str, Any] = answer.json
    return told


def deployed_enrolments(shop: Shop, journey: str) -> list[Any]:
    services = shop.deployed.services
    people = (services.vault.person(phone) for phone in PHONES)
    return [one for person in people for one in services.enrolments.of_contact(shop.advertiser, person, journey)]

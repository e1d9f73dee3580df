"""Playbooks on the deployed stack, each function held to its policy: switched on by API, walked on a moved clock."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.clock import DAY
from chalicelib.messaging.profile import WEEKDAYS
from chalicelib.vault import identifier_digest
from tests.e2e.deployed import Deployed, Shop, Visitor, eventually

DAY_MINUTES = 24 * 60
AGENT = {"name": "Lou", "hours": [{"open": "00:00", "close": "24:00", "days": list(WEEKDAYS)}]}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def shop(deployed: Deployed) -> Shop:
    """On a Monday, Tuesday or Wednesday: what follows takes three days, and on a Sunday nothing is sent."""
    now = deployed.clock.now()
    weekday = datetime.fromtimestamp(now / 1000, ZoneInfo("Europe/Paris")).weekday()
    if weekday > 2:
        deployed.clock.jump_to(now + (7 - weekday) * DAY)
    return deployed.open_shop(agent=AGENT, caps=[])


def switch_on(shop: Shop, playbook: str, **answers: Any) -> None:
    path = f"/v1/advertisers/{shop.advertiser}/playbooks/{playbook}"
    done = shop.deployed.admin("POST", path, {"language": "fr", "answers": answers, "start": True})
    assert (done.status, done.json["state"]) == (201, "live"), done.body
    shop.deployed.pass_minutes(1)  # Each function knows an advertiser's journeys for ten seconds.


def a_pool(shop: Shop) -> str:
    pools = f"/v1/advertisers/{shop.advertiser}/promo-pools"
    benefit = {"kind": "share", "percent": 10}
    made = shop.deployed.admin("POST", pools, {"name": "Cart", "benefit": benefit, "valid_for_h": 24})
    assert made.status == 201, made.body
    pool = str(made.json["pool"])
    assert shop.deployed.admin("POST", f"{pools}/{pool}/codes", {"fill_up_to": 5}).status in (200, 201)
    return pool


def leave_cart(shop: Shop, phone: str) -> Visitor:
    shop.opt_in(phone)
    visitor = shop.visitor()
    items = [{"item_id": "nova", "item_name": "Lampe Nova", "price": 89, "quantity": 1}]
    filled = visitor.event("add_to_cart", items=items, value=89, currency="EUR")
    visitor.send(visitor.event("page_view"), filled, ids={"phone_sha256": identifier_digest(phone)})
    eventually(lambda: shop.counts().get("journey.abandoned_cart.begun"))
    return visitor


def told(shop: Shop, phone: str, **params: Any) -> None:
    """A word of the back end about an order."""
    event = {"id": f"word-{params['status']}-000000", "event": "order_updated", "params": params}
    body = {
        "site": shop.site,
        "consent": "grant",
        "ids": {"phone_sha256": identifier_digest(phone)},
        "events": [event | {"time": shop.deployed.services.clock.now()}],
    }
    answer = shop.deployed.request("POST", "/e", json.dumps(body), {"Authorization": f"Bearer {shop.secret}"})
    assert answer.status == 202, answer.body


def test_a_cart_is_asked_about_reminded_of_and_given_a_code(shop: Shop, phone: str) -> None:
    switch_on(shop, "abandoned_cart", closing_hour=22, promo_pool=a_pool(shop))
    leave_cart(shop, phone)
    shop.deployed.pass_minutes(46)
    first = eventually(lambda: shop.deployed.sms_to(phone))
    assert "Lou" in first and "Lampe Nova" in first
    shop.deployed.pass_minutes(DAY_MINUTES)
    second = eventually(lambda: (sms := shop.deployed.sms_to(phone)) != first and sms)
    assert "rien ne presse" in str(second)
    shop.deployed.pass_minutes(DAY_MINUTES + 16 * 60)  # Perhaps a Sunday lies between.
    third = eventually(lambda: (sms := shop.deployed.sms_to(phone)) != second and sms)
    assert "10 %" in str(third)
    assert shop.counts()["journey.abandoned_cart.code.made"] == 1


def test_a_reply_ends_the_cart_and_a_stop_is_confirmed_once(shop: Shop, phone: str) -> None:
    switch_on(shop, "abandoned_cart", closing_hour=22, promo_pool=a_pool(shop))
    leave_cart(shop, phone)
    shop.deployed.pass_minutes(46)
    first = eventually(lambda: shop.deployed.sms_to(phone))
    form = f"id=reply-{phone[-4:]}&from=%2B{phone[1:]}&to=36111&text=Livrez-vous+le+samedi"
    assert shop.deployed.request("POST", "/hooks/outbox/replies", form, FORM).status == 303
    eventually(lambda: shop.counts().get("journey.abandoned_cart.left.replied") == 1)
    shop.deployed.pass_minutes(2 * DAY_MINUTES)
    assert shop.deployed.sms_to(phone) == first
    for _ in range(2):
        stop = f"id=stop-{phone[-4:]}&from=%2B{phone[1:]}&to=36111&text=Stop+svp"
        assert shop.deployed.request("POST", "/hooks/outbox/replies", stop, FORM).status == 303
    confirmed = eventually(lambda: (sms := shop.deployed.sms_to(phone)) != first and sms)
    assert "c'est noté, vous ne recevrez plus de SMS" in str(confirmed)
    assert (shop.counts()["stop.certain"], shop.counts()["answer.stop_confirmation"]) == (1, 1)


def test_a_parcel_is_told_of_and_told_of_again_to_who_asks(shop: Shop, phone: str) -> None:
    switch_on(shop, "order_shipped")
    own = f"/v1/advertisers/{shop.advertiser}"
    consent = {"phone": phone, "given": {"sms_notification": True}, "at": "2026-01-05", "source": "checkout"}
    assert shop.deployed.admin("POST", f"{own}/consents", consent).status in (200, 201)
    told(shop, phone, transaction_id="A-7", status="paid")
    told(shop, phone, transaction_id="A-7", status="shipped")
    eventually(lambda: shop.counts().get("journey.order_shipped.begun") == 1)
    shop.deployed.pass_minutes(2)
    shipped = eventually(lambda: shop.deployed.sms_to(phone))
    assert "A-7" in str(shipped)
    form = f"id=where-{phone[-4:]}&from=%2B{phone[1:]}&to=36111&text=O%C3%B9+est+ma+commande+%3F"
    assert shop.deployed.request("POST", "/hooks/outbox/replies", form, FORM).status == 303
    status = eventually(lambda: (sms := shop.deployed.sms_to(phone)) != shipped and sms)
    assert "Votre commande A-7 est partie le" in str(status)
    assert shop.counts()["answer.status"] == 1


def test_a_journey_is_rehearsed(shop: Shop, phone: str) -> None:
    switch_on(shop, "abandoned_cart", closing_hour=22, promo_pool=a_pool(shop))
    leave_cart(shop, phone)
    path = f"/v1/advertisers/{shop.advertiser}/journeys/abandoned_cart/rehearse"
    found = eventually(lambda: (told := shop.deployed.admin("POST", path, {}).json) and told.get("rows") and told)
    assert found["became"]["begun"] == 1
    assert {row["outcome"] for row in found["rows"]} == {"sent"}
    asked = shop.deployed.admin("POST", path, {"everybody": True})
    assert (asked.status, asked.json["state"]) == (202, "running")
    shop.deployed.pass_minutes(1)
    kept = path.replace("/rehearse", "/rehearsal")
    done = eventually(lambda: (told := shop.deployed.admin("GET", kept).json)["state"] == "done" and told)
    assert done["became"] == found["became"]

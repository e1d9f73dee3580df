"""A shop's back end and its messages on the deployed stack, each function held to its policy."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.clock import MINUTE
from tests.e2e.deployed import Deployed, Shop, eventually

PARIS = ZoneInfo("Europe/Paris")
WEEK_S = 7 * 24 * 3600


def ask(shop: Shop, key: str, **body: Any) -> str:
    answer = shop.deployed.admin("POST", "/v1/messages", body, key=key)
    assert answer.status == 202, answer.body
    return str(answer.json["message"])


def state(deployed: Deployed, message: str) -> str:
    return str(deployed.admin("GET", f"/v1/messages/{message}").json["state"])


def to_nine_in_the_evening(deployed: Deployed) -> None:
    now = datetime.fromtimestamp(deployed.clock.now() / 1000, PARIS)
    evening = datetime.combine(now.date() + timedelta(days=now.time() >= time(21)), time(21), PARIS)
    deployed.clock.move_to(int(evening.timestamp() * 1000))


def test_an_orders_notification_leaves_at_nine_in_the_evening_and_an_offer_waits_for_the_morning(
    deployed: Deployed, phone: str
) -> None:
    shop = deployed.open_shop()
    key = deployed.admin("POST", f"/v1/advertisers/{shop.advertiser}/keys").json["key"]
    member = f"{phone[:-2]}{int(phone[-2:]) + 40}"
    shop.opt_in(member)
    to_nine_in_the_evening(deployed)

    order: dict[str, Any] = {
        "id": "shipped-A-1042",
        "to": {"phone": phone},
        "order": "A-1042",
        "text": "Bonjour, votre commande {{ order.number }} est en route.",
    }
    shipped = ask(shop, key, **order)
    assert ask(shop, key, **order) == shipped
    offer = ask(
        shop,
        key,
        id="sale",
        to={"phone": member},
        message_class="marketing",
        text="Bonjour {{ first_name }}, soldes chez Lumen : {{ link }}",
        link="https://shop.example/sale",
        expires_in_s=WEEK_S,
    )
    deployed.pass_minutes(1)

    eventually(lambda: deployed.sms_to(phone))
    assert deployed.sms_to(phone) == "Bonjour, votre commande A-1042 est en route."
    eventually(lambda: state(deployed, offer) == "deferred")
    assert deployed.sms_to(member) == ""

    waiting = deployed.services.messages.get(offer)
    assert waiting is not None and waiting.due_at is not None
    opening = datetime.fromtimestamp(waiting.due_at / 1000, PARIS)
    assert time(8) <= opening.time() <= time(8, 30) and opening.weekday() < 6
    deployed.clock.move_to(waiting.due_at + MINUTE)
    eventually(lambda: state(deployed, offer) == "sent")
    assert "soldes chez Lumen" in deployed.sms_to(member)
    assert state(deployed, shipped) == "sent"

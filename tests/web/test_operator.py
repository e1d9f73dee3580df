"""What only the operator may: texts that are nobody's, orders that failed, countries; and what anybody may ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.clock import DAY, SECOND
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.send_queue import Order, encode
from chalicelib.wiring import services
from tests.messaging.test_signing import BELGIUM
from tests.support.shop import CAMILLE, Shop
from tests.support.world import aws
from tests.web.conftest import Api, key_for
from tests.web.things import dead_letters


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, OPERATOR))


def test_texts_that_are_nobodys_are_read_page_by_page_and_with_a_reason(operator: Api, shop: Shop) -> None:
    for number in range(3):
        shop.world.clock.advance(SECOND)
        told = InboundText(f"t{number}", CAMILLE, "36999", f"Bonjour {number}", shop.world.clock.now())
        shop.world.services.inbound.receive(told)
    assert operator.ask("GET", "/v1/strays").json["errors"][0]["field"] == "reason"
    first = operator.ask("GET", "/v1/strays?reason=support&limit=2").json
    rest = operator.ask("GET", f"/v1/strays?reason=support&limit=2&after={first['next']}").json
    assert [one["text"] for one in first["strays"] + rest["strays"]] == ["Bonjour 2", "Bonjour 1", "Bonjour 0"]
    assert (rest["next"], first["strays"][0]["from"]) == (None, CAMILLE)
    looked = operator.ask("GET", "/v1/audit").text
    assert "/v1/strays" in looked and "support" in looked and "Bonjour" not in looked and CAMILLE not in looked


def test_orders_that_failed_are_looked_at_and_given_once_more(operator: Api, shop: Shop) -> None:
    dead_letters()
    dead, send = (aws("sqs").get_queue_url(QueueName=name)["QueueUrl"] for name in ("dead", "send"))
    message = shop.message()
    aws("sqs").send_message(QueueUrl=dead, MessageBody=encode(Order(message.id, 1)))
    (order,) = operator.ask("GET", "/v1/dead-letters").json["orders"]
    assert (order["message"], order["state"], order["journey"]) == (message.id, "queued", None)

    aws("sqs").send_message(QueueUrl=dead, MessageBody=encode(Order("msg_gone", 1)))
    assert operator.ask("POST", "/v1/dead-letters/redrive", {"most": 1}).json == {"moved": 1}
    given = aws("sqs").receive_message(QueueUrl=send)["Messages"]
    assert json.loads(given[0]["Body"])["message"] == "msg_gone"
    services().dead_letters._url = "https://sqs.example/none"
    assert operator.ask("GET", "/v1/dead-letters").status == 503


def test_a_country_is_signed_and_taken_back_and_both_stay_on_record(operator: Api, shop: Shop) -> None:
    path = "/v1/countries/BE"
    assert operator.ask("GET", path).json["sends"] is False
    signed = operator.ask("PUT", path, {"values": BELGIUM, "by": "In\u00e8s, legal"})
    assert (signed.status, signed.json["sends"], signed.json["signed"]["by"]) == (200, True, "In\u00e8s, legal")
    shop.world.clock.advance(SECOND)
    assert operator.ask("DELETE", path).json["errors"][0]["field"] == "by"
    assert operator.ask("DELETE", f"{path}?by=Malik").json["sends"] is False
    assert operator.ask("DELETE", f"{path}?by=Malik").status == 404
    assert [one["by"] for one in operator.ask("GET", path).json["signatures"]] == ["In\u00e8s, legal", "Malik"]


@pytest.mark.parametrize(
    ("country", "values"),
    [("BE", {}), ("BE", {"marketing": {"open": 1.5}}), ("FR", BELGIUM), ("BE", BELGIUM | {"x": 0.1})],
)
def test_values_that_do_not_make_a_profile_are_refused(operator: Api, country: str, values: Any) -> None:
    assert operator.ask("PUT", f"/v1/countries/{country}", {"values": values, "by": "Nora"}).status == 422


def test_anybody_may_ask_about_a_moment_and_a_text(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    question = {"phone": CAMILLE, "at": "2026-03-01T12:00:00+01:00"}
    sunday = own.ask("POST", "/v1/hours/check", question).json
    assert (sunday["allowed"], sunday["rule"]) == (False, "closed_day")
    assert sunday["next"] > shop.world.clock.now() - 7 * DAY
    assert own.ask("POST", "/v1/hours/check", {"phone": CAMILLE, "zone": "Mars"}).status in (200, 422)
    told = own.ask("POST", "/v1/sms/check", {"text": "for\u00eat"}).json
    assert (told["encoding"], told["culprits"], told["safe"]) == ("UCS-2", ["\u00ea"], "foret")
    assert CAMILLE not in str(shop.world.items())

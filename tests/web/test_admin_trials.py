"""Test SMS: a template on the advertiser's own phones."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.sms_providers.contract import SendError, Sms
from tests.support.shop import PHONES, Shop, open_shop
from tests.web.conftest import Api, key_for

TEXT = "{{ brand }}: bonjour {{ first_name }}, {{ product }} vous attend {{ link }}"


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    shop.world.services.sender_book.register(shop.advertiser, "FR", shop.advertiser.sender, verified=True)
    own = api.with_key(key_for(shop, shop.advertiser.id))
    own.ask("PUT", at(shop, "templates/cart-1"), {"text": TEXT, "journey": "cart"})
    return own


def at(shop: Shop, rest: str) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/{rest}"


def ask(own: Api, shop: Shop, phone: str) -> dict[str, Any]:
    """What a confirmation takes: the phone, and the code that it got."""
    asked = own.ask("POST", at(shop, "test-phones"), {"phone": phone})
    assert asked.status == 201, asked.text
    code = re.search(r"\b\d{6}\b", shop.world.provider.sent[-1].text)
    assert code
    return {"phone": phone, "verification": asked.json["verification"], "code": code[0]}


def verify(own: Api, shop: Shop, *phones: str) -> None:
    for phone in phones:
        confirmed = own.ask("POST", at(shop, "test-phones/confirm"), ask(own, shop, phone))
        assert confirmed.json == {"outcome": "right"}


def test_a_template_is_tried_on_ones_own_phones_and_counts_for_nothing(own: Api, shop: Shop) -> None:
    verify(own, shop, *PHONES[1:3])
    shop.world.provider.sent.clear()
    before = shop.world.of_type("ledger"), shop.world.counts(shop.advertiser.id), shop.world.of_type("message")
    body = {"row": {"first_name": "Camille", "product": "Lampe"}}
    tried = own.ask("POST", at(shop, "templates/cart-1/test"), body)
    assert {one["outcome"] for one in tried.json["phones"]} == {"sent"}
    assert {sms.to for sms in shop.world.provider.sent} == set(PHONES[1:3])
    for sms in shop.world.provider.sent:
        assert sms.text.startswith("TEST ") and "bonjour Camille, Lampe vous attend" in sms.text and "STOP" in sms.text
    after = shop.world.of_type("ledger"), shop.world.counts(shop.advertiser.id), shop.world.of_type("message")
    assert after == before


def test_a_phone_without_its_code_gets_nothing(own: Api, shop: Shop) -> None:
    mine = ask(own, shop, PHONES[1])
    stolen = own.ask("POST", at(shop, "test-phones/confirm"), mine | {"phone": PHONES[2]})
    assert stolen.json["outcome"] == "expired", "as one that never was"
    assert own.ask("POST", at(shop, "templates/cart-1/test"), {}).json["phones"] == []


def test_five_phones_and_no_more(own: Api, shop: Shop) -> None:
    verify(own, shop, *PHONES[1:6])
    assert own.ask("POST", at(shop, "test-phones"), {"phone": PHONES[6]}).status == 409
    verify(own, shop, PHONES[1])
    listed = own.ask("GET", at(shop, "test-phones")).json["phones"]
    assert sorted(one["ends_in"] for one in listed) == ["01", "02", "03", "04", "05"]
    assert own.ask("DELETE", at(shop, f"test-phones/{listed[0]['person']}")).json["removed"]
    verify(own, shop, PHONES[6])


def test_what_the_provider_says_is_told(own: Api, shop: Shop) -> None:
    verify(own, shop, PHONES[1])

    def refuse(sms: Sms) -> None:
        raise SendError("out_of_credit")

    shop.world.provider.before = refuse
    tried = own.ask("POST", at(shop, "templates/cart-1/test"), {})
    assert tried.json["phones"] == [{"phone": "01", "outcome": "out_of_credit"}]


def test_numbers_are_sealed_and_other_advertisers_see_none(api: Api, own: Api, shop: Shop) -> None:
    verify(own, shop, PHONES[1])
    assert PHONES[1].removeprefix("+33") not in str(shop.world.items())
    rival = api.with_key(key_for(shop, open_shop(shop.world).advertiser.id))
    assert rival.ask("GET", at(shop, "test-phones")).status == 403
    assert own.ask("POST", at(shop, "templates/none/test"), {}).status == 404

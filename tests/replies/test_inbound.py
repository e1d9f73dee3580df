"""What people answer: the one answer that cannot wait."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.ledger import EVERYONE
from tests.support.shop import CAMILLE, Shop, open_shop


def reply(shop: Shop, text: str = "STOP", reply_id: str = "reply-1", **more: Any) -> str | None:
    """The course that a text took; None where it was acted on before, or is waited for."""
    text_from = InboundText(**{"id": reply_id, "phone": CAMILLE, "to": "36123", "text": text} | more)
    course = shop.world.services.inbound.receive(text_from)
    return course.reason if course else None


def opposed(shop: Shop) -> set[str]:
    return set(shop.world.services.ledgers.get(shop.world.services.vault.person(CAMILLE)).opposed)


def write_to(shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        "Stop",
        " STOP ",
        "stop\n",
        "\tsToP\r\n",
        "STOP.",
        "«Stop!»",
        "STOP 36111",
        "Stop au 36111",
        "ＳＴＯＰ",
    ],
)
def test_stop_is_stop_in_each_of_its_forms(shop: Shop, text: str) -> None:
    write_to(shop)
    assert reply(shop, text) == "stop"
    assert opposed(shop) == {shop.advertiser.id}


@pytest.mark.parametrize("text", ["", "d'accord", "merci beaucoup", "Oui, en bleu ?"])
def test_anything_else_is_left_to_those_who_read_it(shop: Shop, text: str) -> None:
    write_to(shop)
    assert reply(shop, text) not in ("stop", None)
    assert opposed(shop) == set()


def test_a_stop_goes_to_all_who_wrote_lately(shop: Shop) -> None:
    other, silent = open_shop(shop.world), open_shop(shop.world)
    silent.contact()
    write_to(shop)
    write_to(other)
    reply(shop)
    assert opposed(shop) == {shop.advertiser.id, other.advertiser.id}


def test_a_stop_that_nobody_asked_for_goes_to_everyone(shop: Shop) -> None:
    assert reply(shop) == "stop"
    assert opposed(shop) == {EVERYONE}
    assert shop.world.counts("service") == {"opposed.stop": 1, "reply.unknown_number": 1}


def test_a_stop_that_is_reported_twice_is_one(shop: Shop) -> None:
    write_to(shop)
    assert reply(shop)
    person, since = shop.world.services.vault.person(CAMILLE), shop.world.clock.now()
    shop.world.clock.advance(1_000)
    assert reply(shop) is None
    assert reply(shop, reply_id="reply-2") == "stop"

    assert shop.world.services.ledgers.get(person).opposed[shop.advertiser.id].at == since
    assert shop.world.counts(shop.advertiser.id)["opposed.stop"] == 1

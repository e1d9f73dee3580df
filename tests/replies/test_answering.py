"""Answers are messages: said once however often, by the number that was written to, to whoever wrote."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging.answer_rules import Against
from chalicelib.replies.answering import Addressee
from chalicelib.reports.why import why
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.messages import Message
from tests.support.shop import CAMILLE, Shop


def addressee(shop: Shop, number: str = "36123") -> Addressee:
    return Addressee(shop.advertiser.id, shop.world.services.vault.person(CAMILLE), CAMILLE, number)


def say(
    shop: Shop, text: str = "Bonjour, oui.", *, key: str = "k1", wrote_at: int | None = None, number: str = "36123"
) -> Message | Against:
    now = shop.world.clock.now()
    wrote_at = now - HOUR if wrote_at is None else wrote_at
    to = addressee(shop, number)
    return shop.world.services.answering.say(to, "answer", text, reply_id="t1", wrote_at=wrote_at, now=now, key=key)


def test_an_answer_reaches_who_is_in_no_base_by_the_number_that_was_written_to(shop: Shop) -> None:
    said = say(shop, number="0033199000010")
    shop.world.work()
    (sms,) = shop.world.provider.sent
    assert (sms.to, sms.sender, sms.text) == (CAMILLE, "+33199000010", "Bonjour, oui.")
    assert sms.message_class == "notification"
    assert isinstance(said, Message)
    stored = shop.stored(said)
    assert stored.state == "sent"
    assert why(stored)["answers"] == {"reply": "t1", "wrote_at": shop.world.clock.now() - HOUR}
    assert CAMILLE[1:] not in str(shop.world.items())
    assert "Bonjour" not in str(shop.world.items())


def test_said_again_it_is_said_once(shop: Shop) -> None:
    first = say(shop)
    assert say(shop, "something else") == first
    shop.world.work()
    say(shop)
    shop.world.work()
    assert [sms.text for sms in shop.world.provider.sent] == ["Bonjour, oui."]
    assert shop.world.counts(shop.advertiser.id)["answer.answer"] == 1


@pytest.mark.parametrize("text", ["10 {{ c'est quoi }} ?", "{% if %}", "a {{{ b", "{# x #}", "{ } %} }}"])
def test_an_answer_says_what_it_says_to_the_letter(shop: Shop, text: str) -> None:
    say(shop, text)
    shop.world.work()
    assert [sms.text for sms in shop.world.provider.sent] == [text]


def test_an_offer_in_an_answer_does_not_leave(shop: Shop) -> None:
    said = say(shop, "Profitez de -20 % avec le code LUNE")
    shop.world.work()
    assert shop.world.provider.sent == []
    assert isinstance(said, Message) and shop.stored(said).reason == "not_composable"


def test_a_day_later_there_is_no_answer(shop: Shop) -> None:
    assert say(shop, wrote_at=shop.world.clock.now() - DAY) == "answer_too_late"
    assert shop.world.counts(shop.advertiser.id) == {"answer.refused.answer_too_late": 1}


def test_a_stop_after_an_answer_was_said_keeps_it_from_leaving(shop: Shop) -> None:
    said = say(shop)
    person = shop.world.services.vault.person(CAMILLE)
    shop.world.services.ledgers.oppose(person, shop.advertiser.id, Opposition(shop.world.clock.now(), "stop"))
    shop.world.work()
    assert shop.world.provider.sent == []
    assert isinstance(said, Message) and shop.stored(said).reason == "opposed"
    assert say(shop, key="k2") == "opposed"


def test_an_order_that_was_lost_is_given_again(shop: Shop) -> None:
    say(shop)
    shop.world.queue.drain()
    say(shop)
    shop.world.work()
    assert len(shop.world.provider.sent) == 1

"""A campaign that too many people answer with a no is paused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.messaging.stop_watch import SENT, answered, too_many
from chalicelib.storage.counters import moved
from chalicelib.storage.halts import scope_of
from chalicelib.storage.ledger import EVERYONE, Ledger, Send
from chalicelib.storage.opposition_log import Record
from tests.support.shop import Shop
from tests.support.world import NOON

CART = Send(NOON - HOUR, "adv_1", "cart", "marketing", "msg_1")
NO = Record(NOON, "opposed", "person", "adv_1", "stop")


@pytest.mark.parametrize(
    ("send", "said", "is_answer"),
    [
        (CART, NO, True),
        (CART, replace(NO, how="unsubscribe"), True),
        (CART, replace(NO, how="carrier"), True),
        (CART, replace(NO, scope=EVERYONE), True),
        (CART, replace(NO, how="erased"), False),
        (CART, replace(NO, how="migrated"), False),
        (CART, replace(NO, kind="readmitted"), False),
        (CART, replace(NO, scope="adv_2"), False),
        (replace(CART, message_class="notification"), NO, False),
        (replace(CART, at=NOON - 7 * DAY), NO, True),
        (replace(CART, at=NOON - 7 * DAY - 1), NO, False),
        (replace(CART, at=NOON + 1), NO, False),
    ],
)
def test_a_no_answers_the_advertisers_last_marketing_sms_of_a_week(send: Send, said: Record, is_answer: bool) -> None:
    assert answered(Ledger("person", sends=(send,)), said) == (send if is_answer else None)


def test_of_several_the_last_is_answered() -> None:
    later = replace(CART, at=NOON - MINUTE, journey="flash", message="msg_2")
    assert answered(Ledger("person", sends=(later, CART)), NO) == later


def test_three_percent_of_the_last_five_hundred() -> None:
    assert not too_many(15, 500, 3) and too_many(16, 500, 3)
    assert not too_many(15, 20, 3) and too_many(16, 20, 3)
    assert not too_many(60, 2_000, 3) and too_many(61, 2_000, 3)
    assert not too_many(500, 500, 0)


def sent(shop: Shop, number: int, at: int) -> None:
    scope = scope_of(shop.advertiser.id, "cart")
    shop.world.services.table.update(moved(scope, "msg", at, {SENT: number}))


def say_no(shop: Shop, number: int) -> bool:
    """Somebody answers a message of the cart journey; whether that paused it."""
    now = shop.world.clock.now()
    send = Send(now, shop.advertiser.id, "cart", "marketing", f"msg_{number}")
    said = Record(now, "opposed", f"person-{number}", shop.advertiser.id, "stop")
    return shop.world.services.stop_watch.follow(Ledger(said.person, sends=(send,)), said)


def test_the_sixteenth_no_pauses_the_campaign_and_nothing_else(shop: Shop) -> None:
    sent(shop, 400, shop.world.clock.now() - 3 * HOUR)
    assert [say_no(shop, number) for number in range(16)] == [False] * 15 + [True]
    halts = shop.world.services.halts
    halt = halts.against(shop.advertiser.id, "cart")
    assert halt and (halt.by, halt.why) == ("stop_rate", "16 of the last 400 said no")
    assert halts.against(shop.advertiser.id, "flash") is None
    assert not say_no(shop, 16)


def test_the_same_no_counts_once(shop: Shop) -> None:
    assert not any(say_no(shop, number % 5) for number in range(40))


def test_only_the_last_hours_that_hold_five_hundred_count(shop: Shop) -> None:
    for number in range(12):
        say_no(shop, number)
    shop.world.clock.advance(5 * HOUR)
    sent(shop, 600, shop.world.clock.now())
    assert not any(say_no(shop, 100 + number) for number in range(10))


def test_who_let_it_go_on_knew_of_the_noes_before(shop: Shop) -> None:
    for number in range(16):
        say_no(shop, number)
    scope = scope_of(shop.advertiser.id, "cart")
    shop.world.clock.advance(MINUTE)
    assert shop.world.services.halts.resume(scope, shop.world.clock.now())
    assert not say_no(shop, 16)
    shop.world.clock.advance(HOUR)
    assert [say_no(shop, 100 + number) for number in range(16)][-1]


def test_what_a_campaign_sends_is_what_its_noes_are_measured_by(shop: Shop) -> None:
    shop.contact()
    message = shop.message(campaign="flash")
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    assert shop.world.counts(f"{shop.advertiser.id}#flash") == {"message.sent": 1}

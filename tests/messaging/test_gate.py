"""What an SMS that may go still waits for, and the promo code that it takes with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.ids import new_id
from chalicelib.messaging.pace import Limits, Pace
from chalicelib.sms_providers.contract import SendError, Sms
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.allowances import Allowances
from chalicelib.storage.breakers import Breaker
from chalicelib.storage.messages import Message
from chalicelib.storage.promo_pools import Benefit, Pool, Stock
from chalicelib.storage.templates import Template
from chalicelib.workers.send import on_orders
from tests.support.fakes import IdempotentProvider
from tests.support.shop import PHONES, Shop
from tests.support.world import NOON

TEXT = "{{ brand }}: {{ code.amount }} avec {{ code }} jusqu'au {{ code.until }} {{ link }}"


def guard(shop: Shop, **safeguards: Any) -> None:
    changed = replace(shop.advertiser, safeguards=Safeguards(**safeguards))
    shop.world.services.advertisers.save(changed)


def send(shop: Shop, message: Message) -> str:
    return shop.world.services.dispatch.send(message.id, message.version)


def ready(shop: Shop, number: int = 1, **changes: Any) -> Message:
    shop.contact(PHONES[number])
    return shop.message(PHONES[number], **{"expires_at": shop.world.clock.now() + 3 * DAY} | changes)


# --- the day's budget ------------------------------------------------------------------------------------------------


def test_what_the_days_budget_does_not_hold_waits_for_the_next(shop: Shop) -> None:
    guard(shop, budget_micro=120_000)  # two SMS of 0.05 €, and a bit
    sent = [ready(shop, number) for number in (1, 2, 3)]
    assert [send(shop, message) for message in sent] == ["sent", "sent", "deferred"]
    waiting = shop.stored(sent[2])
    assert (waiting.reason, waiting.due_at) == ("budget_spent", NOON + 13 * HOUR)
    assert len(shop.world.provider.sent) == 2


def test_what_cannot_wait_so_long_is_dropped_with_its_reason(shop: Shop) -> None:
    guard(shop, budget_micro=0)
    message = ready(shop, expires_at=NOON + HOUR)
    assert send(shop, message) == "expired" and shop.stored(message).reason == "budget_past_expiry"


def test_what_an_sms_takes_from_the_budget_is_told_with_it(shop: Shop) -> None:
    guard(shop, budget_micro=120_000)
    message = ready(shop)
    assert send(shop, message) == "sent"
    assert shop.stored(message).decision["cost"] == {"micro": 50_000, "currency": "EUR"}


def test_a_code_that_is_asked_for_neither_spends_the_budget_nor_gives_back_what_it_did_not_spend(shop: Shop) -> None:
    guard(shop, budget_micro=100_000)
    code, offer = ready(shop), ready(shop, 2)
    sms = Sms(code.id, PHONES[1], "38123", "123456", "authorisation")
    gate, advertiser = shop.world.services.gate, shop.world.services.advertisers.get(shop.advertiser.id)
    assert advertiser and gate.enter(advertiser, replace(sms, message_class="marketing"), "FR") is None
    for _ in range(5):
        assert gate.enter(advertiser, sms, "FR") is None
        gate.leave(advertiser, sms, "FR")
    assert send(shop, offer) == "sent"
    assert send(shop, ready(shop, 3)) == "deferred"


def test_a_budget_in_another_currency_buys_nothing(shop: Shop) -> None:
    guard(shop, budget_micro=10**9, currency="USD")
    message = ready(shop)
    assert send(shop, message) == "refused" and shop.stored(message).reason == "price_unknown"


def test_an_sms_that_the_provider_refused_costs_nothing(shop: Shop) -> None:
    guard(shop, budget_micro=50_000)

    def refuse(sms: Sms) -> None:
        raise SendError("sender_refused")

    shop.world.provider.before = refuse
    assert send(shop, ready(shop, 1)) == "failed"
    shop.world.provider.before = None
    assert send(shop, ready(shop, 2)) == "sent"
    assert send(shop, ready(shop, 3)) == "deferred"


# --- the provider, and the second ------------------------------------------------------------------------------------


def test_a_provider_that_is_left_alone_costs_no_attempt(shop: Shop) -> None:
    services = shop.world.services
    services.breakers.save(Breaker("outbox", open_until=NOON + 4 * MINUTE, opened=1), Breaker("outbox"))
    message = ready(shop)
    assert send(shop, message) == "deferred"
    waiting = shop.stored(message)
    assert (waiting.reason, waiting.due_at, waiting.attempts) == ("provider_unavailable", NOON + 4 * MINUTE, 0)
    assert services.ledgers.get(message.person).sends == ()


def test_a_full_second_puts_the_order_back_and_changes_nothing_else(shop: Shop) -> None:
    world = shop.world
    world.services.gate._pace = Pace(Allowances(world.services.table), Limits(by_provider=1), world.clock)
    first, second = ready(shop, 1), ready(shop, 2)
    lease = second.due_at or 0
    assert send(shop, first) == "sent" and world.services.dispatch.send(second.id, second.version, lease) == "paced"
    assert shop.stored(second) == second
    (order,) = world.queue.entries
    body = json.loads(order["MessageBody"])
    assert (body["message"], body["lease"]) == (second.id, lease) and 1 <= order["DelaySeconds"] <= 60
    world.clock.advance(SECOND)
    assert send(shop, second) == "sent"


def test_what_waits_for_a_place_for_hours_has_one_order_on_the_queue(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = shop.world
    message = ready(shop, state="scheduled", due_at=world.clock.now())
    with monkeypatch.context() as full:
        full.setattr(world.services.gate._pace, "take", lambda _provider, _sender: False)
        for _ in range(120):
            world.services.tick.run()
            on_orders(world.queue.drain(), world.services)
            assert len(world.queue.entries) == 1
            world.clock.advance(MINUTE)
    on_orders(world.queue.drain(), world.services)
    assert shop.stored(message).state == "sent"


# --- promo codes -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(shop: Shop) -> Pool:
    made = Pool(new_id("pool", 0), shop.advertiser.id, "Ten", Benefit("share", percent=10), until_midnight=True)
    shop.world.services.promo_pools.create(made)
    template = Template("offer", TEXT, budget=3, promo_pool=made.id)
    shop.world.services.templates.save(shop.advertiser.id, template)
    return made


def test_each_sms_carries_a_code_of_its_own_and_says_how_long_it_holds(shop: Shop, pool: Pool) -> None:
    desk = shop.world.services.promo_desk
    desk.fill(pool, up_to=2)
    messages = [ready(shop, number, template="offer") for number in (1, 2)]
    assert [send(shop, message) for message in messages] == ["sent", "sent"]
    codes = [(shop.stored(message).promo or {})["code"] for message in messages]
    for code, sms in zip(codes, shop.world.provider.sent, strict=True):
        assert f"10 % avec {code} jusqu'au 02/03 à 23h59" in sms.text
    assert codes[0] != codes[1] and desk.stock(pool) == Stock(0, 2, 0)


def test_no_text_goes_without_its_code(shop: Shop, pool: Pool) -> None:
    message = ready(shop, template="offer")
    assert send(shop, message) == "refused" and shop.stored(message).reason == "promo_out_of_codes"
    assert shop.world.provider.sent == []
    assert shop.world.counts(shop.advertiser.id)["message.refused.promo_out_of_codes"] == 1


def test_a_code_whose_sms_surely_did_not_leave_goes_back(shop: Shop, pool: Pool) -> None:
    desk = shop.world.services.promo_desk
    desk.fill(pool, up_to=1)

    def refuse(sms: Sms) -> None:
        raise SendError("retryable")

    shop.world.provider.before = refuse
    message = ready(shop, template="offer")
    assert send(shop, message) == "deferred"
    assert desk.stock(pool) == Stock(1, 0, 0) and shop.stored(message).promo is None


def test_a_code_that_cannot_go_back_does_not_keep_the_outcome_from_being_noted(shop: Shop, pool: Pool) -> None:
    """Else the message would end as one that nobody heard of again, and its place under the caps stay taken."""
    desk = shop.world.services.promo_desk
    desk.fill(pool, up_to=1)

    def guessed(sms: Sms) -> None:
        promo = shop.stored(sms.message_id).promo or {}
        desk.redeem(shop.advertiser.id, promo["code"], "order-1", "web")
        raise SendError("invalid_number")

    shop.world.provider.before = guessed
    message = ready(shop, template="offer")
    assert send(shop, message) == "failed"
    stored = shop.stored(message)
    assert (stored.state, stored.reason, bool(stored.promo)) == ("failed", "invalid_number", True)
    assert shop.world.services.ledgers.get(message.person).sends == ()


def test_a_code_that_may_be_on_a_phone_stays_taken(shop: Shop, pool: Pool) -> None:
    desk = shop.world.services.promo_desk
    desk.fill(pool, up_to=1)

    def lose(sms: Sms) -> None:
        raise TimeoutError

    shop.world.provider.after = lose
    message = ready(shop, template="offer")
    assert send(shop, message) == "unknown"
    assert desk.stock(pool) == Stock(0, 1, 0) and shop.stored(message).promo


def test_a_code_stays_with_its_message_when_that_is_handed_over_again(shop: Shop, pool: Pool) -> None:
    world = shop.world
    world.provider = IdempotentProvider()
    world.equip(world.services)
    world.services.promo_desk.fill(pool, up_to=1)

    def lose(sms: Sms) -> None:
        raise TimeoutError

    world.provider.after = lose
    message = ready(shop, template="offer")
    assert send(shop, message) == "unknown"
    promo, world.provider.after = shop.stored(message).promo, None
    world.clock.advance(5 * MINUTE)

    assert send(shop, shop.stored(message)) == "sent"

    assert promo and shop.stored(message).promo == promo
    assert shop.stored(message).country == "FR"


def test_an_offer_that_is_over_is_not_sent(shop: Shop, pool: Pool) -> None:
    shop.world.services.promo_pools.replace(replace(pool, until=NOON))
    message = ready(shop, template="offer")
    assert send(shop, message) == "refused" and shop.stored(message).reason == "promo_over"

"""P2, P3, P4, P7 all at once: everything goes wrong for days over Easter, and the provider's record is held against
what was promised. Bounded here; `make soak` makes it long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.errors import RelanceError
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.halts import EVERYTHING, Halt
from chalicelib.storage.messages import Message, MessageClass
from chalicelib.wiring import Services
from tests.support.attack import Attack, attack
from tests.support.faults import ProcessEnded
from tests.support.onslaught import EasterDays, contact, intended, shops_of
from tests.support.promises_kept import (
    assert_budget_is_kept,
    assert_counts_are_those_of_the_messages,
    assert_each_at_most_once,
    assert_no_cap_is_passed,
    assert_no_hour_is_wrong,
    assert_nothing_is_left_open,
)
from tests.support.recounting import assert_counts_are_true
from tests.support.shop import PHONES, Shop
from tests.support.world import World

DAYS = EasterDays(2026)
STEPS = (20 * SECOND, 3 * MINUTE, 6 * MINUTE, 16 * MINUTE, 40 * MINUTE, 90 * MINUTE, 3 * HOUR)
"""Between rounds: 50 minutes in the middle."""


@dataclass
class Noes:
    """When somebody's no was on record, by the machine's clock: by person and advertiser, and for which classes."""

    by: dict[tuple[str, str], tuple[float, tuple[MessageClass, ...]]] = field(default_factory=dict)

    def add(self, person: str, advertiser: str, *classes: MessageClass) -> None:
        self.by.setdefault((person, advertiser), (time.monotonic(), classes))

    def against(self, message: Message, claimed_from: float) -> bool:
        """Whether it was on record before the message's claim was begun."""
        at, classes = self.by.get((message.person, message.advertiser), (float("inf"), ()))
        return at < claimed_from and message.message_class in classes


def insist(job: Callable[[Services], object], services: Services) -> None:
    """As a queue or a person does, until it has been done."""
    while True:
        try:
            job(services)
        except (RelanceError, ProcessEnded):
            continue
        return


def say_stop(noes: Noes, world: World, phone: str, shops: list[Shop]) -> Callable[[Services], None]:
    person = world.services.vault.person(phone)

    def job(services: Services) -> None:
        reply = InboundText(f"stop-{phone}", phone, "36123", "STOP")
        insist(lambda services: services.inbound.receive(reply), services)
        ledger = world.services.ledgers.get(person)
        for shop in shops:
            if ledger.opposition(shop.advertiser.id):
                noes.add(person, shop.advertiser.id, "marketing", "notification")

    return job


def withdraw(noes: Noes, world: World, phone: str, shop: Shop) -> Callable[[Services], None]:
    said = Statement({"sms_marketing": False}, world.clock.now(), "page")

    def job(services: Services) -> None:
        arrival = Arrival(Profile(phone), said)
        insist(lambda services: services.intake.take(shop.advertiser.id, arrival), services)
        noes.add(world.services.vault.person(phone), shop.advertiser.id, "marketing")

    return job


def days_of_it(attacked: Attack, shops: list[Shop], phones: list[str], rounds: int) -> Noes:
    """Time goes on by leaps, people say no, advertisers and operators stop and go on."""
    world, random, noes = attacked.world, attacked.random, Noes()
    halts = world.services.halts
    for number in range(rounds):
        extra = []
        if number % 8 == 6:
            extra.append(say_stop(noes, world, random.choice(phones), shops))
        if number % 8 == 2:
            extra.append(withdraw(noes, world, random.choice(phones), random.choice(shops)))
        scope = random.choice((EVERYTHING, shops[0].advertiser.id))
        if number % 8 == 5:
            halts.halt(Halt(scope, world.clock.now(), "operator"))
        for scope in (EVERYTHING, shops[0].advertiser.id) if number % 8 == 7 else ():
            halts.resume(scope, world.clock.now())
        attacked.round(extra)
        world.clock.advance(random.choice(STEPS))
    for scope in (EVERYTHING, shops[0].advertiser.id):
        halts.resume(scope, world.clock.now())
    return noes


def come_to_rest(attacked: Attack) -> None:
    """Nothing fails any more: minute by minute, then by the hour, until every wait has ended."""
    attacked.calm_down()
    for step in [MINUTE] * 3 + [20 * MINUTE] * 6 + [2 * HOUR] * 24 + [DAY] * 5 + [MINUTE] * 3:
        attacked.round()
        attacked.world.clock.advance(step)


@pytest.mark.parametrize("idempotent", [False, True])
def test_days_in_which_everything_goes_wrong(
    new_exact_world: Callable[[], World], soaking: bool, *, idempotent: bool
) -> None:
    world = new_exact_world()
    world.clock.advance(DAYS.thursday - world.clock.now())
    attacked = attack(world, workers=8 if soaking else 4, idempotent=idempotent, seed=5, rate=0.03)
    phones, shops = list(PHONES[: 60 if soaking else 12]), shops_of(world)
    for shop in shops:
        for phone in phones:
            contact(world, shop, phone)
    rounds = 120 if soaking else 30
    made = intended(world, shops, phones, 3_000 if soaking else 80, rounds * 40 * MINUTE, attacked.random)

    noes = days_of_it(attacked, shops, phones, rounds)
    come_to_rest(attacked)

    answers = {item["id"] for item in world.of_type("message")} - {message.id for message in made}
    messages = {name: shops[0].stored(name) for name in {*(message.id for message in made), *answers}}
    assert all(messages[name].journey == "stop_confirmation" for name in answers)
    record = attacked.provider.record
    assert_each_at_most_once(messages, record)
    assert_nothing_is_left_open(messages, record)
    assert_no_cap_is_passed(messages, record, {shop.advertiser.id: shop.advertiser.caps for shop in shops})
    assert_no_hour_is_wrong(record, DAYS)
    asked_for = [taken for taken in record if not taken.sms.is_answer]
    assert not [taken for taken in asked_for if noes.against(messages[taken.sms.message_id], taken.claimed_from)]
    assert_budget_is_kept(messages, record, shops[2].advertiser.id)
    assert_counts_are_those_of_the_messages(shops, messages, DAYS.thursday)
    for shop in shops:
        assert_counts_are_true(world, shop.advertiser.id, DAYS.thursday - DAY)
    assert len(record) > len(made) // 8, "most of them cannot be sent, but the attack must not be of nothing"

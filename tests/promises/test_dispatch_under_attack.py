"""P2, P3, P4, P7 all at once: everything goes wrong for days over Easter, and the provider's record is held against
what was promised. Bounded here; `make soak` makes it long."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.errors import RelanceError
from chalicelib.reports.why import why
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.caps import CapRule
from chalicelib.storage.halts import EVERYTHING, Halt
from chalicelib.storage.messages import Message, MessageClass
from chalicelib.storage.templates import Template
from chalicelib.wiring import Services
from tests.support.attack import Attack, HandedOver, attack
from tests.support.faults import ProcessEnded
from tests.support.shop import PHONES, Shop, open_shop
from tests.support.world import World

THURSDAY = int(datetime(2026, 4, 2, 9, 0, tzinfo=ZoneInfo("Europe/Paris")).timestamp()) * SECOND
"""Before Easter: Friday is a holiday in Alsace-Moselle, Sunday and Monday are closed everywhere."""
CLOSED, CLOSED_IN_ALSACE = {date(2026, 4, 5), date(2026, 4, 6)}, {date(2026, 4, 3)}
OPERATOR = (
    CapRule(6, 2 * DAY, classes=("marketing", "notification")),
    CapRule(3, 10 * HOUR, counts="parts"),
)
CAPS = (
    (CapRule(2, DAY, level="advertiser"), CapRule(1, 3 * HOUR, level="campaign", campaign="spring")),
    (CapRule(4, 2 * DAY), CapRule(3, DAY, level="advertiser", counts="parts")),
    (CapRule(1, 6 * HOUR, level="campaign"), CapRule(2, 5 * HOUR, level="advertiser", classes=("notification",))),
)
BUDGET_MICRO = 1_000_000
PART_MICRO = 50_000
FINAL = {"sent", "delivered", "failed", "refused", "cancelled", "expired"}
COUNTED = ("sent", "delivered", "failed", "refused", "expired", "unknown", "deferred")
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


def shops_of(world: World) -> list[Shop]:
    """Three advertisers, each with its own caps, what becomes of an SMS at them, and one with a budget."""
    world.services.operator_caps.save(OPERATOR)
    shops = []
    for caps, at_cap in zip(CAPS, ("defer", "skip", "defer"), strict=True):
        shop = open_shop(world, caps=caps, at_cap=at_cap)  # type: ignore[arg-type]
        world.services.sender_book.register(shop.advertiser, "FR", "38123", verified=True)
        long = "Bonjour, " + "une nouvelle collection vous attend en boutique, " * 4 + "voyez : {{ link }}"
        world.services.templates.save(shop.advertiser.id, Template("long", long, budget=2))
        told = "Bonjour, votre commande est en route."
        world.services.templates.save(
            shop.advertiser.id, Template("order", told, message_class="notification", journey="order_status")
        )
        shops.append(shop)
    budgeted = replace(shops[2].advertiser, safeguards=Safeguards(stop_percent=0, budget_micro=BUDGET_MICRO))
    world.services.advertisers.save(budgeted)
    return shops


def contact(world: World, shop: Shop, phone: str) -> None:
    """Everybody agreed to everything; every third lives in Alsace."""
    fields = {"postcode": "67000"} if in_alsace(phone) else {}
    given = {"sms_marketing": True, "sms_notification": True, "matching": True}
    said = Statement(given, world.clock.now() - DAY, "checkout")  # type: ignore[arg-type]
    world.services.intake.take(shop.advertiser.id, Arrival(Profile(phone), said, fields))


def in_alsace(phone: str) -> bool:
    return int(phone[-2:]) % 3 == 0


def intended(
    world: World, shops: list[Shop], phones: list[str], number: int, within: int, random: Random
) -> list[Message]:
    """Messages of every kind that fall due `within` a time, more of them than caps and hours allow."""
    made = []
    for position in range(number):
        shop, due_at = random.choice(shops), world.clock.now() + random.randrange(within)
        kind = random.choice(("cart", "cart", "long", "order"))
        changes = {
            "cart": {},
            "long": {"template": "long", "campaign": random.choice(("spring", "summer")), "site": None},
            "order": {"template": "order", "message_class": "notification", "journey": "order_status", "site": None},
        }[kind]
        made.append(
            shop.message(
                random.choice(phones),
                state="scheduled",
                due_at=due_at,
                expires_at=due_at + random.choice((2 * HOUR, DAY, 4 * DAY)),
                visitor=f"visitor-{position:012d}",
                **changes,
            )
        )
    return made


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
    world.clock.advance(THURSDAY - world.clock.now())
    attacked = attack(world, workers=8 if soaking else 4, idempotent=idempotent, seed=5, rate=0.03)
    phones, shops = list(PHONES[: 60 if soaking else 12]), shops_of(world)
    for shop in shops:
        for phone in phones:
            contact(world, shop, phone)
    rounds = 120 if soaking else 30
    made = intended(world, shops, phones, 3_000 if soaking else 80, rounds * 40 * MINUTE, attacked.random)

    noes = days_of_it(attacked, shops, phones, rounds)
    come_to_rest(attacked)

    messages = {message.id: shops[0].stored(message) for message in made}
    record = attacked.provider.record
    assert_each_at_most_once(messages, record)
    assert_nothing_is_left_open(messages, record)
    assert_no_cap_is_passed(messages, record, {shop.advertiser.id: shop.advertiser.caps for shop in shops})
    assert_no_hour_is_wrong(record)
    assert not [taken for taken in record if noes.against(messages[taken.sms.message_id], taken.claimed_from)]
    assert_budget_is_kept(messages, record, shops[2].advertiser.id)
    assert_counts_are_those_of_the_messages(world, shops, messages)
    assert len(record) > len(made) // 8, "most of them cannot be sent, but the attack must not be of nothing"


def assert_each_at_most_once(messages: Mapping[str, Message], record: list[HandedOver]) -> None:
    times = Counter(taken.sms.message_id for taken in record)
    assert max(times.values()) == 1
    assert times.keys() <= messages.keys()


def assert_nothing_is_left_open(messages: Mapping[str, Message], record: list[HandedOver]) -> None:
    left = {taken.sms.message_id for taken in record}
    for message in messages.values():
        assert message.state in FINAL, (message.state, message.reason, message.history)
        assert message.reason or message.state in {"sent", "delivered"}
        if message.id in left:
            assert message.state in {"sent", "delivered", "failed"}, message.history
        elif message.state in {"sent", "delivered"}:
            pytest.fail(f"nobody has got it: {message.history}")
        assert "_" not in why(message)["sentence"]


def assert_no_cap_is_passed(
    messages: Mapping[str, Message], record: list[HandedOver], caps: Mapping[str, Iterable[CapRule]]
) -> None:
    """For each SMS and each rule that held for it: with those in its window before it, never one over."""
    for position, taken in enumerate(record):
        message = messages[taken.sms.message_id]
        for rule in (*caps[message.advertiser], *OPERATOR):
            if message.message_class not in rule.classes or rule.campaign not in (None, message.series):
                continue
            within = [
                other.sms.parts if rule.counts == "parts" else 1
                for other in record[: position + 1]
                if other.at > taken.at - rule.window_ms and counts_for(rule, messages[other.sms.message_id], message)
            ]
            assert sum(within) <= rule.limit, (rule, message.id, within)


def counts_for(rule: CapRule, other: Message, message: Message) -> bool:
    if other.person != message.person or other.message_class not in rule.classes:
        return False
    if rule.level == "all":
        return True
    same_series = rule.level != "campaign" or other.series == message.series
    return other.advertiser == message.advertiser and same_series


def assert_no_hour_is_wrong(record: list[HandedOver]) -> None:
    for taken in record:
        local = datetime.fromtimestamp(taken.at / SECOND, ZoneInfo("Europe/Paris"))
        if taken.sms.message_class == "notification":
            assert 7 <= local.hour < 22, local
            continue
        assert 8 <= local.hour < 20, local
        assert local.date() not in (CLOSED | CLOSED_IN_ALSACE if in_alsace(taken.sms.to) else CLOSED), local
        assert local.weekday() != 6, local


def assert_budget_is_kept(messages: Mapping[str, Message], record: list[HandedOver], advertiser: str) -> None:
    spent: Counter[date] = Counter()
    for taken in record:
        if messages[taken.sms.message_id].advertiser == advertiser:
            day = datetime.fromtimestamp(taken.at / SECOND, ZoneInfo("Europe/Paris")).date()
            spent[day] += PART_MICRO * taken.sms.parts
    assert not spent or max(spent.values()) <= BUDGET_MICRO


def assert_counts_are_those_of_the_messages(world: World, shops: list[Shop], messages: Mapping[str, Message]) -> None:
    """Each counted step once, though its worker died or its answer was lost."""
    counted: Counter[str] = Counter()
    for shop in shops:
        for name, number in world.services.counters.read(shop.advertiser.id, THURSDAY, world.clock.now()).items():
            first, _, state = name.partition(".")
            if first == "message":
                counted[state.partition(".")[0]] += number
    stepped: Counter[str] = Counter()
    for message in messages.values():
        states = [step.state for step in message.history]
        stepped.update(state for state in states if state in COUNTED)
        reported = any(step.state == "delivered" or step.reason == "expired" for step in message.history)
        if reported and {"delivered", "failed"} & set(states) and "sent" not in states:
            stepped["sent"] += 1  # A report told it before the worker that sent it could.
        if "failed" in states and states[-1] == "delivered":
            stepped["failed"] -= 1  # It is taken back.
    assert {state: counted[state] for state in COUNTED} == {state: stepped[state] for state in COUNTED}

"""Messages of a week decided again: under the same settings as it was, under others by the same rules."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from chalicelib.audience.profile import open_profile
from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.messaging.decide import Where
from chalicelib.messaging.past import Fate, past_of
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.recipients import Place, place_of_contact
from chalicelib.messaging.replay import Asked, Person, replay
from chalicelib.sms_providers.contract import SendError, Sms
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.caps import CapRule
from chalicelib.storage.contacts import Contact
from chalicelib.storage.ledger import Ledger, Opposition, Wish
from chalicelib.storage.ledger import Send as Sent
from chalicelib.storage.messages import Message, Step
from chalicelib.storage.sending_hours import SendingHours, Window
from chalicelib.workers.send import on_orders
from tests.support.onslaught import EasterDays, contact, intended, shops_of
from tests.support.shop import PHONES, Shop
from tests.support.world import NOON, World

PARIS = Where(Place("FR", ("Europe/Paris",), ("FR",)), profile_for("FR"))
SHOP = Advertiser("adv", "Lumen SAS", "Lumen", "36123", caps=(CapRule(3),))
WEEK = NOON + 7 * DAY


def asked(*steps: Step, number: int = 1, **changes: object) -> Asked:
    """A message with this history, asked for on Monday at eleven."""
    message = Message(
        id=f"msg_{number}",
        state=steps[-1].state,
        version=1,
        message_class="marketing",
        advertiser="adv",
        journey="cart",
        base="adv",
        person="person",
        created_at=NOON - HOUR,
        expires_at=NOON + 2 * DAY,
        due_at=None,
        reason=steps[-1].reason,
        history=(Step("scheduled", NOON - HOUR), *steps),
    )
    message = replace(message, **changes)  # type: ignore[arg-type]
    past = past_of(message)
    assert past is not None
    return Asked(message, past)


def sent(at: int, number: int = 1) -> Asked:
    return asked(Step("sending", at), Step("sent", at), number=number)


def person(*messages: Asked, **ledger: object) -> Person:
    gone = [one for one in messages if one.past.fate.outcome in ("sent", "sent_later")]
    sends = [Sent(one.past.fate.at, "adv", "cart", "marketing", one.message.id) for one in gone]
    known = Ledger("person", sends=tuple(sends))
    return Person(Contact("adv", "person", b""), PARIS, replace(known, **ledger), messages)  # type: ignore[arg-type]


def outcomes(one: Person, advertiser: Advertiser = SHOP, operator: tuple[CapRule, ...] = ()) -> list[str]:
    fates = replay(one, advertiser, operator, WEEK)
    return [fates[each.message.id].outcome for each in one.asked]


FOUR = [sent(NOON + number * HOUR, number) for number in range(3)]
FOUR.append(asked(Step("refused", NOON + 3 * HOUR, "cap_reached"), number=3))


def test_a_stricter_cap_refuses_the_later_ones_and_a_looser_one_lets_go_what_was_refused() -> None:
    one = person(*FOUR)
    assert outcomes(one) == ["sent", "sent", "sent", "refused"]
    assert outcomes(one, replace(SHOP, caps=(CapRule(1),))) == ["sent", "refused", "refused", "refused"]
    assert outcomes(one, replace(SHOP, caps=(CapRule(9),))) == ["sent"] * 4
    assert outcomes(one, replace(SHOP, caps=())) == ["sent"] * 4


def test_at_a_cap_that_lets_wait_it_leaves_when_the_window_allows_it() -> None:
    waits = replace(SHOP, caps=(CapRule(1, 2 * HOUR),), at_cap="defer")
    fates = replay(person(*FOUR), waits, (), WEEK)
    assert [(fates[f"msg_{number}"].outcome, (fates[f"msg_{number}"].at - NOON) // HOUR) for number in range(4)] == [
        ("sent", 0),
        ("sent_later", 2),
        ("sent_later", 4),
        ("sent_later", 6),
    ]


def test_hours_let_wait_and_drop_what_would_be_too_late() -> None:
    afternoons = SendingHours(marketing=(Window(14 * 60, 18 * 60),), spread_ms=0)
    one = person(sent(NOON), asked(Step("sending", NOON), Step("sent", NOON), number=2, expires_at=NOON + HOUR))
    fates = replay(one, replace(SHOP, hours=afternoons), (), WEEK)
    assert fates["msg_1"] == Fate("sent_later", NOON + 3 * HOUR, "outside_hours")
    assert (fates["msg_2"].outcome, fates["msg_2"].reason) == ("dropped", "hours_past_expiry")


def test_what_others_sent_counts_as_it_did_and_the_operators_caps_hold() -> None:
    one = person(sent(NOON), sends=(Sent(NOON - HOUR, "adv_other", "cart", "marketing", "msg_x"),))
    assert outcomes(one, replace(SHOP, caps=(CapRule(1),))) == ["refused"]
    assert outcomes(one, replace(SHOP, caps=(CapRule(1, level="advertiser"),))) == ["sent"]
    assert outcomes(one, replace(SHOP, caps=()), (CapRule(1),)) == ["refused"]
    assert outcomes(one.without_others("adv"), replace(SHOP, caps=(CapRule(1),))) == ["sent"]


def test_what_comes_later_does_not_count_yet() -> None:
    one = person(sent(NOON), sends=(Sent(NOON + HOUR, "adv_other", "cart", "marketing", "msg_x"),))
    assert outcomes(one, replace(SHOP, caps=(CapRule(1),))) == ["sent"]


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ((Step("refused", NOON, "purchased"),), "other"),
        ((Step("deferred", NOON, "halted"), Step("sending", NOON + HOUR), Step("sent", NOON + HOUR)), "sent"),
        ((Step("deferred", NOON, "budget_spent"), Step("expired", NOON + DAY, "budget_past_expiry")), "other"),
        ((Step("deferred", NOON, "reply_open"), Step("cancelled", NOON + HOUR, "replied")), "other"),
        ((Step("sending", NOON), Step("failed", NOON, "rejected")), "other"),
        ((Step("sending", NOON), Step("sent", NOON), Step("failed", NOON + HOUR, "unreachable")), "sent"),
        ((Step("sending", NOON), Step("unknown", NOON, "no_answer"), Step("failed", NOON + HOUR, "no_word")), "sent"),
        ((Step("sending", NOON), Step("expired", NOON, "provider_unavailable")), "other"),
    ],
)
def test_what_is_neither_cap_nor_hours_stays_as_it_was(steps: tuple[Step, ...], outcome: str) -> None:
    one = asked(*steps)
    assert one.past.fate.outcome == outcome
    assert replay(person(one), replace(SHOP, caps=()), (), WEEK)["msg_1"] == one.past.fate
    if outcome == "other":
        assert outcomes(person(one), replace(SHOP, caps=(CapRule(5),))) == ["other"]


def test_who_bought_or_said_stop_before_the_later_moment_gets_nothing() -> None:
    """It was sent in truth; under the other hours it would have waited past the person's no."""
    afternoons = replace(SHOP, hours=SendingHours(marketing=(Window(14 * 60, 18 * 60),), spread_ms=0))
    said = Opposition(NOON + HOUR, "stop")
    fates = replay(person(sent(NOON), opposed={"adv": said}), afternoons, (), WEEK)
    assert fates["msg_1"] == Fate("other", NOON + 3 * HOUR, "opposed")


def test_a_wish_for_fewer_holds_from_when_it_was_said() -> None:
    two = (sent(NOON), sent(NOON + 2 * HOUR, 2))
    before = person(*two, wishes={"adv": Wish(NOON + 3 * HOUR, every_ms=7 * DAY)})
    after = person(*two, wishes={"adv": Wish(NOON + HOUR, every_ms=7 * DAY)})
    assert (outcomes(before), outcomes(after)) == (["sent", "sent"], ["sent", "refused"])


def test_what_was_not_decided_about_was_not_asked_for() -> None:
    message = asked(Step("sending", NOON)).message
    assert past_of(replace(message, state="scheduled", history=message.history[:1])) is None
    called_off = (message.history[0], Step("cancelled", NOON, "purchased"))
    assert past_of(replace(message, state="cancelled", history=called_off)) is None


def test_under_the_same_settings_it_is_what_happened_to_the_millisecond(world: World) -> None:
    """Three shops with caps of every kind over Easter, a provider that fails now and then: the real dispatch."""
    random = Random(1)
    world.clock.advance(EasterDays(2026).thursday - world.clock.now())
    shops, phones = shops_of(world), PHONES[:4]
    for shop in shops:
        for phone in phones:
            contact(world, shop, phone)
    world.clock.advance(SECOND)
    meant = intended(world, shops, list(phones), 36, 2 * DAY, random)

    def stumble(_: Sms) -> None:
        if random.random() < 0.1:
            raise SendError("retryable")

    world.provider.before = stumble
    send_all(world, meant)

    outcomes_met = set()
    for shop in shops:
        for one in people(world, shop, [shop.stored(message) for message in meant]):
            became = replay(one, shop_as_set(shop), world.services.operator_caps.get(), world.clock.now() + 1)
            for each in one.asked:
                assert became[each.message.id] == each.past.fate, each.message.history
                outcomes_met.add(each.past.fate.outcome)
    assert {"sent", "sent_later", "refused", "dropped"} <= outcomes_met


def send_all(world: World, meant: list[Message]) -> None:
    """Minute after minute in which something is due; each order a moment after the other."""
    ids = [message.id for message in meant]
    while due := [one.due_at for one in world.services.messages.get_all(ids).values() if one.due_at]:
        world.clock.advance(max(min(due) - world.clock.now() + random_lateness(len(due)), 1))
        world.services.tick.run()
        for record in world.queue.drain()["Records"]:
            world.clock.advance(7)
            on_orders({"Records": [record]}, world.services)


def random_lateness(number: int) -> int:
    return (number * 7_919) % (2 * MINUTE)


def shop_as_set(shop: Shop) -> Advertiser:
    found = shop.world.services.advertisers.get(shop.advertiser.id)
    assert found is not None
    return found


def people(world: World, shop: Shop, messages: list[Message]) -> list[Person]:
    found: dict[str, list[Asked]] = {}
    for message in messages:
        if message.advertiser == shop.advertiser.id and (past := past_of(message)):
            found.setdefault(message.person, []).append(Asked(message, past))
    return [a_person(world, shop, each, theirs) for each, theirs in found.items()]


def a_person(world: World, shop: Shop, name: str, theirs: list[Asked]) -> Person:
    services = world.services
    known = services.contacts.get(shop.advertiser.id, name)
    assert known is not None
    place = place_of_contact(open_profile(services.vault, known).phone, known.fields)
    where = Where(place, services.countries.profile(place.country))
    return Person(known, where, services.ledgers.get(name), tuple(theirs))

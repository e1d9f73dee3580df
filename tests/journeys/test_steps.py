"""Journeys walked on a moved clock: from events to the messages that must and must not come."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.enrolling import held_out
from chalicelib.journeys.making import message_id
from chalicelib.journeys.stepping import End, Wait, outcome
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.messages import Message
from chalicelib.storage.table import Put
from chalicelib.workers.send import on_orders
from tests.support.faults import FaultyClient, HeldBackClaim, at_operation
from tests.support.journeys import CAPPED, CART, SHIPPED, made_now, pass_time, start, template
from tests.support.shop import CAMILLE, PHONES, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.world import NOON, World

IDS = {"phone_sha256": hashed(CAMILLE)}


@pytest.fixture
def cart(shop: Shop) -> Shop:
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    start(shop, "cart", CART)
    return shop


def abandon(shop: Shop, stream: Stream, **told: Any) -> str:
    shop.contact()
    visitor = visitor_id()
    shop.tell(visitor, "add_to_cart", **{"params": lamp(), "ids": IDS} | told)
    stream.follow()
    return visitor


def sent(shop: Shop) -> list[tuple[str, str]]:
    """Step and state of each message, in the order of their making."""
    found = [shop.stored(item["id"]) for item in shop.world.of_type("message")]
    return [(str(message.step), message.state) for message in sorted(found, key=lambda m: m.created_at)]


def message_of(shop: Shop, step: str) -> Message:
    return next(m for item in shop.world.of_type("message") if (m := shop.stored(item["id"])).step == step)


def test_each_step_comes_when_it_is_due_and_no_sooner(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    pass_time(cart, 44 * MINUTE)
    assert sent(cart) == []
    pass_time(cart, MINUTE)
    assert sent(cart) == [("question", "sent")]
    pass_time(cart, DAY - MINUTE)
    assert sent(cart) == [("question", "sent")]
    pass_time(cart, MINUTE)
    assert sent(cart) == [("question", "sent"), ("reminder", "sent")]
    (enrolment,) = cart.world.enrolments("cart")
    assert (enrolment.state, [ran.outcome for ran in enrolment.ran]) == ("done", ["sent", "sent"])
    message = message_of(cart, "question")
    assert (message.journey, message.campaign, message.template) == ("cart", "cart", "question")


def test_a_purchase_between_two_steps_ends_it(cart: Shop, stream: Stream) -> None:
    visitor = abandon(cart, stream)
    pass_time(cart, HOUR)
    cart.tell(visitor, "purchase")
    stream.follow()
    pass_time(cart, 2 * DAY)
    assert sent(cart) == [("question", "sent")]


def test_a_reply_ends_it(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    pass_time(cart, HOUR)
    (enrolment,) = cart.world.enrolments("cart")
    services = cart.world.services
    services.enroller.end(enrolment.base, enrolment.person, cart.advertiser, "reply", cart.world.clock.now())
    pass_time(cart, 2 * DAY)
    assert sent(cart) == [("question", "sent")]
    (after,) = cart.world.enrolments("cart")
    assert (after.state, after.reason) == ("left", "replied")


def test_what_is_on_the_queue_already_is_stopped_by_an_exit(cart: Shop, stream: Stream) -> None:
    """The purchase is the back end's: the browser's trail knows nothing of it."""
    abandon(cart, stream)
    cart.world.clock.advance(46 * MINUTE)
    made = made_now(cart)
    cart.tell(None, "purchase", caller=cart.server, ids=IDS)
    stream.follow()
    assert (cart.stored(made).state, cart.stored(made).reason) == ("cancelled", "purchased")
    assert cart.world.services.dispatch.send(made.id, made.version) == "stale"
    assert cart.world.provider.sent == []


def test_an_exit_and_its_cancelled_message_are_counted_whatever_their_shards(cart: Shop, stream: Stream) -> None:
    """Sixteen events, so that some share the message's shard of the counters."""
    ended = 0
    for phone in PHONES[20:36]:
        ids = {"phone_sha256": hashed(phone)}
        cart.contact(phone)
        cart.tell(visitor_id(), "add_to_cart", params=lamp(), ids=ids)
        stream.follow()
        cart.world.clock.advance(46 * MINUTE)
        made = made_now(cart)
        cart.tell(None, "purchase", caller=cart.server, ids=ids)
        stream.follow()
        ended += cart.stored(made).state == "cancelled"
        cart.world.clock.advance(-46 * MINUTE)
    assert ended == 16


def leave(shop: Shop, message: Message) -> None:
    """The contact leaves; the message itself is not touched."""
    (item,) = shop.world.of_type("enrolment")
    shop.world.services.table.put(Put((item["pk"], item["sk"]), item | {"state": "left"}))
    assert shop.stored(message).state == "queued"


def test_an_exit_at_the_worst_moment_wins_over_the_claim(cart: Shop, stream: Stream) -> None:
    """Everything is decided and nothing is claimed when the contact leaves."""
    abandon(cart, stream)
    cart.world.clock.advance(46 * MINUTE)
    made = made_now(cart)
    held_back = HeldBackClaim(cart.world.dynamodb, lambda: leave(cart, made))
    assert cart.world.worker(held_back).dispatch.send(made.id, made.version) == "refused"
    assert cart.stored(made).reason == "left_journey"
    assert cart.world.provider.sent == []


def test_a_message_of_a_run_that_is_over_does_not_go(cart: Shop, stream: Stream) -> None:
    """The contact has begun the journey anew since it was made: another cart, another message."""
    abandon(cart, stream)
    cart.world.clock.advance(46 * MINUTE)
    made = made_now(cart)
    (item,) = cart.world.of_type("enrolment")
    cart.world.services.table.put(Put((item["pk"], item["sk"]), item | {"run": item["run"] + 1}))
    assert cart.world.services.dispatch.send(made.id, made.version) == "refused"
    assert cart.stored(made).reason == "left_journey"


def test_each_run_and_step_has_one_message_of_its_own(world: World) -> None:
    vault, journey = world.services.vault, Known("cart", 1, Journey.model_validate(CAPPED))
    enrolment = Enrolment("adv", "person", "cart", "site", "adv", "site", "active", 1)
    asked = [replace(enrolment, run=run, step=step) for run in (1, 2) for step in (0, 1)]
    names = [message_id(vault, journey, one) for one in asked]
    assert len(set(names)) == len(asked) and names == [message_id(vault, journey, one) for one in asked]


def test_where_the_hours_are_closed_it_waits_before_anything_is_asked() -> None:
    """Nothing is known of the cart yet, which would end the journey."""
    journey = Journey.model_validate(CAPPED)
    enrolment = Enrolment("adv", "person", "cart", "site", "adv", "site", "active", 1, active_at=NOON, planned_at=NOON)
    assert outcome(journey, enrolment, {}, NOON + HOUR, NOON) == Wait(NOON + HOUR)
    assert isinstance(outcome(journey, enrolment, {}, NOON, NOON), End)


def test_an_order_that_comes_twice_makes_one_message(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    cart.world.clock.advance(46 * MINUTE)
    cart.world.services.due_steps.run()
    batch = cart.world.queue.drain()
    for _ in range(3):
        assert on_orders(batch, cart.world.services) == {"batchItemFailures": []}
    assert len(cart.world.provider.sent) == 1


@pytest.mark.parametrize("operation", ["get_item", "query", "transact_write_items"])
def test_a_worker_that_fails_leaves_the_step_to_the_next(cart: Shop, stream: Stream, operation: str) -> None:
    abandon(cart, stream)
    cart.world.clock.advance(46 * MINUTE)
    cart.world.services.due_steps.run()
    batch = cart.world.queue.drain()
    broken = cart.world.worker(FaultyClient(cart.world.dynamodb, at_operation(operation, "unavailable")))
    on_orders(batch, broken)
    on_orders(batch, cart.world.services)
    for _ in range(20):
        pass_time(cart, MINUTE)
    assert sent(cart) == [("question", "sent")]
    assert len(cart.world.provider.sent) == 1


def test_a_step_waits_for_the_hours_and_its_conditions_are_asked_then(shop: Shop, stream: Stream) -> None:
    """A cart of 18:50 is due at 19:35; with the closing at 19:00 it goes next morning, if the cart still fits then."""
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    document = deepcopy(CART) | {"audience": [{"fact": "cart.value", "op": "at_least", "value": 50}]}
    start(shop, "cart", document)
    shop.world.clock.advance(8 * HOUR + 50 * MINUTE)  # 19:50 in Paris
    dear = {"items": [{"item_id": "l", "price": 60}], "currency": "EUR"}
    visitor = abandon(shop, stream, params=dear)
    pass_time(shop, HOUR)
    assert sent(shop) == []
    shop.tell(visitor, "remove_from_cart", params=dear)
    shop.tell(visitor, "add_to_cart", params={"items": [{"item_id": "m", "price": 10}], "currency": "EUR"})
    stream.follow()
    pass_time(shop, 13 * HOUR)
    assert sent(shop) == []
    (enrolment,) = shop.world.enrolments("cart")
    assert (enrolment.state, enrolment.reason) == ("done", "not_meant")


def test_a_step_past_its_expiry_is_passed_over_and_the_next_one_follows(shop: Shop, stream: Stream) -> None:
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    document = deepcopy(CART)
    document["steps"][0]["expires"] = 60
    start(shop, "cart", document)
    shop.world.clock.advance(9 * HOUR)  # 20:00 in Paris: closed until the morning
    abandon(shop, stream)
    pass_time(shop, 46 * MINUTE)
    (enrolment,) = shop.world.enrolments("cart")
    assert [(ran.step, ran.outcome) for ran in enrolment.ran] == [("question", "hours_past_expiry")]
    pass_time(shop, DAY)
    pass_time(shop, 13 * HOUR)
    assert sent(shop) == [("reminder", "sent")]


def test_one_of_ten_gets_nothing_and_is_followed_all_the_same(shop: Shop, stream: Stream) -> None:
    document = deepcopy(CART) | {"holdout": 50}
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    start(shop, "cart", document)
    person = shop.world.services.vault.person
    phone = next(phone for phone in PHONES if held_out(person(phone), "cart", 50))
    shop.contact(phone)
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(phone)})
    stream.follow()
    pass_time(shop, HOUR)
    (enrolment,) = shop.world.enrolments("cart")
    assert (enrolment.held_out, [ran.outcome for ran in enrolment.ran]) == (True, ["held_out"])
    assert shop.world.provider.sent == []


def test_an_orders_message_needs_no_consent_to_matching(shop: Shop, stream: Stream) -> None:
    text = "{{ brand }} : la commande {{ order.number }} est partie."
    template(shop, "shipped", text, message_class="notification", journey="order_status")
    start(shop, "shipped", SHIPPED)
    _buyer(shop)
    tell_order(shop, stream, "paid")
    pass_time(shop, MINUTE)
    assert sent(shop) == []
    tell_order(shop, stream, "shipped")
    tell_order(shop, stream, "shipped")
    pass_time(shop, MINUTE)
    assert sent(shop) == [("shipped", "sent")]
    assert "2026-1042" in shop.world.provider.sent[0].text


def tell_order(shop: Shop, stream: Stream, status: str) -> None:
    params = {"transaction_id": "2026-1042", "status": status}
    shop.tell(None, "order_updated", caller=shop.server, ids=IDS, params=params)
    stream.follow()


def _buyer(shop: Shop) -> None:
    statement = Statement({"sms_notification": True}, shop.world.clock.now() - DAY, "checkout")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE), statement))


def test_who_is_in_keeps_the_version_or_goes_on_with_the_newest(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    pass_time(cart, 46 * MINUTE)
    later = deepcopy(CART)
    later["steps"][1]["wait"]["minutes"] = 48 * 60
    start(cart, "cart", later, running="keep")
    pass_time(cart, DAY)
    assert sent(cart) == [("question", "sent"), ("reminder", "sent")]


def test_who_is_in_goes_on_with_the_newest_version_where_that_says_so(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    pass_time(cart, 46 * MINUTE)
    later = deepcopy(CART)
    later["steps"][1]["wait"]["minutes"] = 48 * 60
    start(cart, "cart", later, running="migrate")
    pass_time(cart, DAY)
    assert sent(cart) == [("question", "sent")]
    pass_time(cart, DAY)
    assert sent(cart) == [("question", "sent"), ("reminder", "sent")]


def test_who_is_in_leaves_as_its_own_version_says(cart: Shop, stream: Stream) -> None:
    """A reply ends the first version; the second one, which only others follow, knows no such exit."""
    abandon(cart, stream)
    pass_time(cart, HOUR)
    start(cart, "cart", deepcopy(CART) | {"exits": [{"on": "purchase"}]}, running="keep")
    (enrolment,) = cart.world.enrolments("cart")
    services = cart.world.services
    services.enroller.end(enrolment.base, enrolment.person, cart.advertiser, "reply", cart.world.clock.now())
    assert [one.reason for one in cart.world.enrolments("cart")] == ["replied"]


@pytest.mark.parametrize("is_in", [True, False])
def test_a_journey_for_a_segment_is_for_its_members(cart: Shop, stream: Stream, *, is_in: bool) -> None:
    services, advertiser = cart.world.services, cart.advertiser.id
    segment = services.segment_desk.create(advertiser, "By hand", None).id
    start(cart, "cart", deepcopy(CART) | {"audience": [{"fact": "segments.in", "value": segment}]})
    abandon(cart, stream)
    if is_in:
        services.members.add(advertiser, segment, [services.vault.person(CAMILLE)])
    pass_time(cart, HOUR)
    assert sent(cart) == ([("question", "sent")] if is_in else [])


def test_a_stopped_journey_sends_nothing_more(cart: Shop, stream: Stream) -> None:
    abandon(cart, stream)
    pass_time(cart, 46 * MINUTE)
    start(cart, "cart", CART, state="stopped")
    pass_time(cart, DAY)
    assert sent(cart) == [("question", "sent")]
    abandon(cart, stream)
    assert [enrolment.reason for enrolment in cart.world.enrolments("cart")] == ["journey_stopped"]

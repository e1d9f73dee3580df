"""A conversation lets a journey wait, where its definition says so, until it is closed or the hours are over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.pausing import paused_until, resumed
from chalicelib.storage.conversation import Heard, Said, Thread, with_heard
from chalicelib.storage.enrolments import Enrolment
from tests.support.journeys import CART, pass_time, start, template, texts
from tests.support.shop import CAMILLE, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.world import NOON

PAUSING = CART | {"exits": [{"on": "purchase"}], "pauses": [{"on": "reply", "hours": 24}]}
DOCUMENT = Journey.model_validate(PAUSING)


def text(minute: int, name: str = "") -> Heard:
    said = Said(name or f"t{minute}", NOON + minute * MINUTE, "in", b"sealed")
    return Heard("adv", "person", "adv", b"phone", "36123", said)


def thread(*minutes: int) -> Thread:
    known = None
    for minute in minutes:
        known = with_heard(known, "thr_1", text(minute), text(minute).said)
    assert known
    return known


def test_a_pause_lasts_its_hours_from_the_last_text() -> None:
    talk = thread(0, 60)
    assert paused_until(DOCUMENT, talk, NOON + HOUR) == NOON + HOUR + DAY
    assert paused_until(DOCUMENT, talk, NOON + HOUR + DAY) is None


@pytest.mark.parametrize("talk", [None, replace(thread(0), state="closed")], ids=["nobody wrote", "closed"])
def test_where_nobody_talks_nothing_waits(talk: Thread | None) -> None:
    assert paused_until(DOCUMENT, talk, NOON) is None


def test_a_journey_that_names_no_pause_goes_on() -> None:
    assert paused_until(Journey.model_validate(CART), thread(0), NOON) is None


@given(minutes=st.lists(st.integers(0, 600), min_size=1, max_size=6, unique=True), data=st.data())
def test_any_order_of_texts_means_the_same_pause(minutes: list[int], data: Any) -> None:
    shuffled = data.draw(st.permutations(minutes))
    now = NOON + 600 * MINUTE
    assert paused_until(DOCUMENT, thread(*shuffled), now) == paused_until(DOCUMENT, thread(*sorted(minutes)), now)


def test_only_what_is_paused_is_resumed() -> None:
    waits = Enrolment(
        "adv", "p", "cart", "site", "adv", "site", "active", 1, due_at=NOON + DAY, paused_until=NOON + DAY
    )
    assert resumed(waits, NOON + HOUR) == replace(waits, paused_until=NOON + HOUR)
    for other in (replace(waits, state="left"), replace(waits, due_at=None), replace(waits, paused_until=0)):
        assert resumed(other, NOON + HOUR) is None


@pytest.mark.parametrize("pauses", [[{"on": "purchase"}], [{"on": "reply", "hours": 0}], [{"on": "reply", "days": 1}]])
def test_a_pause_that_is_none_is_refused(pauses: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Journey.model_validate(PAUSING | {"pauses": pauses})


def test_a_reply_cannot_both_end_and_pause() -> None:
    with pytest.raises(ValidationError, match="a pause by reply, which ends the journey"):
        Journey.model_validate(CART | {"pauses": [{"on": "reply"}]})


@pytest.fixture
def cart(shop: Shop, stream: Stream) -> Shop:
    """Whoever left a basket got the question an hour ago, and has just answered."""
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    start(shop, "cart", PAUSING)
    shop.contact()
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(CAMILLE)})
    stream.follow()
    pass_time(shop, HOUR)
    return shop


def writes(shop: Shop, name: str = "t1") -> Thread:
    person, now = shop.world.services.vault.person(CAMILLE), shop.world.clock.now()
    heard = replace(text(0, name), advertiser=shop.advertiser.id, base=shop.advertiser.id, person=person)
    return shop.world.services.threads.heard(replace(heard, said=replace(heard.said, at=now)), now)


def closes(shop: Shop, talk: Thread) -> None:
    shop.world.services.conversation_desk.turn(shop.advertiser.id, talk.id, "closed")


def test_who_talks_is_not_reminded_until_the_hours_are_over(cart: Shop) -> None:
    pass_time(cart, 20 * HOUR)
    writes(cart)
    pass_time(cart, 4 * HOUR)  # The reminder's time.
    pass_time(cart, 19 * HOUR)
    assert len(texts(cart)) == 1
    assert cart.world.counts(cart.advertiser.id)["journey.cart.reminder.paused"] == 1
    pass_time(cart, HOUR)
    assert len(texts(cart)) == 2


def test_a_closed_conversation_lets_it_go_on_at_once(cart: Shop) -> None:
    pass_time(cart, 20 * HOUR)
    talk = writes(cart)
    pass_time(cart, 4 * HOUR)
    closes(cart, talk)
    pass_time(cart, 0)
    assert len(texts(cart)) == 2
    assert cart.world.counts(cart.advertiser.id)["journey.cart.resumed"] == 1


def test_a_conversation_that_ended_before_the_step_was_due_changes_nothing(cart: Shop) -> None:
    closes(cart, writes(cart))
    pass_time(cart, 24 * HOUR)
    assert len(texts(cart)) == 2


def test_a_journey_that_begins_in_a_conversation_waits_as_well(cart: Shop, stream: Stream) -> None:
    pass_time(cart, 2 * DAY)
    sent = len(texts(cart))
    writes(cart)
    cart.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(CAMILLE)})
    stream.follow()
    pass_time(cart, HOUR)
    assert len(texts(cart)) == sent
    pass_time(cart, 23 * HOUR)
    assert len(texts(cart)) == sent + 1


def test_what_was_paused_does_not_expire_by_it(cart: Shop) -> None:
    """The reminder makes sense for a day from its time, and the conversation lasts for two."""
    for number in range(5):
        pass_time(cart, 12 * HOUR)
        writes(cart, f"t{number}")
    assert len(texts(cart)) == 1
    pass_time(cart, DAY)  # At midnight,
    pass_time(cart, 10 * HOUR)
    assert len(texts(cart)) == 2

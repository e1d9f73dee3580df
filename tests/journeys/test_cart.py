"""The abandoned cart, as pure decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.cart import Cancel, Enrol, Postpone, decide
from chalicelib.storage.advertisers import CartJourney
from chalicelib.storage.carts import Browsing, Cart
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.events import Event
from chalicelib.storage.messages import WAITING, Message, State
from chalicelib.tracking.carts import follow
from tests.support.world import NOON

SETTINGS = CartJourney(delay_ms=45 * MINUTE, reentry_ms=DAY)
FILLS = ("add_to_cart", "begin_checkout")
OTHERS = ("page_view", "view_item", "remove_from_cart", "identify")


def event(name: str, at: int = 0, item: str | None = None) -> Event:
    items = {"items": [{"item_id": item, "item_name": f"Lampe {item}"}]} if item else {}
    return Event("site", "visitor", name, f"{name}-{at}", NOON + at, NOON + at, "browser", None, params=items)


def cart_after(*events: Event) -> Cart | None:
    browsing = Browsing()
    for each in events:
        browsing = follow(browsing, each)
    return browsing.cart


def message(state: State = "scheduled", **changes: Any) -> Message:
    meant = Message(
        id="msg_1",
        state=state,
        version=1,
        message_class="marketing",
        advertiser="adv",
        site="site",
        journey="cart",
        base="adv",
        person="person",
        visitor="visitor",
        product=None,
        cart_at=NOON,
        cart_changed_at=NOON,
        created_at=NOON,
        expires_at=NOON + DAY,
        due_at=NOON + HOUR,
    )
    return replace(meant, **changes)


def enrolment(at: int = NOON) -> Enrolment:
    return Enrolment("adv", "person", "cart", "site", "msg_1", at)


@pytest.mark.parametrize("name", FILLS)
def test_a_filled_cart_is_due_when_it_has_been_left_for_the_delay(name: str) -> None:
    added = event(name)
    cart = cart_after(added)
    assert cart is not None
    assert decide(cart, added, None, None, SETTINGS) == Enrol(cart, NOON + 45 * MINUTE)


@pytest.mark.parametrize("name", OTHERS)
def test_looking_around_fills_no_cart(name: str) -> None:
    looked = event(name)
    assert decide(None, looked, None, None, SETTINGS) is None


@pytest.mark.parametrize("name", FILLS + OTHERS)
def test_a_visitor_who_is_still_here_postpones_the_message(name: str) -> None:
    later = event(name, at=10 * MINUTE)
    cart = cart_after(event("add_to_cart"), later)
    assert cart is not None
    assert decide(cart, later, enrolment(), message(), SETTINGS) == Postpone(message(), cart, NOON + 55 * MINUTE)


def test_an_identification_after_the_cart_enrols() -> None:
    identified = event("identify", at=MINUTE)
    cart = cart_after(event("add_to_cart"), identified)
    assert cart is not None
    assert decide(cart, identified, None, None, SETTINGS) == Enrol(cart, NOON + 46 * MINUTE)


@pytest.mark.parametrize("state", sorted(WAITING))
def test_a_purchase_cancels_what_waits(state: State) -> None:
    bought = event("purchase", at=10 * MINUTE)
    waiting = message(state)
    assert cart_after(event("add_to_cart"), bought) is None
    assert decide(None, bought, enrolment(), waiting, SETTINGS) == Cancel(waiting, "purchased")


@pytest.mark.parametrize("state", ["sending", "sent", "delivered", "failed", "unknown", "cancelled", "refused"])
def test_a_purchase_leaves_alone_what_waits_no_more(state: State) -> None:
    assert decide(None, event("purchase", at=MINUTE), enrolment(), message(state), SETTINGS) is None


def test_an_older_purchase_cancels_no_newer_cart() -> None:
    """The stream may hand out a purchase again, after the cart that followed it."""
    bought, added = event("purchase", at=0), event("add_to_cart", at=MINUTE)
    cart = cart_after(bought, added, bought)
    newer = message(cart_at=NOON + MINUTE, cart_changed_at=NOON + MINUTE)

    assert cart is not None
    assert not isinstance(decide(cart, bought, enrolment(NOON + MINUTE), newer, SETTINGS), Cancel)


def test_the_same_cart_leads_to_one_message() -> None:
    added, looked = event("add_to_cart"), event("page_view", at=2 * DAY)
    assert decide(cart_after(added, looked), looked, enrolment(), message("sent"), SETTINGS) is None


@pytest.mark.parametrize(("after", "again"), [(DAY - 1, False), (DAY, True)])
def test_a_cart_filled_again_enrols_again_after_the_reentry_time(after: int, *, again: bool) -> None:
    added = event("add_to_cart", at=after)
    cart = cart_after(event("add_to_cart"), added)
    decision = decide(cart, added, enrolment(), message("sent"), SETTINGS)
    assert isinstance(decision, Enrol) is again

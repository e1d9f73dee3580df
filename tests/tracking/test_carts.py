"""What events make of a cart and of what was looked at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage import carts as stored
from chalicelib.storage.carts import MOST_LINES, MOST_SAID, Browsing, Cart, Product
from chalicelib.storage.codec import decode, encode
from chalicelib.storage.events import Event
from chalicelib.storage.visitors import from_item
from chalicelib.tracking.carts import follow, worth_keeping
from tests.support.world import NOON

FILLS = ("add_to_cart", "begin_checkout")
OTHERS = ("page_view", "identify")
EURO = 1_000_000


def item(item_id: str, price: int | None = None, **told: Any) -> dict[str, Any]:
    return {"item_id": item_id} | ({} if price is None else {"price": price * EURO}) | told


def event(name: str, at: int = 0, *items: dict[str, Any], received: int | None = None, **params: Any) -> Event:
    told = ({"items": list(items)} if items else {}) | params
    accepted = NOON + (at if received is None else received)
    return Event("site", "visitor", name, f"{name}-{at}", NOON + at, accepted, "browser", None, params=told)


def after(*events: Event) -> Browsing:
    browsing = Browsing()
    for each in events:
        browsing = follow(browsing, each)
    return browsing


def cart_after(*events: Event) -> Cart:
    cart = after(*events).cart
    assert cart is not None
    return cart


def ids(cart: Cart) -> list[str]:
    return [line.id for line in cart.lines]


@pytest.mark.parametrize("name", [*OTHERS, "view_item", "remove_from_cart"])
def test_looking_around_fills_no_cart(name: str) -> None:
    assert after(event(name, 0, item("a"))).cart is None


@pytest.mark.parametrize("name", FILLS)
def test_a_filling_that_names_nothing_is_a_cart_all_the_same(name: str) -> None:
    cart = cart_after(event(name))
    assert (cart.started_at, cart.changed_at, cart.filled_at, cart.active_at) == (NOON, NOON, NOON, NOON)
    assert (cart.lines, cart.product, cart.value_micro) == ((), None, None)


def test_the_thing_put_in_last_is_the_one_that_is_named_whatever_checkout_lists() -> None:
    cart = cart_after(
        event("add_to_cart", 0, item("z"), page_location="https://shop.example/z"),
        event("add_to_cart", 1, item("b", item_name="Lampe B"), page_location="https://shop.example/b"),
        event("begin_checkout", 2, item("z"), item("b"), page_location="https://shop.example/checkout"),
    )
    assert cart.product == Product("b", "Lampe B", "https://shop.example/b")
    assert (ids(cart), cart.at_checkout) == (["b", "z"], True)


def test_what_was_taken_out_is_not_named_and_what_is_left_is() -> None:
    cart = cart_after(
        event("add_to_cart", 0, item("a")), event("add_to_cart", 1, item("b")), event("remove_from_cart", 2, item("b"))
    )
    assert ids(cart) == ["a"]
    assert after(event("add_to_cart", 0, item("a")), event("remove_from_cart", 0, item("a"))).cart is None


def test_what_was_taken_out_and_put_in_again_is_in_it() -> None:
    again = [
        event("add_to_cart", 0, item("a")),
        event("remove_from_cart", 1, item("a")),
        event("add_to_cart", 2, item("a")),
    ]
    assert ids(cart_after(*again)) == ids(cart_after(*reversed(again))) == ["a"]


def test_a_purchase_that_is_told_before_what_it_bought_leaves_no_cart() -> None:
    bought, added = event("purchase", MINUTE), event("add_to_cart", 0, item("a"), received=2 * MINUTE)
    assert after(bought, added).cart is None
    assert after(added, bought).cart is None


def test_a_purchase_told_late_buys_what_came_before_it_only() -> None:
    """A back end tells in the evening what was bought at noon; the cart was filled in between."""
    cart = cart_after(
        event("add_to_cart", -HOUR, item("a")),
        event("add_to_cart", HOUR, item("b")),
        event("purchase", 0, received=6 * HOUR),
    )
    assert (ids(cart), cart.started_at) == (["b"], NOON + HOUR)


def test_a_clock_that_is_fast_fills_no_cart_after_its_acceptance() -> None:
    """Else the purchase that follows by another clock would come before it."""
    assert after(event("add_to_cart", 4 * MINUTE, item("a"), received=0), event("purchase", MINUTE)).cart is None


def test_delays_count_by_our_own_clock() -> None:
    cart = cart_after(
        event("add_to_cart", -2 * HOUR, item("a"), received=0), event("page_view", -HOUR, received=MINUTE)
    )
    assert (cart.changed_at, cart.filled_at, cart.active_at) == (NOON - 2 * HOUR, NOON, NOON + MINUTE)


def test_a_cart_is_worth_what_its_lines_are_or_what_checkout_says() -> None:
    lines = [
        event("add_to_cart", 0, item("a", 30, quantity=2), currency="EUR"),
        event("add_to_cart", 1, item("b", 10), currency="EUR"),
    ]
    assert (cart_after(*lines).value_micro, cart_after(*lines).currency) == (70 * EURO, "EUR")
    checkout = event("begin_checkout", 2, value=65 * EURO, currency="EUR")
    assert cart_after(*lines, checkout).value_micro == 65 * EURO
    later = event("add_to_cart", 3, item("c", 5), currency="EUR")
    assert cart_after(*lines, checkout, later).value_micro == 75 * EURO


@pytest.mark.parametrize(
    "unknown",
    [
        event("add_to_cart", 1),
        event("add_to_cart", 1, item("b"), currency="EUR"),
        event("add_to_cart", 1, item("b", 10), currency="USD"),
    ],
)
def test_a_cart_of_which_something_is_not_known_is_worth_nothing_that_can_be_told(unknown: Event) -> None:
    cart = cart_after(event("add_to_cart", 0, item("a", 30), currency="EUR"), unknown)
    assert (cart.value_micro, cart.currency) == (None, None)


def test_a_large_cart_keeps_its_newest_lines() -> None:
    added = [event("add_to_cart", number, item(f"item-{number}")) for number in range(100)]
    browsing = after(*added)
    cart = cart_after(*added)
    assert len(browsing.said) == MOST_SAID
    assert ids(cart) == [f"item-{number}" for number in range(99, 99 - MOST_LINES, -1)]


def test_a_message_keeps_what_the_cart_held_without_its_pages() -> None:
    cart = cart_after(event("add_to_cart", 0, item("a", 30), currency="EUR", page_location="https://shop.example/a"))
    assert [(line.id, line.price_micro, line.url) for line in cart.contents.lines] == [("a", 30 * EURO, None)]
    assert (cart.contents.value_micro, cart.contents.currency) == (30 * EURO, "EUR")


def test_the_product_looked_at_longest_on_the_last_day_is_known() -> None:
    views = [
        event("view_item", -2 * DAY, item("old"), dwell_ms=HOUR),
        event("view_item", 0, item("a"), dwell_ms=2 * MINUTE),
        event(
            "view_item",
            1,
            item("b", item_name="Lampe B", item_category="Lampes"),
            page_location="https://shop.example/b",
        ),
        event("view_item", 2, item("b", item_name="Lampe B"), dwell_ms=6 * MINUTE),
        event("view_item", 3, item("c")),
    ]
    viewed = after(*views).viewed
    assert viewed is not None
    assert (viewed.id, viewed.name, viewed.dwell_ms, viewed.at) == ("b", "Lampe B", 6 * MINUTE, NOON + 2)


moments = st.integers(0, 30)
things = st.builds(
    item,
    st.sampled_from("abcd"),
    st.none() | st.integers(1, 3),
    quantity=st.integers(1, 3),
)
told = st.builds(
    lambda name, at, items, late, params: event(name, at, *items, received=at + late, **params),
    st.sampled_from([*FILLS, *OTHERS, "remove_from_cart", "view_item", "purchase"]),
    moments,
    st.lists(things, max_size=3),
    st.integers(-5, 30),
    st.fixed_dictionaries(
        {},
        optional={
            "currency": st.sampled_from(["EUR", "CHF"]),
            "value": st.integers(1, 5),
            "page_location": st.sampled_from(["https://shop.example/1", "https://shop.example/2"]),
            "dwell_ms": st.integers(0, 5),
        },
    ),
)
histories = st.lists(told, min_size=1, max_size=14)


@given(history=histories, data=st.data())
def test_any_order_and_any_doubling_of_events_gives_the_same_cart(history: list[Event], data: st.DataObject) -> None:
    doubled = history + data.draw(st.lists(st.sampled_from(history), max_size=6))
    assert after(*data.draw(st.permutations(doubled))) == after(*history)


@given(numbers=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), min_size=70, max_size=120), data=st.data())
def test_the_order_decides_nothing_of_a_cart_that_is_too_large_either(
    numbers: list[tuple[int, int]], data: st.DataObject
) -> None:
    names = [*FILLS, "remove_from_cart"]
    history = [event(names[at % 3], at, item(f"item-{number}")) for number, at in numbers]
    assert after(*data.draw(st.permutations(history))) == after(*history)


@given(history=histories)
def test_after_a_purchase_nothing_of_the_cart_is_left(history: list[Event]) -> None:
    bought = event("purchase", 100)
    assert after(*history, bought).cart is None
    assert after(bought, *history).cart is None


def test_a_mere_sign_of_a_visitor_without_a_cart_is_not_worth_a_write() -> None:
    looked = after(event("page_view"))
    assert not worth_keeping(looked, Browsing())
    filled = after(event("page_view"), event("add_to_cart", 1))
    assert worth_keeping(filled, looked)
    assert worth_keeping(follow(filled, event("page_view", 2)), filled), "it postpones the message"
    assert not worth_keeping(follow(filled, event("page_view", 1)), filled)
    assert worth_keeping(after(event("purchase")), Browsing())


@given(history=histories)
def test_what_was_done_is_stored_and_read_again_as_it_was(history: list[Event]) -> None:
    browsing = after(*history)
    item_stored = stored.to_item(browsing)
    assert item_stored is not None
    assert stored.from_item(decode(encode(item_stored))) == browsing


def test_a_cart_of_the_first_version_is_read() -> None:
    old = {"started_at": NOON, "changed_at": NOON + 2, "active_at": NOON + 3, "product": {"id": "a", "name": "Lampe"}}
    visitor = from_item({"site": "site", "id": "visitor", "v": 1, "cart": old})
    assert visitor.cart is not None
    assert (visitor.cart.started_at, visitor.cart.changed_at, visitor.cart.active_at) == (NOON, NOON + 2, NOON + 3)
    assert (visitor.cart.product, visitor.cart.value_micro) == (Product("a", "Lampe", None), None)
    bare = from_item({"site": "site", "id": "visitor", "v": 1, "cart": old | {"product": None}})
    assert bare.cart is not None
    assert (bare.cart.started_at, bare.cart.changed_at, bare.cart.lines) == (NOON, NOON + 2, ())
    assert from_item({"site": "site", "id": "visitor", "v": 1}).browsing == Browsing()


@pytest.mark.parametrize(
    ("time", "received", "pointless"),
    [
        (10, 10, True),  # after the cart was begun
        (9, 9, False),
        (9, 20, True),  # accepted after the last filling: its clock may be slow
        (9, 19, False),
        (25, 9, False),  # a clock that is fast
    ],
)
def test_a_purchase_makes_a_message_pointless_by_its_own_time_or_by_its_acceptance(
    time: int, received: int, *, pointless: bool
) -> None:
    assert stored.bought(time, received, started_at=10, changed_at=20) is pointless

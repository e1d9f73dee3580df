"""The playbooks of carts, looks and absences, walked on a moved clock: what must come, and what must not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.playbooks import playbooks
from chalicelib.messaging.profile import CartRule, profile_for
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.values import PromoCode, Thing, Values
from chalicelib.messaging.words import find, plain
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.caps import CapRule
from chalicelib.storage.promo_pools import Benefit, Pool
from tests.support.playbooks import name_agent, switch_on
from tests.support.shop import CAMILLE, PAGE, Shop, hashed, open_shop, visitor_id
from tests.support.stream import Stream
from tests.support.world import World

IDS = {"phone_sha256": hashed(CAMILLE)}
POOL = "pool_cart"
EXAMPLE = Values(
    brand="Lumen",
    link="https://r.example/Ab3dE5gH7j",
    way_out="https://r.example/u/Ab3dE5gH7j",
    first_name="Camille",
    product=Thing("Lampe de chevet", "lune"),
    agent="Zoé",
    code=PromoCode("ABCD2345", "10 %", "31/12 à 23h59"),
)


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world, caps=(CapRule(20),))


@pytest.fixture
def cart(shop: Shop) -> Shop:
    """With the cart's playbook switched on, codes in its pool, and Zoé there from nine to six."""
    name_agent(shop)
    services = shop.world.services
    pool = Pool(POOL, shop.advertiser.id, "Ten", Benefit("share", percent=10), valid_for_ms=DAY)
    services.promo_pools.create(pool)
    services.promo_desk.fill(pool, codes=["RELANCE10A", "RELANCE10B"])
    switch_on(shop, "abandoned_cart", closing_hour=20, promo_pool=POOL)
    shop.contact()
    return shop


def lamp(price: float = 80, **params: Any) -> dict[str, Any]:
    item = {"item_id": "lune", "item_name": "Lampe Lune", "price": price}
    return {"items": [item], "currency": "EUR", "page_location": PAGE} | params


def fill(shop: Shop, stream: Stream, price: float = 80, visitor: str | None = None) -> str:
    visitor = visitor or visitor_id()
    shop.tell(visitor, "add_to_cart", ids=IDS, params=lamp(price))
    stream.follow()
    return visitor


def wait(shop: Shop, stream: Stream, ms: int) -> None:
    """Time passes, from one thing that is due to the next."""
    clock, until = shop.world.clock, shop.world.clock.now() + ms
    while clock.now() < until:
        dues = [item["due_at"] for item in shop.world.items() if item.get("due_at", 0) > clock.now()]
        clock.advance(min([*dues, until]) - clock.now())
        shop.world.work()
    stream.follow()


def sent(shop: Shop) -> list[str]:
    """The playbook's texts that were sent, in their order."""
    found = [shop.stored(item["id"]) for item in shop.world.of_type("message")]
    delivered = [message for message in found if message.state == "sent"]
    return [str(message.template) for message in sorted(delivered, key=lambda message: message.created_at)]


def outcomes(shop: Shop, journey: str) -> list[str]:
    (enrolment,) = shop.world.enrolments(journey)
    return [ran.outcome for ran in enrolment.ran]


def test_a_question_then_a_reminder_then_a_code(cart: Shop, stream: Stream) -> None:
    fill(cart, stream)
    wait(cart, stream, 44 * MINUTE)
    assert sent(cart) == []
    wait(cart, stream, MINUTE)
    assert sent(cart) == ["abandoned_cart-question"]
    text = cart.world.provider.sent[0].text
    assert text.startswith("Bonjour, une question sur Lampe Lune ? Répondez-moi, je suis là. Zoé de Lumen https://")
    wait(cart, stream, DAY - HOUR)
    assert len(sent(cart)) == 1
    wait(cart, stream, HOUR)
    assert sent(cart)[1:] == ["abandoned_cart-reminder-signed"]
    assert "%" not in cart.world.provider.sent[1].text
    wait(cart, stream, DAY)
    assert sent(cart)[2:] == ["abandoned_cart-code"]
    assert "10 % avec le code RELANCE10" in cart.world.provider.sent[2].text
    assert "jusqu'au 05/03" in cart.world.provider.sent[2].text, "for 24 hours: from the 4th at 11:45"
    wait(cart, stream, 5 * DAY)
    assert len(sent(cart)) == 3


def test_nobody_asks_who_is_not_there_to_read_the_answer(cart: Shop, stream: Stream) -> None:
    cart.world.clock.advance(7 * HOUR)  # 18:00 in Paris: Zoé has gone
    fill(cart, stream)
    wait(cart, stream, HOUR)
    assert sent(cart) == ["abandoned_cart-hello"]
    assert "pondez" not in cart.world.provider.sent[0].text


def test_without_an_agent_nobody_signs(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "abandoned_cart", closing_hour=20, promo_pool=POOL)
    shop.contact()
    fill(shop, stream)
    wait(shop, stream, HOUR)
    wait(shop, stream, DAY)
    assert sent(shop) == ["abandoned_cart-hello", "abandoned_cart-reminder"]


def test_who_left_at_checkout_is_asked_about_delivery_and_payment(cart: Shop, stream: Stream) -> None:
    visitor = fill(cart, stream)
    cart.tell(visitor, "begin_checkout", params=lamp())
    stream.follow()
    wait(cart, stream, HOUR)
    assert sent(cart) == ["abandoned_cart-question-checkout"]


def test_who_read_for_long_is_offered_the_details(cart: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    cart.tell(visitor, "view_item", ids=IDS, params=lamp(dwell_ms=6 * MINUTE))
    stream.follow()
    fill(cart, stream, visitor=visitor)
    wait(cart, stream, HOUR)
    assert sent(cart) == ["abandoned_cart-question-product"]


def test_who_read_about_something_else_for_long_is_not_offered_the_details(cart: Shop, stream: Stream) -> None:
    visitor = visitor_id()
    other = {"item_id": "nova", "item_name": "Lampe Nova"}
    cart.tell(visitor, "view_item", ids=IDS, params={"items": [other], "dwell_ms": 6 * MINUTE})
    stream.follow()
    fill(cart, stream, visitor=visitor)
    wait(cart, stream, HOUR)
    assert sent(cart) == ["abandoned_cart-question"]


def test_a_reply_ends_it(cart: Shop, stream: Stream) -> None:
    fill(cart, stream)
    wait(cart, stream, HOUR)
    inbound = cart.world.services.inbound
    assert inbound.receive(InboundText("reply-1", CAMILLE, "36123", "Oui, existe-t-elle en bleu ?"))
    wait(cart, stream, 3 * DAY)
    assert sent(cart) == ["abandoned_cart-question"]
    (enrolment,) = cart.world.enrolments("abandoned_cart")
    assert (enrolment.state, enrolment.reason) == ("left", "replied")


def test_a_stop_ends_it_and_nobody_is_counted_as_waiting(cart: Shop, stream: Stream) -> None:
    fill(cart, stream)
    wait(cart, stream, HOUR)
    assert cart.world.services.inbound.receive(InboundText("reply-1", CAMILLE, "36123", "STOP"))
    stream.follow()
    (enrolment,) = cart.world.enrolments("abandoned_cart")
    assert (enrolment.state, enrolment.reason, enrolment.due_at) == ("left", "opposed", None)


@pytest.mark.parametrize("status", ["created", "unpaid", "on_hold", "paid"])
def test_an_order_in_whatever_state_is_no_abandonment(cart: Shop, stream: Stream, status: str) -> None:
    fill(cart, stream)
    cart.world.clock.advance(MINUTE)
    order = {"transaction_id": "2026-1042", "status": status}
    cart.tell(None, "order_updated", caller=cart.server, ids=IDS, params=order)
    stream.follow()
    wait(cart, stream, 3 * DAY)
    assert sent(cart) == []


@pytest.mark.parametrize(("price", "asked"), [(49.99, False), (50, True), (200, True), (200.01, False), (900, False)])
def test_the_basket_is_of_fifty_to_two_hundred(cart: Shop, stream: Stream, price: float, *, asked: bool) -> None:
    fill(cart, stream, price)
    wait(cart, stream, HOUR)
    assert bool(sent(cart)) is asked


def buy(shop: Shop, stream: Stream, number: int, **params: Any) -> None:
    order = {"transaction_id": f"2026-{number}", "value": 60, "currency": "EUR"} | params
    shop.tell(None, "purchase", caller=shop.server, ids=IDS, params=order)
    stream.follow()


@pytest.mark.parametrize(("coupons", "asked"), [(("ETE", "NOEL"), False), (("ETE", ""), True), (("ETE",), True)])
def test_who_buys_in_promotion_only_is_left_alone(
    cart: Shop, stream: Stream, coupons: tuple[str, ...], *, asked: bool
) -> None:
    for number, coupon in enumerate(coupons):
        buy(cart, stream, number, coupon=coupon)
    wait(cart, stream, DAY)
    fill(cart, stream)
    wait(cart, stream, HOUR)
    assert bool(sent(cart)) is asked


def test_one_code_in_ninety_days(cart: Shop, stream: Stream) -> None:
    fill(cart, stream)
    wait(cart, stream, 3 * DAY)
    assert "abandoned_cart-code" in sent(cart)
    cart.world.clock.advance(4 * DAY)
    fill(cart, stream)
    wait(cart, stream, 3 * DAY)
    assert outcomes(cart, "abandoned_cart") == ["sent", "sent", "had_it_lately"]


def test_a_question_that_the_night_makes_stale_is_left_out_and_the_reminder_follows(cart: Shop, stream: Stream) -> None:
    """A cart of Saturday evening is due when Sunday is closed, and Monday is more than 14 hours away."""
    cart.world.clock.advance(5 * DAY + 8 * HOUR + 30 * MINUTE)
    fill(cart, stream)
    wait(cart, stream, HOUR)
    assert outcomes(cart, "abandoned_cart") == ["hours_past_expiry"]
    wait(cart, stream, 36 * HOUR)
    assert sent(cart) == ["abandoned_cart-reminder-signed"]


def test_a_country_may_allow_one_message_for_a_cart(
    cart: Shop, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(profile_for("FR"), carts=CartRule(1, 2 * DAY, "test"))
    monkeypatch.setattr(CountryBook, "profile", lambda _, __: one)
    fill(cart, stream)
    wait(cart, stream, 4 * DAY)
    assert outcomes(cart, "abandoned_cart") == ["sent", "country_allows_fewer", "country_allows_fewer"]


def look(shop: Shop, stream: Stream, visitor: str | None = None, **params: Any) -> str:
    visitor = visitor or visitor_id()
    shop.tell(visitor, "view_item", ids=IDS, params=lamp(dwell_ms=MINUTE, **params))
    stream.follow()
    return visitor


@pytest.fixture
def browse(shop: Shop) -> Shop:
    switch_on(shop, "browse_abandonment")
    shop.contact()
    return shop


def test_a_product_that_was_left_is_named_four_hours_later(browse: Shop, stream: Stream) -> None:
    look(browse, stream)
    wait(browse, stream, 4 * HOUR - MINUTE)
    assert sent(browse) == []
    wait(browse, stream, MINUTE)
    assert sent(browse) == ["browse_abandonment-product"]
    (link,) = browse.world.links()
    assert link.target == PAGE


def test_a_product_in_the_cart_was_not_left(browse: Shop, stream: Stream) -> None:
    visitor = look(browse, stream)
    fill(browse, stream, visitor=visitor)
    wait(browse, stream, 5 * HOUR)
    assert not any("browse" in template for template in sent(browse))


def test_one_in_fourteen_days_however_often_somebody_looks(browse: Shop, stream: Stream) -> None:
    look(browse, stream)
    wait(browse, stream, DAY)
    for _ in range(3):
        look(browse, stream)
        wait(browse, stream, 4 * DAY)
    assert len(sent(browse)) == 1
    browse.world.clock.advance(2 * DAY)
    look(browse, stream)
    wait(browse, stream, DAY)
    assert len(sent(browse)) == 2


def test_nothing_of_a_sensitive_category_is_named(browse: Shop, stream: Stream) -> None:
    browse.site = replace(browse.site, sensitive=("Santé",))
    browse.world.services.advertisers.save_site(browse.site)
    item = {"item_id": "lune", "item_name": "Lampe Lune", "item_category": "santé"}
    look(browse, stream, items=[item])
    wait(browse, stream, DAY)
    assert sent(browse) == []


def test_a_category_that_becomes_sensitive_meanwhile_is_not_named(browse: Shop, stream: Stream) -> None:
    look(browse, stream, items=[{"item_id": "lune", "item_name": "Lampe Lune", "item_category": "Santé"}])
    browse.world.services.advertisers.save_site(replace(browse.site, sensitive=("Santé",)))
    wait(browse, stream, DAY)
    assert sent(browse) == []
    (enrolment,) = browse.world.enrolments("browse_abandonment")
    assert enrolment.reason == "sensitive"


@pytest.fixture
def away(shop: Shop, stream: Stream) -> Shop:
    """Of a customer who bought once."""
    switch_on(shop, "win_back")
    shop.contact()
    buy(shop, stream, 1)
    return shop


def visit(shop: Shop, stream: Stream) -> None:
    shop.tell(visitor_id(), "page_view", ids=IDS)
    stream.follow()


def test_who_stays_away_for_ninety_days_is_written_to_once(away: Shop, stream: Stream) -> None:
    away.world.clock.advance(10 * DAY)
    visit(away, stream)
    away.world.clock.advance(90 * DAY)
    wait(away, stream, MINUTE)
    assert sent(away) == [], "it is 90 days, and not yet 90 days after the end of that day"
    wait(away, stream, 3 * DAY)
    assert sent(away) == ["win_back-news"]
    wait(away, stream, 10 * DAY)
    assert len(sent(away)) == 1


def test_who_has_not_bought_is_no_customer_to_win_back(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "win_back")
    shop.contact()
    visit(shop, stream)
    shop.world.clock.advance(91 * DAY)
    wait(shop, stream, 2 * DAY)
    assert sent(shop) == []


def test_a_customer_is_won_back_twice_a_year_at_most(away: Shop, stream: Stream) -> None:
    for _ in range(3):
        away.world.clock.advance(91 * DAY)
        wait(away, stream, 3 * DAY)
        visit(away, stream)
    assert sent(away) == ["win_back-news"] * 2


@pytest.mark.parametrize(
    ("playbook", "name", "language", "text"),
    [
        (playbook.id, name, language, written.text)
        for playbook in playbooks()
        for name, languages in playbook.templates.items()
        for language, written in languages.items()
    ],
)
def test_no_text_tells_somebody_that_they_were_watched(playbook: str, name: str, language: str, text: str) -> None:
    assert find("watched", plain(text)) is None, (playbook, name, language)

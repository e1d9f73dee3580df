"""The playbooks of orders (J4), walked on a moved clock: the messages that must and must not come."""

from __future__ import annotations

from itertools import permutations

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from tests.support.journeys import pass_time, switch_on, texts
from tests.support.orders import became, buyer, target, tell
from tests.support.shop import ORIGIN, Shop
from tests.support.stream import Stream

TRACKING = "https://suivi.example/6A123"


def test_a_buyer_who_agreed_to_nothing_is_told_that_the_order_has_left(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_shipped")
    buyer(shop)
    became(shop, stream, "created", "paid")
    pass_time(shop, MINUTE)
    assert texts(shop) == [], "the e-mail confirms it"
    became(shop, stream, "shipped", "shipped", tracking_url=TRACKING)
    pass_time(shop, MINUTE)
    (text,) = texts(shop)
    assert text.startswith("Lumen : bonjour, votre commande 1042 est partie. Suivez-la ici : https://r.example/")
    assert target(shop).startswith(TRACKING)


def test_without_a_tracking_link_none_is_promised(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_shipped", "en")
    buyer(shop)
    became(shop, stream, "shipped", order_number="2026-7")
    pass_time(shop, MINUTE)
    assert texts(shop) == ["Lumen: hello, your order 2026-7 is on its way. It will arrive in the next few days."], (
        "by the number that the buyer knows"
    )


@pytest.mark.parametrize("address", ["http://192.168.0.7/colis", "https://bit.ly/abc", "https://r.example/login"])
def test_a_tracking_link_that_no_link_may_have_leads_to_the_shop(shop: Shop, stream: Stream, address: str) -> None:
    switch_on(shop, "order_shipped")
    buyer(shop)
    became(shop, stream, "shipped", tracking_url=address)
    pass_time(shop, MINUTE)
    assert target(shop).startswith(f"{ORIGIN}/")


def test_an_order_that_is_further_already_sends_only_where_it_is(shop: Shop, stream: Stream) -> None:
    """Whatever order the statuses are told in, what is overtaken says nothing any more."""
    for playbook in ("order_shipped", "order_out_for_delivery", "order_delivered"):
        switch_on(shop, playbook)
    buyer(shop)
    moments = {"shipped": -3 * HOUR, "out_for_delivery": -2 * HOUR, "delivered": -HOUR}
    for number, statuses in enumerate(permutations(moments)):
        for status in statuses:
            became(shop, stream, status, status, order=f"o{number}", at=moments[status])
        pass_time(shop, 0)
        pass_time(shop, 2 * MINUTE)
        assert texts(shop) == [f"Lumen : bonjour, votre commande o{number} a été livrée. Bonne journée !"], statuses
        shop.world.provider.sent.clear()


def test_out_for_delivery_that_is_told_late_does_not_follow_the_delivery(shop: Shop, stream: Stream) -> None:
    for playbook in ("order_out_for_delivery", "order_delivered"):
        switch_on(shop, playbook)
    buyer(shop)
    tell(shop, stream, "delivered", at=-HOUR)
    pass_time(shop, MINUTE)
    assert len(texts(shop)) == 1
    became(shop, stream, "out_for_delivery")
    pass_time(shop, MINUTE)
    pass_time(shop, DAY)
    assert len(texts(shop)) == 1


def test_an_order_that_is_told_as_delivered_twice_over_is_told_once(shop: Shop, stream: Stream) -> None:
    """Shops tell it by the event and by the status."""
    switch_on(shop, "order_delivered")
    buyer(shop)
    became(shop, stream, "delivered")
    tell(shop, stream, "delivered")
    pass_time(shop, MINUTE)
    tell(shop, stream, "delivered")
    pass_time(shop, MINUTE)
    assert len(texts(shop)) == 1


def test_each_order_is_told_of_for_itself(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_delivered")
    buyer(shop)
    became(shop, stream, "delivered", order="1042")
    became(shop, stream, "cancelled", order="1043")
    became(shop, stream, "delivered", order="1043")
    became(shop, stream, "delivered", order="1044", ids={})
    pass_time(shop, MINUTE)
    assert [text for text in texts(shop) if "1042" in text] == texts(shop), "nothing was told of whose 1044 is"


def test_what_becomes_of_an_order_waits_for_the_morning(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_delivered")
    buyer(shop)
    shop.world.clock.advance(12 * HOUR)  # 23:00 in Paris
    became(shop, stream, "delivered")
    pass_time(shop, MINUTE)
    assert texts(shop) == []
    pass_time(shop, 9 * HOUR)
    assert len(texts(shop)) == 1


@pytest.mark.parametrize("ends", ["paid", "cancelled", "shipped"])
def test_an_unpaid_order_is_reminded_of_once_and_not_after(shop: Shop, stream: Stream, ends: str) -> None:
    switch_on(shop, "order_unpaid")
    buyer(shop)
    pay = f"{ORIGIN}/commande/1042/payer"
    became(shop, stream, "unpaid", page_location=pay)
    became(shop, stream, "unpaid", order="1043")
    pass_time(shop, HOUR)
    became(shop, stream, "unpaid", page_location=pay)  # Told again: the wait does not begin anew.
    became(shop, stream, ends, order="1043")
    pass_time(shop, HOUR)
    (text,) = texts(shop)
    assert text.startswith("Lumen : bonjour, votre commande 1042 attend son paiement")
    assert target(shop).startswith(pay)
    pass_time(shop, 3 * DAY)
    assert len(texts(shop)) == 1


def test_an_order_that_is_bought_is_not_reminded_of(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_unpaid")
    buyer(shop)
    tell(shop, stream, "purchase", at=MINUTE)
    became(shop, stream, "unpaid")
    pass_time(shop, 3 * HOUR)
    assert texts(shop) == []


@pytest.mark.parametrize(
    ("playbook", "status", "says"),
    [
        ("order_refunded", "refunded", "un remboursement de votre commande 1042"),
        ("order_returned", "returned", "le retour de votre commande 1042 est bien arrivé"),
        ("order_complaint", "complaint_opened", "votre réclamation sur la commande 1042"),
    ],
)
def test_refund_return_and_complaint_are_answered(
    shop: Shop, stream: Stream, playbook: str, status: str, says: str
) -> None:
    switch_on(shop, playbook)
    buyer(shop)
    became(shop, stream, status)
    pass_time(shop, MINUTE)
    (text,) = texts(shop)
    assert says in text


def test_a_refund_is_told_by_its_event_too_and_overtakes_the_return(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_refunded")
    switch_on(shop, "order_returned")
    buyer(shop)
    became(shop, stream, "returned")
    tell(shop, stream, "refund", value=49.9, currency="EUR")
    became(shop, stream, "refunded")
    pass_time(shop, MINUTE)
    (text,) = texts(shop)
    assert "remboursement" in text


def test_a_complaint_that_is_closed_already_is_not_answered(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "order_complaint")
    buyer(shop)
    became(shop, stream, "complaint_closed", at=MINUTE)
    became(shop, stream, "complaint_opened")
    pass_time(shop, 2 * MINUTE)
    assert texts(shop) == []

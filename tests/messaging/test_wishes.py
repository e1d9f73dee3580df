"""A person's wish for less: honoured to the moment, for the advertiser that it was told to, and by nobody else's."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY
from chalicelib.messaging.pressure import weigh
from chalicelib.messaging.wishes import FEWER, caps, kind_of, unwanted
from chalicelib.storage.ledger import Ledger, Send, Wish

NOW = 100 * DAY


def ledger(*sends: tuple[int, str, str], every: str = "weekly", without: tuple[str, ...] = ()) -> Ledger:
    past = tuple(Send(at, advertiser, "cart", kind, f"msg_{at}") for at, advertiser, kind in sends)
    return Ledger("p", sends=past, wishes={"adv_a": Wish(NOW, FEWER.get(every, 0), without)})


def at_wish(told: Ledger, advertiser: str) -> bool:
    return weigh(told, caps(told, advertiser), Send(NOW, advertiser, "cart", "marketing", "next")).reached is not None


@pytest.mark.parametrize(("ago", "reached"), [(0, True), (7 * DAY - 1, True), (7 * DAY, False), (8 * DAY, False)])
def test_one_a_week_is_one_in_any_seven_days(ago: int, *, reached: bool) -> None:
    assert at_wish(ledger((NOW - ago, "adv_a", "marketing")), "adv_a") is reached


def test_only_that_advertisers_marketing_counts() -> None:
    assert not at_wish(ledger((NOW, "adv_b", "marketing"), (NOW, "adv_a", "notification")), "adv_a")
    assert not at_wish(ledger((NOW, "adv_b", "marketing")), "adv_b")


def test_an_unwanted_kind_does_not_go_and_others_do() -> None:
    told = ledger(every="", without=("reminders",))
    assert unwanted(told, "adv_a", "cart")
    assert not unwanted(told, "adv_a", "review")
    assert caps(told, "adv_a") == ()
    assert kind_of("flash_sale") == "offers"


def test_wishes_add_up_and_never_widen() -> None:
    strict = Wish(1, FEWER["monthly"], ("offers",))
    assert strict.narrowed(Wish(2, FEWER["weekly"], ("reviews",))) == Wish(2, FEWER["monthly"], ("offers", "reviews"))

"""A person's wish for less: honoured to the moment, for the advertiser that it was told to, and by nobody else's."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY
from chalicelib.messaging.wishes import FEWER, against, kind_of
from chalicelib.storage.ledgers import Ledger, Send, Wish

NOW = 100 * DAY


def ledger(*sends: tuple[int, str, str], every: str = "weekly", without: tuple[str, ...] = ()) -> Ledger:
    past = tuple(Send(at, advertiser, "cart", kind, f"msg_{at}") for at, advertiser, kind in sends)
    return Ledger("p", sends=past, wishes={"adv_a": Wish(NOW, FEWER.get(every, 0), without)})


@pytest.mark.parametrize(
    ("ago", "verdict"), [(0, "fewer_wanted"), (7 * DAY - 1, "fewer_wanted"), (7 * DAY, None), (8 * DAY, None)]
)
def test_one_a_week_is_one_in_any_seven_days(ago: int, verdict: str | None) -> None:
    assert against(ledger((NOW - ago, "adv_a", "marketing")), "adv_a", "cart", NOW) == verdict


def test_only_that_advertisers_marketing_counts() -> None:
    sends = ledger((NOW, "adv_b", "marketing"), (NOW, "adv_a", "notification"))
    assert against(sends, "adv_a", "cart", NOW) is None
    assert against(ledger((NOW, "adv_b", "marketing")), "adv_b", "cart", NOW) is None


def test_an_unwanted_kind_does_not_go_and_others_do() -> None:
    told = ledger(every="", without=("reminders",))
    assert against(told, "adv_a", "cart", NOW) == "kind_unwanted"
    assert against(told, "adv_a", "review", NOW) is None
    assert kind_of("flash_sale") == "offers"


def test_wishes_add_up_and_never_widen() -> None:
    strict = Wish(1, FEWER["monthly"], ("offers",))
    assert strict.narrowed(Wish(2, FEWER["weekly"], ("reviews",))) == Wish(2, FEWER["monthly"], ("offers", "reviews"))

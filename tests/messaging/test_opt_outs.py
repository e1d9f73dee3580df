"""Providers' opt-out lists: pulled to their end or from where they stopped, and what stands on them opposes."""

from __future__ import annotations

import pytest

from chalicelib.clock import DAY, MINUTE
from chalicelib.messaging.opt_outs import OptOutPull, Pulled
from chalicelib.sms_providers.contract import SendError
from chalicelib.sms_providers.opt_outs import OptOut, OptOutPage
from chalicelib.sms_providers.transport import NoAnswer
from chalicelib.storage.ledger import EVERYONE, Send
from chalicelib.storage.ledgers import readmit
from chalicelib.storage.opt_out_pulls import OptOutPulls
from tests.support.shop import CAMILLE, INES, MALIK, PHONES, Shop
from tests.support.world import NOON


class List:
    """A provider's list, two numbers a page. `fails_at` is a page that cannot be read."""

    def __init__(self, *numbers: OptOut, name: str = "smsapi") -> None:
        self.name = name
        self.numbers = numbers
        self.asked: list[str | None] = []
        self.fails_at: dict[str | None, Exception] = {}

    def opt_outs(self, page: str | None) -> OptOutPage:
        self.asked.append(page)
        if page in self.fails_at:
            raise self.fails_at[page]
        start = int(page or 0)
        after = str(start + 2) if start + 2 < len(self.numbers) else None
        return OptOutPage(self.numbers[start : start + 2], after)


def pull(shop: Shop, *lists: List) -> OptOutPull:
    services = shop.world.services
    return OptOutPull(lambda: lists, OptOutPulls(services.table), services.ledgers, services.vault, shop.world.clock)


def wrote(shop: Shop, phone: str, *advertisers: str) -> None:
    sends = [Send(NOON - DAY, advertiser, "cart", "marketing", f"msg_{advertiser}") for advertiser in advertisers]
    shop.world.services.ledgers.remember(shop.world.services.vault.person(phone), sends, NOON)


def opposed(shop: Shop, phone: str) -> dict[str, str]:
    ledger = shop.world.services.ledgers.get(shop.world.services.vault.person(phone))
    return {advertiser: opposition.how for advertiser, opposition in ledger.opposed.items()}


def test_who_is_on_a_list_opposes_all_that_wrote_to_them_and_everyone_where_none_did(shop: Shop) -> None:
    wrote(shop, CAMILLE, "adv_a", "adv_b")
    listed = List(OptOut(CAMILLE), OptOut(MALIK))
    assert pull(shop, listed).run() == Pulled({"smsapi": 2}, {"smsapi": 3})
    assert opposed(shop, CAMILLE) == {"adv_a": "carrier", "adv_b": "carrier"}
    assert opposed(shop, MALIK) == {EVERYONE: "carrier"}
    assert opposed(shop, INES) == {}
    assert shop.world.counts("adv_a") == {"opposed.carrier": 1, "opposed.carrier.smsapi": 1}
    assert pull(shop, listed).run() == Pulled({"smsapi": 2}, {"smsapi": 0})


def test_who_came_back_since_is_not_sent_away_again(shop: Shop) -> None:
    ledgers, person = shop.world.services.ledgers, shop.world.services.vault.person(CAMILLE)
    wrote(shop, CAMILLE, "adv_a")
    pull(shop, List(OptOut(CAMILLE))).run()
    shop.world.services.messages.commit([readmit(ledgers.get(person), "adv_a", NOON + MINUTE)])
    for at in (None, NOON, NOON + MINUTE):
        pull(shop, List(OptOut(CAMILLE, at))).run()
        assert opposed(shop, CAMILLE) == {}
    pull(shop, List(OptOut(CAMILLE, NOON + MINUTE + 1))).run()
    assert opposed(shop, CAMILLE) == {"adv_a": "carrier"}


def test_a_pull_that_runs_out_of_time_goes_on_where_it_stopped(shop: Shop) -> None:
    listed = List(*(OptOut(phone) for phone in PHONES[:7]))
    left = iter((2 * MINUTE, MINUTE, 0))
    assert pull(shop, listed).run(lambda: next(left)) == Pulled({"smsapi": 4}, {"smsapi": 4}, ["smsapi"])
    assert pull(shop, listed).run() == Pulled({"smsapi": 3}, {"smsapi": 3})
    assert listed.asked == [None, "2", "4", "6"]
    pull(shop, listed).run()
    assert listed.asked[4:] == [None, "2", "4", "6"]


@pytest.mark.parametrize("fault", [NoAnswer("status 500"), SendError("retryable")])
def test_a_list_that_cannot_be_read_keeps_no_other_from_being_read(shop: Shop, fault: Exception) -> None:
    broken, other = List(OptOut(CAMILLE)), List(OptOut(MALIK), name="end_user_messaging")
    broken.fails_at[None] = fault
    assert pull(shop, broken, other).run() == Pulled({"end_user_messaging": 1}, {"end_user_messaging": 1}, ["smsapi"])
    assert opposed(shop, MALIK) and not opposed(shop, CAMILLE)


def test_a_place_that_is_not_known_any_more_begins_anew(shop: Shop) -> None:
    listed = List(*(OptOut(phone) for phone in PHONES[:3]))
    listed.fails_at["2"] = SendError("rejected")
    pull(shop, listed).run()
    listed.fails_at.clear()
    pull(shop, listed).run()
    assert listed.asked == [None, "2", None, "2"]


def test_no_number_stands_in_the_table_or_the_log(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    pull(shop, List(OptOut(CAMILLE))).run()
    assert CAMILLE.removeprefix("+33") not in str(shop.world.items()) + capsys.readouterr().out

"""Promo codes from their pool to an order: one for each message, and never one too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.clock import DAY, MINUTE
from chalicelib.ids import new_id
from chalicelib.promotions.desk import PromoDesk, Redeemed, Refused, Reserved
from chalicelib.storage.promo_codes import PromoCode, PromoCodes
from chalicelib.storage.promo_pools import Benefit, Pool, PromoPools, Stock
from chalicelib.storage.table import TransactionRefused
from chalicelib.wiring import Services
from tests.support.shop import Shop, open_shop
from tests.support.world import World

PARIS = "Europe/Paris"


def pool_of(shop: Shop, **settings: object) -> Pool:
    pool = Pool(new_id("pool", 0), shop.advertiser.id, "Ten", Benefit("share", percent=10), **settings)  # type: ignore[arg-type]
    shop.world.services.promo_pools.create(pool)
    return pool


def send(services: Services, pool: Pool, message: str) -> PromoCode | str:
    """What a sender does: reserve, claim, and reserve again where somebody was faster."""
    for _ in range(60):
        reserved = services.promo_desk.reserve(pool.advertiser, pool.id, message, [PARIS])
        if not isinstance(reserved, Reserved):
            return reserved
        try:
            services.table.transact(reserved.writes)
        except TransactionRefused:
            continue
        return reserved.code
    raise AssertionError("somebody was faster each time")


@pytest.fixture
def desk(world: World) -> PromoDesk:
    return world.services.promo_desk


def issued(shop: Shop, pool: Pool, message: str = "msg_1") -> PromoCode:
    code = send(shop.world.services, pool, message)
    assert isinstance(code, PromoCode)
    return code


def test_a_message_takes_a_code_and_a_failed_one_gives_it_back(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop)
    assert len(desk.fill(pool, up_to=3)) == 3
    code = issued(shop, pool)
    assert desk.stock(pool) == Stock(2, 1, 0)
    shop.world.services.table.transact(desk.release(pool.advertiser, code))
    assert desk.stock(pool) == Stock(3, 0, 0)
    assert desk.redeem(pool.advertiser, code.code, "o-1", "web") == Refused("not_issued")
    with pytest.raises(TransactionRefused):
        shop.world.services.table.transact(desk.release(pool.advertiser, code))
    assert {issued(shop, pool, f"msg_{n}").code for n in range(3)} >= {code.code}


def test_a_reservation_that_is_not_claimed_takes_nothing(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop)
    desk.fill(pool, up_to=1)
    for message in ("msg_1", "msg_2"):
        assert isinstance(desk.reserve(pool.advertiser, pool.id, message, [PARIS]), Reserved)
    assert desk.stock(pool) == Stock(1, 0, 0)


def test_an_empty_pool_says_so(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop)
    assert send(shop.world.services, pool, "msg_1") == "promo_out_of_codes"
    assert desk.reserve(pool.advertiser, "pool_unknown", "msg_1", [PARIS]) == "promo_closed"


def test_codes_are_added_once_and_an_advertisers_own_stay_its_own(world: World, shop: Shop, desk: PromoDesk) -> None:
    pool, other = pool_of(shop), pool_of(shop)
    many = [f"summer-{n:03d}" for n in range(120)]
    assert desk.fill(pool, codes=[*many, "SUMMER 000"]) == [f"SUMMER{n:03d}" for n in range(120)]
    assert desk.fill(pool, codes=many) == []
    assert desk.fill(other, codes=["summer-001", "summer-999"]) == ["SUMMER999"]
    assert (desk.stock(pool).free, desk.stock(other).free) == (120, 1)
    assert desk.fill(other, up_to=4) and desk.stock(other).free == 4
    assert desk.fill(other, up_to=4) == []
    rival = pool_of(open_shop(world))
    assert desk.fill(rival, codes=["summer-001"]) == ["SUMMER001"]


def test_an_order_uses_a_code_once_and_gives_it_back(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop)
    desk.fill(pool, codes=["K7MX-23"])
    adv, code = pool.advertiser, issued(shop, pool)
    first = desk.redeem(adv, " k7mx 23 ", "o-1", "till")
    assert isinstance(first, Redeemed) and first.redemption.channel == "till"
    shop.world.clock.advance(MINUTE)
    assert desk.redeem(adv, code.code, "o-1", "web") == first
    assert desk.redeem(adv, code.code, "o-2", "web") == Refused("used_up")
    assert desk.stock(pool) == Stock(0, 1, 1)
    assert shop.world.counts(adv) == {"promo.redeemed": 1, "promo.redeemed.till": 1}
    assert desk.take_back(adv, code.code, "o-1") and not desk.take_back(adv, code.code, "o-1")
    assert desk.stock(pool) == Stock(0, 1, 0)
    assert set(shop.world.counts(adv).values()) == {0}
    assert isinstance(desk.redeem(adv, code.code, "o-2", "web"), Redeemed)


def test_a_code_ends_and_a_known_order_is_still_answered(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop, valid_for_ms=DAY, uses=2)
    desk.fill(pool, up_to=1)
    code = issued(shop, pool)
    known = desk.redeem(pool.advertiser, code.code, "o-1", "web")
    shop.world.clock.advance(DAY)
    assert desk.redeem(pool.advertiser, code.code, "o-2", "web") == Refused("over")
    assert desk.redeem(pool.advertiser, code.code, "o-1", "web") == known


def test_a_mistyped_code_is_told_from_an_unknown_one(shop: Shop, desk: PromoDesk) -> None:
    pool = pool_of(shop)
    desk.fill(pool, up_to=1)
    code = issued(shop, pool).code
    other = "2" if code[0] != "2" else "3"
    assert desk.redeem(pool.advertiser, other + code[1:], "o-1", "web") == Refused("mistyped_code")
    assert desk.redeem("adv_other", code, "o-1", "web") == Refused("unknown_code")
    typed = code.replace("5", "s").replace("2", "z").replace("8", "b").replace("V", "y")
    assert isinstance(desk.redeem(pool.advertiser, typed, "o-1", "web"), Redeemed)


def test_a_low_pool_warns_once_a_minute(shop: Shop, desk: PromoDesk, capsys: pytest.CaptureFixture[str]) -> None:
    pool = pool_of(shop, low_stock=2)
    desk.fill(pool, up_to=3)
    for minute in range(3):
        for turn in range(3):
            desk.reserve(pool.advertiser, pool.id, f"msg_{minute}{turn}", [PARIS])
        issued(shop, pool, f"msg_{minute}")
        shop.world.clock.advance(MINUTE)
    warned = [line for line in capsys.readouterr().out.splitlines() if "promo_low_stock" in line]
    assert len(warned) == 2


def test_fifty_senders_and_forty_codes(new_exact_world: Callable[[], World]) -> None:
    """Each code goes to one message; whoever comes too late is told so."""
    shop = open_shop(new_exact_world())
    pool = pool_of(shop)
    codes = shop.world.services.promo_desk.fill(pool, up_to=40)
    workers = [shop.world.worker(shop.world.own_client()) for _ in range(8)]
    with ThreadPoolExecutor(len(workers)) as threads:
        got = list(threads.map(lambda n: send(workers[n % 8], pool, f"msg_{n:03d}"), range(50)))
    taken = [code.code for code in got if isinstance(code, PromoCode)]
    assert sorted(taken) == sorted(codes) and Counter(got)["promo_out_of_codes"] == 10
    assert shop.world.services.promo_desk.stock(pool) == Stock(0, 40, 0)


def test_tills_that_use_a_code_at_once(new_exact_world: Callable[[], World]) -> None:
    """A code for three orders is used by three, however often each till says so."""
    shop = open_shop(new_exact_world())
    pool = pool_of(shop, uses=3)
    shop.world.services.promo_desk.fill(pool, up_to=1)
    code = issued(shop, pool).code
    tills = [
        PromoDesk(PromoPools(worker.table), PromoCodes(worker.table), shop.world.clock)
        for worker in (shop.world.worker(shop.world.own_client()) for _ in range(6))
    ]
    with ThreadPoolExecutor(len(tills)) as threads:
        told = list(threads.map(lambda n: tills[n % 6].redeem(pool.advertiser, code, f"o-{n % 6}", "till"), range(18)))
    orders = {done.redemption.order for done in told if isinstance(done, Redeemed)}
    assert len(orders) == 3
    assert {done.reason for done in told if isinstance(done, Refused)} == {"used_up"}
    assert shop.world.services.promo_desk.stock(pool) == Stock(0, 1, 3)
    assert shop.world.counts(pool.advertiser)["promo.redeemed"] == 3

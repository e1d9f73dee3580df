"""What a closing hour costs, and what the answer sets."""

from __future__ import annotations

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.closing import closing_at, late_carts
from chalicelib.storage.counters import count
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.storage.sending_hours import SendingHours, Window
from tests.support.shop import Shop
from tests.support.world import NOON
from tests.web.conftest import Api

PARIS = "Europe/Paris"
EIGHTEEN = NOON + 7 * HOUR
"""18:00 in Paris."""
DELAY = 45 * MINUTE


def test_carts_are_lost_from_45_minutes_before_the_closing() -> None:
    evening = {EIGHTEEN: 40, EIGHTEEN + HOUR: 40, EIGHTEEN + 2 * HOUR: 20, EIGHTEEN + 3 * HOUR: 12}
    assert late_carts({EIGHTEEN: 40}, DELAY, 20, PARIS) == 0
    assert late_carts({EIGHTEEN + HOUR: 40}, DELAY, 20, PARIS) == 30, "those left after 19:15"
    assert late_carts(evening, DELAY, 20, PARIS) == 30 + 20 + 12
    assert late_carts(evening, DELAY, 22, PARIS) == 9, "those left after 21:15"


def test_the_night_is_lost_to_both_and_the_day_to_none() -> None:
    night = {NOON + 15 * HOUR: 5}  # 2:00 in Paris
    assert [late_carts(night, DELAY, closing, PARIS) for closing in (20, 22)] == [5, 5]
    assert late_carts({NOON: 50}, DELAY, 20, PARIS) == 0
    assert late_carts({}, DELAY, 20, PARIS) == 0


def test_the_last_closing_moves_and_the_other_windows_stay() -> None:
    assert closing_at(SendingHours(), 22).marketing == (Window(480, 1320),)
    lunch, evening = Window(600, 780), Window(1020, 1200, (0, 1))
    assert closing_at(SendingHours((lunch, evening)), 22).marketing == (lunch, Window(1020, 1320, (0, 1)))


def test_switching_on_asks_for_the_hour_and_tells_what_each_costs(api: Api, shop: Shop) -> None:
    services = shop.world.services
    services.admin_keys.grant("rk_own", shop.advertiser.id)
    own, path = api.with_key("rk_own"), f"/v1/advertisers/{shop.advertiser.id}/playbooks/abandoned_cart"
    services.sender_book.register_default(shop.advertiser, verified=True)
    for number in range(4):  # Yesterday evening, from 19:00 to 20:00
        at = EIGHTEEN + HOUR - DAY
        services.table.transact([count(shop.advertiser.id, str(number), at, "journey.cart.begun")])
    asked = own.ask("POST", path, {"answers": {}})
    offered = own.ask("GET", path).json
    assert offered["choices"]["closing_hour"] == {"days": 30, "carts": 4, "too_late": {"20": 3, "22": 0}}
    assert own.ask("GET", path.replace("abandoned_cart", "none")).status == 404
    errors = {error["field"]: error["message"] for error in asked.json["errors"]}
    assert asked.status == 422
    assert "of 4 carts" in errors["answers.closing_hour"]
    assert "3 after 20 h, 0 after 22 h" in errors["answers.closing_hour"]
    assert "answers.promo_pool" in errors
    services.promo_pools.create(Pool("ten", shop.advertiser.id, "Ten", Benefit("share", percent=10)))
    other = own.ask("POST", path, {"answers": {"closing_hour": 21, "promo_pool": "ten"}})
    assert [error["field"] for error in other.json["errors"]] == ["answers.closing_hour"]
    done = own.ask("POST", path, {"answers": {"closing_hour": 22, "promo_pool": "ten"}, "start": True})
    assert (done.status, done.json["state"]) == (201, "live")
    saved = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert saved is not None
    assert saved.hours.marketing == (Window(480, 1320),)

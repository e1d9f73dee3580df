"""How long a promo code holds, and when it can be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.promotions.offers import Validity, redeemable, validity
from chalicelib.storage.promo_codes import PromoCode
from chalicelib.storage.promo_pools import Benefit, Pool

POOL = Pool("pool_1", "adv_1", "Ten", Benefit("share", percent=10))
PARIS, REUNION = "Europe/Paris", "Indian/Reunion"


def at(text: str, zone: str = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOON = at("2026-03-02T12:00")


def test_nothing_bounds_a_code_unless_it_is_said() -> None:
    assert validity(POOL, NOON, [PARIS]) == Validity(None, None)


def test_the_earliest_end_holds() -> None:
    pool = replace(POOL, until=NOON + 3 * DAY, valid_for_ms=DAY)
    assert validity(pool, NOON, [PARIS]) == Validity(None, NOON + DAY)
    assert validity(pool, NOON + 5 * DAY // 2, [PARIS]) == Validity(None, NOON + 3 * DAY)


@pytest.mark.parametrize(
    ("sent", "zone", "midnight"),
    [
        (NOON, PARIS, at("2026-03-03T00:00")),
        (NOON, REUNION, at("2026-03-03T00:00", REUNION)),
        (at("2026-03-02T23:59:59"), PARIS, at("2026-03-03T00:00")),
        (at("2026-03-03T00:00"), PARIS, at("2026-03-04T00:00")),
        (at("2026-03-29T01:30"), PARIS, at("2026-03-30T00:00")),  # a day of 23 hours
        (at("2026-10-25T01:30"), PARIS, at("2026-10-26T00:00")),  # a day of 25 hours
        (at("2026-12-31T20:00"), PARIS, at("2027-01-01T00:00")),
    ],
)
def test_until_midnight_is_the_recipients_own(sent: int, zone: str, midnight: int) -> None:
    assert validity(replace(POOL, until_midnight=True), sent, [zone]) == Validity(None, midnight)


def test_what_would_be_over_is_not_offered() -> None:
    assert validity(replace(POOL, until=NOON), NOON, [PARIS]) == "promo_over"
    assert validity(replace(POOL, until=NOON + 1), NOON, [PARIS]) == Validity(None, NOON + 1)
    assert validity(replace(POOL, since=NOON + DAY, valid_for_ms=HOUR), NOON, [PARIS]) == "promo_over"
    assert validity(replace(POOL, closed=True), NOON, [PARIS]) == "promo_closed"


ISSUED = PromoCode("K7MX23CD9", "pool_1", "msg_1", since=NOON, until=NOON + DAY)


@pytest.mark.parametrize(
    ("code", "uses", "now", "reason"),
    [
        (replace(ISSUED, message=None), 1, NOON, "not_issued"),
        (ISSUED, 1, NOON - 1, "not_yet"),
        (ISSUED, 1, NOON, None),
        (ISSUED, 1, NOON + DAY - 1, None),
        (ISSUED, 1, NOON + DAY, "over"),
        (replace(ISSUED, redeemed=1), 1, NOON, "used_up"),
        (replace(ISSUED, redeemed=1), 2, NOON, None),
        (replace(ISSUED, redeemed=1_000), 0, NOON, None),
        (replace(ISSUED, since=None, until=None), 1, 0, None),
    ],
)
def test_a_code_holds_in_its_time_and_as_often_as_it_may(
    code: PromoCode, uses: int, now: int, reason: str | None
) -> None:
    assert redeemable(code, uses, now) == reason

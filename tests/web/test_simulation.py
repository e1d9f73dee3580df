"""What other caps and hours would have done to last week's messages, asked by the API."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging import simulation, simulator
from chalicelib.storage import messages
from tests.support.shop import CAMILLE, INES, MALIK, PHONES, Shop, open_shop
from tests.support.world import World
from tests.web.conftest import Api


@pytest.fixture
def asking(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_shop", shop.advertiser.id, "reader")
    return api.with_key("rk_shop")


def send(shop: Shop, phone: str, number: int = 1, **changes: Any) -> None:
    """So many messages that are due now, each a moment after the other."""
    for _ in range(number):
        message = shop.message(phone, **changes)
        shop.world.services.messages.commit([messages.reference(message)])
        shop.world.services.dispatch.send(message.id, message.version)
        shop.world.clock.advance(7)


def simulated(api: Api, shop: Shop, **tried: Any) -> Any:
    answer = api.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/limits/simulate", tried)
    assert answer.status == 200, answer.text
    return answer.json


def numbers(side: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in side.items() if number}


@pytest.fixture
def week(shop: Shop) -> Shop:
    """Five carts for Camille, one for Malik: three a week are allowed, the advertiser's usual cap."""
    for phone in (CAMILLE, MALIK):
        shop.contact(phone)
    send(shop, CAMILLE, 5)
    send(shop, MALIK)
    shop.world.clock.advance(HOUR)
    return shop


def test_as_things_are_set_it_tells_what_happened(asking: Api, week: Shop) -> None:
    told = simulated(asking, week)
    sides = told["marketing"]
    assert numbers(sides["happened"]) == {"sent": 4, "refused": 2}
    assert sides["as_set"] == sides["tried"] == sides["happened"]
    assert (told["complete"], told["messages"], told["looked_at"], told["estimate"]) == (True, 6, 6, None)
    assert told["examples"] == [] and told["people"] == {"all": 2, "fewer": 0, "more": 0}
    assert told["differences"]["other_caps_then"] == told["differences"]["otherwise"] == 0


def test_a_stricter_cap_is_seen_in_figures_people_days_reasons_and_examples(asking: Api, week: Shop) -> None:
    told = simulated(asking, week, caps=[{"limit": 1, "level": "advertiser"}])
    assert numbers(told["marketing"]["tried"]) == {"sent": 2, "refused": 4}
    assert told["people"] == {"all": 2, "fewer": 1, "more": 0}
    assert told["by_reason"] == [{"outcome": "refused", "reason": "cap_reached", "as_set": 2, "tried": 4}]
    assert told["by_day"] == [{"day": "2026-03-02", "asked": 6, "as_set": 4, "tried": 2}]
    (cart,) = told["by_journey"]
    assert (cart["journey"], cart["asked"], numbers(cart["tried"])) == ("cart", 6, {"sent": 2, "refused": 4})
    assert [(one["as_set"]["outcome"], one["tried"]["reason"]) for one in told["examples"]] == [
        ("sent", "cap_reached"),
        ("sent", "cap_reached"),
    ]
    for phone in (CAMILLE, MALIK):
        assert phone not in str(told)


def test_hours_move_messages_to_another_day(asking: Api, week: Shop) -> None:
    hours = {"marketing": [{"open": "09:00", "close": "10:30"}], "spread_s": 0}
    told = simulated(asking, week, hours=hours)
    assert numbers(told["marketing"]["tried"]) == {"waiting": 6}, "eleven was too late, and tomorrow is not come yet"
    week.world.clock.advance(DAY)
    told = simulated(asking, week, hours=hours)
    # Of the five for Camille those that the cap has no place for are refused when they are looked at again.
    assert numbers(told["marketing"]["tried"]) == {"sent_later": 4, "refused": 2}
    assert told["by_day"] == [
        {"day": "2026-03-02", "asked": 6, "as_set": 4, "tried": 0},
        {"day": "2026-03-03", "asked": 0, "as_set": 0, "tried": 4},
    ]


def test_nothing_is_changed_by_asking(asking: Api, week: Shop) -> None:
    before = [item for item in week.world.items() if item["type"] not in ("limit", "admin_key")]
    simulated(asking, week, caps=[])
    assert [item for item in week.world.items() if item["type"] not in ("limit", "admin_key")] == before


def test_what_is_older_than_a_week_stands_around_and_is_not_told(asking: Api, week: Shop) -> None:
    week.world.clock.advance(6 * DAY + 23 * HOUR)
    send(week, MALIK)
    told = simulated(asking, week, caps=[{"limit": 1, "window_s": 8 * 24 * 3600}])
    assert told["marketing"]["asked"] == 1
    assert numbers(told["marketing"]["tried"]) == {"refused": 1}, "Monday's counts in its window"


def test_caps_that_were_others_at_the_time_are_named(asking: Api, week: Shop) -> None:
    before = asking.ask("GET", f"/v1/advertisers/{week.advertiser.id}").json
    week.world.services.admin_keys.grant("rk_op", week.advertiser.id, "marketer")
    before.pop("cap", None)
    body = {name: before[name] for name in ("name", "brand", "sender")} | {"caps": [{"limit": 2}]}
    assert asking.with_key("rk_op").ask("PUT", f"/v1/advertisers/{week.advertiser.id}", body).status == 200
    told = simulated(asking, week)
    assert numbers(told["marketing"]["happened"]) == {"sent": 4, "refused": 2}
    assert numbers(told["marketing"]["as_set"]) == {"sent": 3, "refused": 3}
    assert told["differences"]["other_caps_then"] == 1


def test_who_has_left_the_base_is_left_out_and_counted(asking: Api, week: Shop) -> None:
    week.world.services.erasure.erase(week.advertiser.id, week.world.services.vault.person(MALIK))
    told = simulated(asking, week)
    assert (told["marketing"]["asked"], told["differences"]["people_gone"] <= 1) == (5, True)


@pytest.fixture
def others(shop: Shop) -> Shop:
    """Another advertiser wrote to each of twelve people, then this one did."""
    other = open_shop(shop.world)
    for phone in PHONES[20:32]:
        other.contact(phone)
        send(other, phone)
        shop.contact(phone)
        send(shop, phone)
    return shop


def test_what_others_sent_counts_where_it_decides_for_enough_people_and_is_never_shown_of_one(
    asking: Api, others: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = simulated(asking, others, caps=[{"limit": 1, "level": "all"}])
    assert numbers(told["marketing"]["tried"]) == {"refused": 12}
    assert told["differences"]["others_counted"] is True and told["examples"] == []
    monkeypatch.setattr(simulation, "FEWEST", 13)
    told = simulated(asking, others, caps=[{"limit": 1, "level": "all"}])
    assert numbers(told["marketing"]["tried"]) == {"sent": 12}
    assert told["differences"]["others_counted"] is False and told["examples"] == []


def test_of_more_messages_a_sample_is_looked_at_with_all_that_its_people_were_sent(
    asking: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for phone in PHONES[20:40]:
        shop.contact(phone)
        send(shop, phone, 4)
    whole = simulated(asking, shop, caps=[{"limit": 1}])
    assert numbers(whole["marketing"]["tried"]) == {"sent": 20, "refused": 60}
    monkeypatch.setattr(simulator, "AT_ONCE", 50)
    monkeypatch.setattr(simulator, "SAMPLE", 40)
    part = simulated(asking, shop, caps=[{"limit": 1}])
    assert (part["complete"], part["looked_at"], part["messages"]) == (False, 40, 80)
    assert sum(part["marketing"]["tried"].values()) == 40
    for outcome, number in whole["marketing"]["tried"].items():
        bounds = part["estimate"]["tried"][outcome]
        assert bounds["low"] <= number <= bounds["high"]
    assert part["people"]["all"] == pytest.approx(20, abs=6)
    assert part["people"]["fewer"] == part["people"]["all"], "each of them would have got one instead of three"
    same = simulated(asking, shop)
    assert same["marketing"]["as_set"] == same["marketing"]["happened"], "the others stand around those of the sample"


def test_hours_beyond_the_legal_ones_are_refused_as_they_are_when_they_are_saved(asking: Api, shop: Shop) -> None:
    tried = {"hours": {"marketing": [{"open": "06:00", "close": "23:00"}]}}
    answer = asking.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/limits/simulate", tried)
    assert answer.status == 422
    assert answer.json["errors"][0]["rule"] == "within_limit"


def test_a_message_that_waits_for_an_answer_or_answers_is_none_of_it(asking: Api, week: Shop, world: World) -> None:
    week.contact(INES)
    send(week, INES, evidence={"reply": "txt_1", "wrote_at": world.clock.now()})
    assert simulated(asking, week)["messages"] == 6

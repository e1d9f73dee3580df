"""P9: a click by a machine is kept and never counted as a person's, in whatever order and however often it is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.links import clicks as following
from chalicelib.links.classify import Circumstances
from chalicelib.links.reclassify import Reclassified, reclassify
from chalicelib.storage.click_records import Verdict
from chalicelib.storage.links import Click, Link, create
from chalicelib.wiring import Services
from tests.support.faults import Fault, FaultyClient, ProcessEnded
from tests.support.shop import CAMILLE, MALIK, PAGE, Shop, open_shop
from tests.support.world import World

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
AGENTS = (IPHONE, "WhatsApp/2.24.10.76 i", "curl/8.4.0")
LINKS = ("bbbbbbbbb1", "bbbbbbbbb2", "bbbbbbbbb3")
"""Two of one person's, one of another's."""


def personal_links(shop: Shop) -> dict[str, Link]:
    now = shop.world.clock.now()
    made = {}
    for code, phone in zip(LINKS, (CAMILLE, CAMILLE, MALIK), strict=True):
        person = shop.contact(phone)
        owner, message = shop.advertiser.id, f"msg_{code}"
        link = Link(code, PAGE, owner, shop.site.id, owner, person, message, now, utm={"campaign": "cart"})
        shop.world.services.table.transact([create(link)])
        made[code] = link
    return made


def click(shop: Shop, number: int, agent: str) -> Click:
    at = shop.world.clock.now() + 60_000 + number * 10_000
    return Click(f"click-{number}", at, "GET", agent, "fr", "", "FR", "192.0.2.0/24", "")


def classed_again(services: Services, *, dry_run: bool = False, advertiser: str = "") -> Reclassified:
    return reclassify(
        services.click_log,
        services.links,
        services.conversion_log,
        services.conversions,
        advertiser=advertiser,
        dry_run=dry_run,
    )


def clicks_counted(shop: Shop) -> dict[str, int]:
    counts = shop.world.counts(shop.advertiser.id)
    return {name: number for name, number in counts.items() if name.startswith("click.") and number}


@given(
    told=st.lists(st.tuples(st.sampled_from(LINKS), st.sampled_from(AGENTS)), min_size=1, max_size=8),
    data=st.data(),
)
def test_counts_are_those_of_the_clicks_in_any_order_and_number(
    new_world: Callable[[], World], told: list[tuple[str, str]], data: st.DataObject
) -> None:
    shop = open_shop(new_world())
    links = personal_links(shop)
    clicks = [(code, click(shop, number, agent)) for number, (code, agent) in enumerate(told)]
    doubled = data.draw(st.permutations(clicks + data.draw(st.lists(st.sampled_from(clicks), max_size=6))))

    for code, each in doubled:
        shop.world.services.clicks.follow(links[code], each)

    people = [code for code, agent in told if agent == IPHONE]
    expected = {
        "click.person": len(people),
        "click.preview": sum(agent == AGENTS[1] for _, agent in told),
        "click.bot": sum(agent == AGENTS[2] for _, agent in told),
        "click.unique_link": len(set(people)),
        "click.unique_contact": len({links[code].person for code in people}),
    }
    assert clicks_counted(shop) == {name: number for name, number in expected.items() if number}


def test_better_rules_move_classes_counts_and_first_clicks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    links, services = personal_links(shop), shop.world.services

    def former(click: Click, _around: Circumstances) -> Verdict:
        return Verdict("person", (), 1)

    with monkeypatch.context() as older:
        older.setattr(following, "verdict", former)
        for number, (code, agent) in enumerate([(LINKS[0], AGENTS[2]), (LINKS[0], IPHONE), (LINKS[2], AGENTS[1])]):
            services.clicks.follow(links[code], click(shop, number, agent))
    assert clicks_counted(shop) == {"click.person": 3, "click.unique_link": 2, "click.unique_contact": 2}

    would = classed_again(services, dry_run=True)
    assert (would.seen, would.changed) == (3, 3)
    assert clicks_counted(shop)["click.person"] == 3

    told = classed_again(services)
    assert told.moved == {"person to bot": 1, "person to preview": 1}
    classes = dict.fromkeys(("click.person", "click.preview", "click.bot"), 1)
    expected = classes | {"click.unique_link": 1, "click.unique_contact": 1}
    assert clicks_counted(shop) == expected

    assert classed_again(services).changed == 0
    assert clicks_counted(shop) == expected


@pytest.mark.parametrize("ends_at", range(8))
def test_a_reclassification_that_ends_anywhere_is_finished_by_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, ends_at: int
) -> None:
    links, services = personal_links(shop), shop.world.services
    with monkeypatch.context() as older:
        older.setattr(following, "verdict", lambda _click, _around: Verdict("person", (), 1))
        for number, (code, agent) in enumerate([(LINKS[0], AGENTS[2]), (LINKS[0], IPHONE), (LINKS[2], AGENTS[1])]):
            services.clicks.follow(links[code], click(shop, number, agent))

    writes = count()

    def plan(operation: str, _number: int) -> Fault | None:
        return "ends_after" if operation == "transact_write_items" and next(writes) >= ends_at else None

    ending = shop.world.worker(FaultyClient(shop.world.dynamodb, plan))
    with suppress(ProcessEnded):
        classed_again(ending)
    classed_again(services)

    classes = dict.fromkeys(("click.person", "click.preview", "click.bot"), 1)
    assert clicks_counted(shop) == classes | {"click.unique_link": 1, "click.unique_contact": 1}


def test_another_advertisers_clicks_stay_as_they_are(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    links, services = personal_links(shop), shop.world.services
    with monkeypatch.context() as older:
        older.setattr(following, "verdict", lambda _click, _around: Verdict("person", (), 1))
        services.clicks.follow(links[LINKS[0]], click(shop, 1, AGENTS[2]))
    assert classed_again(services, advertiser="adv_other").seen == 0


def test_a_kept_click_says_what_it_was_and_names_nobody(shop: Shop) -> None:
    links = personal_links(shop)
    link = links[LINKS[0]]
    shop.world.services.clicks.follow(link, click(shop, 1, IPHONE))
    (kept,) = shop.world.of_type("click")
    assert (kept["class"], kept["device"], kept["since_sent"]) == ("person", "ios", 70_000)
    assert (kept["advertiser"], kept["message"], kept["link"]) == (link.advertiser, link.message, link.code)
    assert link.person not in str(kept)


def test_another_browser_a_moment_before_is_a_sign(shop: Shop) -> None:
    link = personal_links(shop)[LINKS[0]]
    scanner = click(shop, 1, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari")
    shop.world.services.clicks.follow(link, scanner, before=click(shop, 1, IPHONE))
    (kept,) = shop.world.of_type("click")
    assert (kept["class"], kept["reasons"]) == ("bot", ["burst"])

"""The redirect: links as they are set, hosts, untracked links, a table that is throttled or dead."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.clock import DAY
from chalicelib.storage.link_settings import LinkSettings, Rule
from chalicelib.storage.links import Link, create
from chalicelib.web import redirect as edge
from tests.support import gateway
from tests.support.faults import FaultyClient, at_operation
from tests.support.stream import Stream
from tests.support.world import NOON, World

PAGE = "https://shop.example/lampe?a=1#top"
IPHONE = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile",
    "Accept-Language": "en-GB",
}


def standalone(world: World, code: str = "abc347", **changes: Any) -> Link:
    link = replace(Link(code, PAGE, "adv_a", "", "", "", "", NOON), **changes)
    assert world.services.links.add(link)
    return link


def opened(world: World, code: str, dynamodb: Any = None, services: Any = None, **more: Any) -> dict[str, Any]:
    event = gateway.short_link(code, headers=IPHONE | more.pop("headers", {}), method=more.pop("method", "GET"))
    return edge.handle(event | more, services or world.worker(dynamodb))


def broken(*operations: str) -> Any:
    return lambda operation, _number: "unavailable" if operation in operations else None


def test_a_standalone_link_lands_in_one_call(world: World) -> None:
    standalone(world)
    watched = FaultyClient(world.dynamodb, lambda _operation, _number: None)
    answer = opened(world, "abc347", watched)
    assert answer["statusCode"] == 302 and answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"]["Location"].startswith("https://shop.example/lampe?a=1&rl_click=")
    assert answer["headers"]["Location"].endswith("#top")
    assert watched.calls == ["update_item"]


def test_a_name_is_given_once(world: World) -> None:
    link = standalone(world)
    assert not world.services.links.add(replace(link, target="https://shop.example/other"))
    assert "/lampe" in opened(world, "abc347")["headers"]["Location"]


def test_its_own_query_goes_on(world: World) -> None:
    standalone(world)
    several = {"b": ["2", "3"], "a": ["9"]}
    location = opened(world, "abc347", multiValueQueryStringParameters=several)["headers"]["Location"]
    query = parse_qs(urlsplit(location).query)
    assert (query["a"], query["b"]) == (["1"], ["2", "3"])


@pytest.mark.parametrize(
    ("settings", "status", "says"),
    [
        (LinkSettings(disabled=True), 410, "This link is over"),
        (LinkSettings(until=NOON), 410, "This link is over"),
        (LinkSettings(since=NOON + 1), 404, "This link is not open yet"),
    ],
)
def test_a_link_that_does_not_land_says_so_in_the_visitors_language(
    world: World, settings: LinkSettings, status: int, says: str
) -> None:
    standalone(world, settings=settings)
    answer = opened(world, "abc347")
    assert (answer["statusCode"], answer["headers"]["Cache-Control"]) == (status, "no-store")
    assert says in answer["body"] and 'name="viewport"' in answer["body"] and "<script" not in answer["body"]
    assert 'lang="fr"' in opened(world, "abc347", headers={"Accept-Language": "fr-FR"})["body"]


def test_an_app_is_offered_with_the_page_as_its_fall_back_and_without_a_script(world: World) -> None:
    rule = Rule("https://shop.example/ios", "ios", app='shop://cart?x="><script>')
    standalone(world, settings=LinkSettings(rules=(rule,)))
    answer = opened(world, "abc347")
    assert answer["statusCode"] == 200 and "https://shop.example/ios?rl_click=" in answer["body"]
    assert "shop://cart" in answer["body"] and "<script" not in answer["body"]


def test_a_domain_has_slugs_of_its_own(world: World) -> None:
    standalone(world, "go.lumen.example/soldes")
    assert opened(world, "Soldes", headers={"Host": "GO.lumen.example"})["statusCode"] == 302
    assert opened(world, "soldes", headers={"Host": "r.example"})["statusCode"] == 404
    assert opened(world, "soldes", headers={"Host": "go.other.example"})["statusCode"] == 404


@pytest.mark.parametrize(
    "host", ["go.lumen.example", "r.example", "x1.execute-api.eu-west-3.amazonaws.com", "R.example"]
)
def test_a_personal_link_lands_by_whatever_host(world: World, host: str) -> None:
    world.services.table.put(create(Link("Hq3nC7bW9sT", PAGE, "adv_a", "s", "b", "p", "m", NOON)))
    assert opened(world, "Hq3nC7bW9sT", headers={"Host": host})["statusCode"] == 302


def test_of_who_comes_by_an_untracked_link_nothing_is_kept(
    world: World, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    standalone(world, tracked=False, utm={"source": "sms"})
    before = world.items()
    watched = FaultyClient(world.dynamodb, lambda _operation, _number: None)
    for dynamodb in (watched, FaultyClient(world.dynamodb, broken("update_item"))):
        assert opened(world, "abc347", dynamodb)["headers"]["Location"] == (
            "https://shop.example/lampe?a=1&utm_source=sms#top"
        )
    assert watched.calls == ["update_item"] and world.items() == before
    stream.follow()
    assert world.of_type("click") == [] and "iPhone" not in capsys.readouterr().out


def test_a_link_whose_time_is_over_is_unknown_before_the_table_removes_it(world: World) -> None:
    world.services.table.put(create(Link("Hq3nC7bW9sT", PAGE, "adv_a", "s", "b", "p", "m", NOON)))
    world.clock.advance(396 * DAY)
    assert opened(world, "Hq3nC7bW9sT")["statusCode"] == 404


def test_when_nothing_answers_a_container_lands_whom_it_has_landed_before(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    standalone(world)
    dead: set[str] = set()
    client = FaultyClient(world.dynamodb, lambda operation, _number: "unavailable" if operation in dead else None)
    container = world.worker(client)
    opened(world, "abc347", services=container)
    dead.update({"update_item", "get_item"})
    capsys.readouterr()

    location = opened(world, "abc347", services=container)["headers"]["Location"]

    (click_id,) = parse_qs(urlsplit(location).query)["rl_click"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (lost,) = [line for line in lines if line["event"] == "click_not_stored"]
    assert (lost["id"], lost["link"], lost["method"]) == (click_id, "abc347", "GET")
    assert opened(world, "zzz347", services=container)["statusCode"] == 503
    assert opened(world, "abc347", client)["statusCode"] == 503, "a container that has not seen it cannot know"


def test_a_throttled_link_is_read(world: World) -> None:
    standalone(world)
    throttled = FaultyClient(world.dynamodb, at_operation("update_item", "unavailable"))
    assert opened(world, "abc347", throttled)["statusCode"] == 302
    assert throttled.calls == ["update_item", "get_item"]


def test_an_edit_reaches_every_copy_and_only_the_first_of_two(world: World) -> None:
    read = standalone(world)
    assert world.services.links.edit(replace(read, target="https://shop.example/new", tracked=False))
    assert world.services.links.edit(replace(read, target="https://shop.example/late")) is None
    assert {opened(world, "abc347")["headers"]["Location"] for _ in range(40)} == {"https://shop.example/new"}
    now = world.services.links.get("abc347")
    assert now and world.services.links.edit(replace(now, tracked=True))
    assert "rl_click" in opened(world, "abc347")["headers"]["Location"]


def test_clicks_spread_over_the_copies_and_each_is_counted_once(world: World, stream: Stream) -> None:
    standalone(world)
    container = world.services
    for number in range(24):
        browser, method = {"Accept-Language": f"fr-{number}"}, "HEAD" if number % 4 == 0 else "GET"
        assert opened(world, "abc347", services=container, headers=browser, method=method)["statusCode"] == 302
    records = stream.follow()
    stream.replay(records)
    assert world.counts("adv_a") == {"click.person": 18, "click.preview": 6, "click.unique_link": 18}
    spread = Counter(item["pk"] for item in world.of_type("link") if "last_click" in item)
    assert 3 < len(spread) <= 8, "chance leaves copies out, but not most of them"


def test_uniques_of_a_standalone_link_are_browsers_of_a_day(world: World, stream: Stream) -> None:
    standalone(world)
    for ip, agent in (("192.0.2.7", "a"), ("192.0.2.9", "a"), ("192.0.9.1", "a"), ("192.0.2.7", "b")):
        seen = {"requestContext": {"identity": {"sourceIp": ip}}}
        opened(world, "abc347", headers={"User-Agent": f"{IPHONE['User-Agent']} {agent}"}, **seen)
    world.clock.advance(DAY)
    opened(world, "abc347", headers={"User-Agent": f"{IPHONE['User-Agent']} a"})
    stream.replay(stream.follow())
    assert world.counts("adv_a") == {"click.person": 5, "click.unique_link": 4}
    counters, now = world.services.counters, world.clock.now()
    by_hour, in_all = counters.read("link/abc347", now - 2 * DAY, now), counters.read_in_all("link/abc347")
    assert by_hour == in_all == {"click.person": 5, "click.unique_link": 4}
    assert not any("192.0.2.7" in str(item) for item in world.items())


def test_thousands_at_once_on_one_link_all_land_and_are_all_kept(
    exact_world: World, soaking: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """On DynamoDB Local: each click writes an item once, and none is refused for another's sake."""
    standalone(exact_world)
    clicks = 5_000 if soaking else 300
    containers = [exact_world.worker(exact_world.own_client()) for _ in range(16)]

    def click(number: int) -> int:
        return int(opened(exact_world, "abc347", services=containers[number % 16])["statusCode"])

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(click, range(clicks))) == {302: clicks}
    assert "click_not_stored" not in capsys.readouterr().out


def test_while_a_link_is_edited_every_click_lands_before_or_after_the_edit(
    exact_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """On DynamoDB Local. A click that an edit is in the way of lands by a read, and its log line keeps it."""
    read = standalone(exact_world)
    containers = [exact_world.worker(exact_world.own_client()) for _ in range(4)]

    def click(number: int) -> str:
        answer = opened(exact_world, "abc347", services=containers[number % 4])
        return str(answer["headers"]["Location"]).partition("?")[0]

    with ThreadPoolExecutor(4) as pool:
        landed = pool.map(click, range(120))
        link: Link | None = read
        for number in range(5):
            assert link
            link = exact_world.services.links.edit(replace(link, target=f"https://shop.example/{number}"))
        pages = {"https://shop.example/lampe", *(f"https://shop.example/{number}" for number in range(5))}
        assert set(landed) <= pages
    assert click(0) == "https://shop.example/4"

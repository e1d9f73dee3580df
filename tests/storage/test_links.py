"""Links and clicks as the table holds them, those of version 1 too: an attribute for each thing that they say."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.link_settings import LinkSettings, Rule, Variant
from chalicelib.storage.links import Click, Link, Links, create, from_item
from chalicelib.storage.table import ConditionFailed, Put
from tests.support.faults import FaultyClient
from tests.support.stream import Stream
from tests.support.world import NOON, World

PAGE = "https://shop.example/lampe?a=1"
PERSONAL = Link("Hq3nC7bW9sT", PAGE, "adv_a", "site_a", "adv_a", "person_a", "msg_a", NOON, {"source": "sms"})
STANDALONE = Link("abc347", PAGE, "adv_a", "", "", "", "", NOON)
RULES = LinkSettings(
    until=NOON + DAY,
    rules=(Rule("https://shop.example/ios", device="ios", app="shop://cart"),),
    variants=(Variant(PAGE, 40), Variant(f"{PAGE}&b", 60)),
    tags=("été",),
)
AGENT = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"


def click(number: int = 1) -> Click:
    return Click(f"click-{number}", NOON + HOUR + number, "GET", AGENT, "fr-FR", "", "FR", f"203.0.{number}.0/24", "")


def of_version_1(link: Link, last: Click | None = None, **changes: Any) -> Item:
    """The item that a link was before version 2."""
    item = asdict(link) | {"type": "link", "v": 1, "last_click": asdict(last) if last else None} | changes
    del item["tracked"]
    if not link.tracked:
        item["untracked"] = True
    if link.settings == LinkSettings():
        del item["settings"]
    return item


def kept(world: World, link: Link, last: Click | None = None, **changes: Any) -> Link:
    for key in keys.link_copies(link.code):
        world.services.table.put(Put(key, of_version_1(link, last, **changes)))
    return link


def calls_of(world: World, code: str, shown: Click) -> tuple[Link | None, list[str]]:
    watched = FaultyClient(world.dynamodb, lambda _operation, _number: None)
    return world.worker(watched).links.click(code, shown), watched.calls


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    link=st.builds(
        Link,
        **dict.fromkeys(("code", "target", "advertiser", "site", "base", "person", "message"), WORDS),
        sent_at=st.integers(0, 2**42),
        utm=st.dictionaries(WORDS, WORDS, max_size=3),
        visitor=st.none(),
        tracked=st.booleans(),
        settings=st.sampled_from([LinkSettings(), RULES, LinkSettings(disabled=True)]),
        version=st.just(0),
    )
)
def test_a_link_is_read_as_it_was_written(link: Link) -> None:
    assert from_item({**create(link).item}) == link


@pytest.mark.parametrize("version", [0, 3])
@pytest.mark.parametrize("settings", [LinkSettings(), RULES], ids=["plain", "rules"])
@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("link", [PERSONAL, STANDALONE], ids=["personal", "standalone"])
def test_a_link_of_version_1_says_the_same(
    world: World, link: Link, tracked: bool, settings: LinkSettings, version: int
) -> None:
    wanted = replace(link, tracked=tracked, settings=settings, version=version, visitor="site_a#v")
    assert world.services.links.get(kept(world, wanted).code) == wanted


@pytest.mark.parametrize("link", [PERSONAL, STANDALONE], ids=["personal", "standalone"])
def test_the_first_click_on_a_link_of_version_1_rewrites_it_and_each_later_one_is_one_call(
    world: World, stream: Stream, link: Link
) -> None:
    kept(world, replace(link, settings=RULES), click(1), **({} if link.standalone else {"ttl": (NOON + DAY) // SECOND}))
    stream.follow()
    last = click(2)
    landed, calls = calls_of(world, link.code, last)
    assert landed == replace(link, settings=RULES) and calls == ["update_item"] * 3
    assert calls_of(world, link.code, last) == (landed, ["update_item"])
    stream.replay(stream.follow())
    (logged,) = world.of_type("click")
    assert logged["pk"] == keys.click(last.id)[0] and logged["since_other"] == (None if link.standalone else 1)
    assert world.counts("adv_a")["click.person"] == 1
    (item,) = (item for item in world.of_type("link") if item["v"] == 2)
    assert set(item) - {"ttl"} == {"pk", "sk", "type", "v", "version", "link", "open", "last_click"}


def test_of_a_link_of_version_1_nothing_is_kept_where_it_is_untracked_or_over(world: World) -> None:
    kept(world, replace(STANDALONE, tracked=False))
    kept(world, PERSONAL, ttl=NOON // SECOND)
    before = world.items()
    assert calls_of(world, STANDALONE.code, click()) == (replace(STANDALONE, tracked=False), ["update_item"])
    assert calls_of(world, PERSONAL.code, click()) == (None, ["update_item"])
    assert world.items() == before


def test_an_edit_of_a_link_of_version_1_is_of_all_its_copies(world: World) -> None:
    kept(world, STANDALONE)
    calls_of(world, STANDALONE.code, click())
    edited = world.services.links.edit(replace(STANDALONE, target=f"{PAGE}&b", tracked=False))
    assert edited and world.services.links.edit(STANDALONE) is None
    assert world.links() == [edited] * 8
    assert all(calls_of(world, STANDALONE.code, click(number))[0] == edited for number in range(20))
    again = world.services.links.edit(replace(edited, tracked=True))
    assert again and calls_of(world, STANDALONE.code, click()) == (again, ["update_item"])


@pytest.mark.parametrize(
    "put", [lambda world: kept(world, PERSONAL), lambda world: world.services.table.put(create(PERSONAL))]
)
def test_who_is_erased_is_in_no_link(world: World, put: Callable[[World], object]) -> None:
    put(world)
    links = world.services.links
    assert links.click(PERSONAL.code, click()) and links.claim_browser(PERSONAL.code, "site_a#visitor_a")
    read = links.get(PERSONAL.code)
    assert read and read.visitor == "site_a#visitor_a"
    links.anonymise(PERSONAL.code)
    assert links.edit(replace(read, target=f"{PAGE}&b")) is None, "who read it before would write the person back"
    nobodys = links.get(PERSONAL.code)
    assert nobodys == replace(PERSONAL, person="", target="https://shop.example/", version=1)
    assert not any(word in str(world.items()) for word in ("person_a", "visitor_a", "Pixel", "lampe"))
    assert links.click(PERSONAL.code, click(2)) == nobodys


def test_an_edit_in_between_does_not_keep_a_person_in_a_link(world: World) -> None:
    world.services.table.put(create(PERSONAL))
    edits = iter([f"{PAGE}&{number}" for number in range(2)])

    def edited(operation: str, _number: int) -> None:
        if operation == "update_item" and (target := next(edits, None)):
            read = world.services.links.get(PERSONAL.code)
            assert read and world.services.links.edit(replace(read, target=target))

    world.worker(FaultyClient(world.dynamodb, edited)).links.anonymise(PERSONAL.code)
    assert world.links() == [replace(PERSONAL, person="", target="https://shop.example/", version=3)]


def test_clicks_at_once_on_a_link_of_version_1_all_land(exact_world: World) -> None:
    """On DynamoDB Local: whoever is second to rewrite it finds it rewritten."""
    kept(exact_world, PERSONAL)

    def clicked(links: Links, number: int) -> Link | None:
        return links.click(PERSONAL.code, click(number))

    containers = [exact_world.worker(exact_world.own_client()).links for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert set(map(str, pool.map(clicked, containers, range(8)))) == {str(PERSONAL)}
    with pytest.raises(ConditionFailed):
        exact_world.services.table.put(create(PERSONAL))

"""Lists: whatever is in them comes once, the newest first, over any number of pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.storage import keys, lists
from chalicelib.storage.click_records import Record, Verdict
from chalicelib.storage.lead_sources import LeadSource
from chalicelib.storage.links import Click, Link
from chalicelib.storage.lists import Lists
from chalicelib.storage.shop_sources import ShopSource
from chalicelib.storage.table import Delete, Update
from chalicelib.storage.unlisted import enlist
from tests.support.shop import PAGE, Shop, open_shop
from tests.support.world import World

_CALL = 3
"""Entries that a call of the double looks at."""


class ShelfOfStrands:
    """The index's behaviour in memory: a call looks at a few entries, and leaves out those that are not alike."""

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        self.items = [{"pk": place, "sk": "X", "listed_place": place, "kind": kind} for place, kind in entries]
        self.calls = 0

    def page_of_list(
        self, name: str, since: str, upper: str, *, like: dict[str, str], limit: int | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        self.calls += 1
        strands = keys.list_strands("messages", "adv")
        own = [item for item in self.items if keys.listed("messages", "adv", item["listed_place"])["listed"] == name]
        assert name in strands
        due = sorted(
            (one for one in own if since <= one["listed_place"] <= upper),
            key=lambda one: one["listed_place"],
            reverse=True,
        )
        seen = due[: min(_CALL, limit or _CALL)]
        told = [one for one in seen if all(one[field] == value for field, value in like.items())]
        return told, seen[-1]["listed_place"] if len(due) > len(seen) else None

    def get_many(self, wanted: Any) -> dict[Any, Any]:
        names = {key[0] for key in wanted}
        return {(item["pk"], "X"): item for item in self.items if item["pk"] in names}


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.sampled_from("ab")), max_size=60),
    st.integers(1, 7),
    st.sampled_from([None, "a"]),
    st.booleans(),
)
def test_pages_together_are_the_list(made: list[tuple[int, str]], limit: int, kind: str | None, by_item: bool) -> None:
    entries = [(keys.listed_at(at, f"msg_{number}"), of) for number, (at, of) in enumerate(made)]
    shelf: Any = ShelfOfStrands(entries)
    narrowed: dict[str, Any] = {"keep": lambda item: item["kind"] == kind} if by_item else {"like": {"kind": kind}}
    after, told, pages = "", list[str](), 0
    while True:
        shelf.calls = 0
        page, following = Lists(shelf).page("messages", "adv", limit, after=after, **(narrowed if kind else {}))
        assert len(page) <= limit and shelf.calls <= lists._MOST_CALLS
        told += [item["listed_place"] for item in page]
        pages += 1
        if following is None:
            break
        assert not after or following < after, "each page goes on"
        after = following
    assert told == sorted((place for place, of in entries if kind in (None, of)), reverse=True)


def test_a_list_is_read_between_two_moments(shop: Shop) -> None:
    now = shop.world.clock.now()
    made = [shop.message(created_at=now + minute).id for minute in range(5)]
    page, following = shop.world.services.lists.page("messages", shop.advertiser.id, 9, since=now + 1, until=now + 4)
    assert ([item["id"] for item in page], following) == (made[3:0:-1], None)
    assert shop.world.services.lists.page("messages", shop.advertiser.id, 9, since=now + 4, until=now + 1) == ([], None)


def test_what_is_gone_is_not_listed(shop: Shop) -> None:
    gone, there = shop.message(), shop.message()
    shop.world.services.table.delete(Delete(keys.message(gone.id)))
    page, _ = shop.world.services.lists.page("messages", shop.advertiser.id, 9)
    assert [item["id"] for item in page] == [there.id]


def test_a_busy_list_is_spread_and_a_small_one_is_not(world: World) -> None:
    shops = [open_shop(world) for _ in range(2)]
    for _ in range(24):
        shops[0].message()
    strands = Counter(item["listed"] for item in world.of_type("message"))
    assert len(strands) > 4 and set(strands) <= set(keys.list_strands("messages", shops[0].advertiser.id))
    page, _ = world.services.lists.page("advertisers", "", 9)
    assert [item["id"] for item in page] == sorted((shop.advertiser.id for shop in shops), reverse=True)


def test_what_was_made_before_there_were_lists_gets_the_very_places_that_it_would_have(shop: Shop) -> None:
    services, own, now = shop.world.services, shop.advertiser.id, shop.world.clock.now()
    shop.message()
    services.links.add(Link("abc347", PAGE, own, "", "", "", "", now))
    services.link_domains.give("go.lumen.example", own)
    services.link_domains.give("old.lumen.example", own)
    services.link_domains.close("old.lumen.example", own)
    services.lead_sources.save(LeadSource("lead_1", own, "Form", "webhook", b"", {}, "form-1", ""))
    services.shop_sources.save(ShopSource("shop_1", own, shop.site.id, "prestashop", b""))
    click = Click("clk_1", now, "GET", "Safari", "fr", "", "FR", "", "")
    services.click_log.add(Record("abc347", own, "", click, Verdict("bot", (), 1), "ios", None, None))
    made = shop.world.items()
    assert {item["listed"].partition("#")[0] for item in made if "listed" in item} >= {"clicks", "links", "messages"}
    for item in made:
        for name in ("listed", "listed_place") if "listed" in item else ():
            services.table.update(Update((item["pk"], item["sk"]), f"REMOVE #{name}"))

    listed = sum(1 for item in made if "listed" in item)
    assert sum(enlist(services.table, part, 3) for part in range(3)) == listed
    assert shop.world.items() == made
    assert enlist(services.table, 0, 1) == 0

"""Which of a link's targets a click gets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import DAY
from chalicelib.links.destination import Landing, Nowhere, destination, preferred_language
from chalicelib.storage.link_settings import LinkSettings, Rule, Variant
from chalicelib.storage.links import Click, Link
from tests.support.world import NOON

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
OWN = "https://shop.example/"


def link(**settings: Any) -> Link:
    made = LinkSettings(**settings)
    return Link("abc347", OWN, "adv", "", "", "", "", NOON, settings=made)


def click(agent: str = LAPTOP, language: str = "fr-FR", click_id: str = "c1", at: int = NOON) -> Click:
    return Click(click_id, at, "GET", agent, language, "", "FR", "192.0.2.0/24", "")


RULES = (
    Rule("https://shop.example/ios", "ios", app="shop://cart"),
    Rule("https://shop.example/en-android", "android", "en"),
    Rule("https://shop.example/en", language="en"),
    Rule("https://shop.example/desktop", "desktop"),
)


@pytest.mark.parametrize(
    ("agent", "language", "lands"),
    [
        (IPHONE, "en", Landing("https://shop.example/ios", "shop://cart")),
        (PIXEL, "en-GB,fr;q=0.5", Landing("https://shop.example/en-android")),
        (PIXEL, "fr", Landing(OWN)),
        (LAPTOP, "fr;q=0.1, en;q=0.9", Landing("https://shop.example/en")),
        (LAPTOP, "", Landing("https://shop.example/desktop")),
        ("", "fr", Landing("https://shop.example/desktop")),
    ],
)
def test_the_first_rule_that_holds_decides(agent: str, language: str, lands: Landing) -> None:
    assert destination(link(rules=RULES), click(agent, language)) == lands


@pytest.mark.parametrize(
    ("settings", "at", "goes"),
    [
        ({"since": NOON}, NOON - 1, "not_yet"),
        ({"since": NOON}, NOON, Landing(OWN)),
        ({"until": NOON}, NOON - 1, Landing(OWN)),
        ({"until": NOON}, NOON, "over"),
        ({"until": NOON, "expired_target": OWN + "next"}, NOON, Landing(OWN + "next")),
        ({"until": NOON, "expired_target": OWN + "next", "disabled": True}, NOON, "over"),
        ({"disabled": True}, NOON, "over"),
        ({"since": NOON + DAY, "rules": RULES}, NOON, "not_yet"),
    ],
)
def test_a_link_lands_within_its_time(settings: dict[str, Any], at: int, goes: Landing | Nowhere) -> None:
    assert destination(link(**settings), click(at=at)) == goes


VARIANTS = (Variant(OWN + "a", 70), Variant(OWN + "b", 30))


def test_variants_take_their_shares_of_the_clicks() -> None:
    tried = link(variants=VARIANTS)
    drawn = Counter(destination(tried, click(click_id=f"click-{number}")) for number in range(4_000))
    assert 2_600 < drawn[Landing(OWN + "a")] < 3_000
    assert set(drawn) == {Landing(OWN + "a"), Landing(OWN + "b")}


def test_a_person_finds_the_same_variant_each_time() -> None:
    links = [replace(link(variants=VARIANTS), code=f"personal-{number}") for number in range(60)]
    found = [{destination(each, click(click_id=str(number))) for number in range(9)} for each in links]
    assert all(len(pages) == 1 for pages in found) and len(set.union(*map(set, found))) == 2


@pytest.mark.parametrize(
    ("header", "language"),
    [("", ""), ("*", "*"), ("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("en;q=x,de", "de"), ("de;q=0", ""), (";q=;;q=1,", "")],
)
def test_the_language_that_is_liked_best(header: str, language: str) -> None:
    assert preferred_language(header) == language

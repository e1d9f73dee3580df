"""Where a click lands."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.links.landing import CLICK_PARAMETER, landing_url

UTM = {"source": "relance", "medium": "sms", "campaign": "cart"}
TAGS = "utm_source=relance&utm_medium=sms&utm_campaign=cart"


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("https://shop.example", f"https://shop.example?{TAGS}&rl_click=c1"),
        ("https://shop.example/p?a=1&a=2", f"https://shop.example/p?a=1&a=2&{TAGS}&rl_click=c1"),
        ("https://shop.example/p?promo=", f"https://shop.example/p?promo=&{TAGS}&rl_click=c1"),
        ("https://shop.example/p#size", f"https://shop.example/p?{TAGS}&rl_click=c1#size"),
        (
            "https://shop.example/p?utm_source=mail",
            "https://shop.example/p?utm_source=mail&utm_medium=sms&utm_campaign=cart&rl_click=c1",
        ),
        ("https://shop.example/p?rl_click=old", f"https://shop.example/p?{TAGS}&rl_click=c1"),
    ],
)
def test_campaign_and_click_join_the_targets_own_query(target: str, lands: str) -> None:
    assert landing_url(target, UTM, "c1") == lands


names = st.one_of(
    st.sampled_from(["utm_source", "utm_medium", CLICK_PARAMETER, "size"]), st.text(min_size=1, max_size=8)
)


@given(query=st.lists(st.tuples(names, st.text(max_size=12)), max_size=6), path=st.text(alphabet="abc/é", max_size=8))
def test_the_query_is_kept_nothing_is_doubled_and_the_click_is_there_once(
    query: list[tuple[str, str]], path: str
) -> None:
    landed = urlsplit(landing_url(f"https://shop.example/{path}?{urlencode(query)}", UTM, "c1"))

    told = parse_qsl(landed.query, keep_blank_values=True)
    own = [(name, value) for name, value in query if name != CLICK_PARAMETER]
    assert told[: len(own)] == own
    assert [value for name, value in told if name == CLICK_PARAMETER] == ["c1"]
    added = [name for name, _ in told[len(own) : -1]]
    assert set(added) == {f"utm_{name}" for name in UTM} - {name for name, _ in own}
    assert len(added) == len(set(added))
    assert (landed.netloc, landed.path) == ("shop.example", f"/{quote(path)}")


@given(query=st.lists(st.tuples(names, st.text(max_size=12)), max_size=6))
def test_landing_again_changes_the_click_alone(query: list[tuple[str, str]]) -> None:
    once = landing_url(f"https://shop.example/?{urlencode(query)}", UTM, "c1")
    assert landing_url(once, UTM, "c2") == once.removesuffix("c1") + "c2"


@pytest.mark.parametrize(
    ("target", "asked", "lands"),
    [
        ("https://shop.example/p", [("size", "m")], "https://shop.example/p?size=m&rl_click=c1"),
        ("https://shop.example/p?size=l", [("size", "m")], "https://shop.example/p?size=l&rl_click=c1"),
        ("https://shop.example/p?si%7Ae=l", [("size", "m")], "https://shop.example/p?si%7Ae=l&rl_click=c1"),
        ("https://shop.example/p", [("a", "1"), ("a", "2")], "https://shop.example/p?a=1&a=2&rl_click=c1"),
        ("https://shop.example/p", [("utm_id", "1"), ("utm_id", "2")], "https://shop.example/p?utm_id=1&rl_click=c1"),
        ("https://shop.example/p?utm%5Fid=", [("utm_id", "2")], "https://shop.example/p?utm%5Fid=&rl_click=c1"),
        ("https://shop.example/p?a=1;b=2", [("b", "3")], "https://shop.example/p?a=1;b=2&b=3&rl_click=c1"),
        ("https://shop.example/p", [("rl_click", "forged")], "https://shop.example/p?rl_click=c1"),
        (
            "https://shop.example/p",
            [("q", "é&b=c#d\r\nX: y")],
            "https://shop.example/p?q=%C3%A9%26b%3Dc%23d%0D%0AX%3A+y&rl_click=c1",
        ),
        ("https://shop.example/p#?a=1", [("a", "2")], "https://shop.example/p?a=2&rl_click=c1#?a=1"),
        ("https://shop.example/p?a=%c3%a9+b%20c&&d", [], "https://shop.example/p?a=%c3%a9+b%20c&d&rl_click=c1"),
        (
            "https://shop.example/p?sig=a/b=;c,d%2F#%E9/!?x&rl_click=1#",
            [],
            "https://shop.example/p?sig=a/b=;c,d%2F&rl_click=c1#%E9/!?x&rl_click=1#",
        ),
        ("https://shop.example/p#", [], "https://shop.example/p?rl_click=c1#"),
        ("https://shop.example/p", [("x", "y" * 7_000), ("z", "1")], "https://shop.example/p?rl_click=c1"),
    ],
)
def test_what_the_link_was_opened_with_goes_on_and_the_target_stays_as_written(
    target: str, asked: list[tuple[str, str]], lands: str
) -> None:
    assert landing_url(target, {}, "c1", asked) == lands


def test_the_campaign_of_the_link_wins_over_what_it_was_opened_with() -> None:
    landed = landing_url("https://shop.example/", {"source": "relance"}, "c1", [("utm_source", "x"), ("utm_term", "y")])
    assert landed == "https://shop.example/?utm_source=relance&utm_term=y&rl_click=c1"


def test_without_an_id_the_campaign_still_joins() -> None:
    assert landing_url("https://shop.example/", {"source": "sms"}, None) == "https://shop.example/?utm_source=sms"
    assert landing_url("https://shop.example/", {}, None) == "https://shop.example/"


@given(asked=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5))
def test_whatever_is_asked_makes_one_line_of_ascii_on_the_targets_page(asked: list[tuple[str, str]]) -> None:
    landed = landing_url("https://shop.example/p?a=1#f", UTM, "c1", asked)
    assert landed.isascii() and landed.isprintable() and " " not in landed
    assert landed.startswith("https://shop.example/p?a=1&") and landed.endswith("rl_click=c1#f")

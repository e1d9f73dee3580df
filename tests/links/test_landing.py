"""Where a click lands."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

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
    assert (landed.netloc, landed.path) == ("shop.example", f"/{path}")


@given(query=st.lists(st.tuples(names, st.text(max_size=12)), max_size=6))
def test_landing_again_changes_the_click_alone(query: list[tuple[str, str]]) -> None:
    once = landing_url(f"https://shop.example/?{urlencode(query)}", UTM, "c1")
    assert landing_url(once, UTM, "c2") == once.removesuffix("c1") + "c2"

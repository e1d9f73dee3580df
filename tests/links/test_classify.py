"""Whether a click is a person's (P9): by what its agent says, and by what surrounds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from chalicelib.links.agents import judge
from chalicelib.links.classify import Circumstances, classify
from chalicelib.links.data_centres import is_data_centre
from chalicelib.storage.links import Click
from chalicelib.web.redirect import click_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
HOME, AMAZON = "192.0.2.0/24", "52.95.36.0/24"
LATER = 600_000
_LINES = (Path(__file__).parents[1] / "vectors" / "agents.txt").read_text("utf-8").splitlines()
AGENTS = [line.split("\t") for line in _LINES if not line.startswith("#")]


def click(
    agent: str = IPHONE, method: str = "GET", purpose: str = "", network: str = HOME, language: str = "fr"
) -> Click:
    return Click("c1", 0, method, agent, language, "", "FR", network, purpose)


@pytest.mark.parametrize(("click_class", "agent"), AGENTS)
def test_each_agent_is_what_it_is(click_class: str, agent: str) -> None:
    assert classify(click(agent), Circumstances(LATER))[0] == click_class


def test_nothing_of_the_maintained_list_is_a_person() -> None:
    listed = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry.get("instances", [])]
    assert len(listed) > 2_000
    (by_mistake,) = [agent for agent in listed if judge(agent)[0] == "person"]
    assert "CPH2557 Build/AP3A.240617.008; wv" in by_mistake, "an Oppo A98, in Instagram's own browser"


def test_a_phone_may_be_called_like_any_machine() -> None:
    """Expanse, Sonic, Butterfly and M Bot are phones that are sold."""
    names = {entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"].isalnum()}
    phone = (
        "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
    )
    assert {name for name in names if judge(phone.format(f"{name} X5"))[0] != "person"} <= {"Catchpoint"}


@pytest.mark.parametrize("agent", ["", " ", "-"])
def test_who_does_not_say_what_it_is_is_no_person(agent: str) -> None:
    assert classify(click(agent)) == ("bot", ["no_agent"])


def test_asking_for_the_head_only_is_no_person() -> None:
    assert classify(click(method="HEAD")) == ("preview", ["head"])


@pytest.mark.parametrize("purpose", ["prefetch", "Preview", "prefetch;prerender", "instant-preview"])
def test_fetching_ahead_is_no_person(purpose: str) -> None:
    assert classify(click(purpose=purpose)) == ("preview", ["purpose"])


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
def test_every_browsers_way_to_say_that_nobody_tapped_is_heard(header: str) -> None:
    made = click_of("GET", {"user-agent": IPHONE, header.lower(): "prefetch"}, HOME, 0)
    assert classify(made) == ("preview", ["purpose"])


@pytest.mark.parametrize(
    ("dest", "expected"),
    [(None, "person"), ("document", "person"), ("iframe", "person"), ("empty", "preview"), ("image", "preview")],
)
def test_a_browser_that_opens_no_page_is_no_person(dest: str | None, expected: str) -> None:
    headers = {"user-agent": IPHONE, "accept-language": "fr"} | ({"sec-fetch-dest": dest} if dest else {})
    click_class, reasons = classify(click_of("GET", headers, HOME, 0))
    assert (click_class, reasons) == (expected, ["not_a_page"] if expected == "preview" else [])


def test_every_reason_is_told() -> None:
    assert classify(click(method="HEAD", purpose="prefetch")) == ("preview", ["head", "purpose"])
    soon = classify(click(network=AMAZON, language=""), Circumstances(1_000, 500))
    assert soon == ("bot", ["too_soon", "data_centre", "burst", "no_language"])


@pytest.mark.parametrize(
    ("agent", "network", "since_sent", "since_other", "expected"),
    [
        (IPHONE, HOME, 2_999, None, "bot"),
        (IPHONE, HOME, 3_000, None, "person"),
        (IPHONE, HOME, -50, None, "person"),
        (IPHONE, HOME, None, None, "person"),
        (DESKTOP, AMAZON, LATER, None, "bot"),
        (IPHONE, AMAZON, 29_999, None, "bot"),
        (IPHONE, AMAZON, 30_000, None, "person"),
        (IPHONE, AMAZON, LATER, 100, "bot"),
        (f"{IPHONE} Silk/1.0", AMAZON, 5_000, None, "person"),
        (DESKTOP, HOME, LATER, 100, "bot"),
        (IPHONE, HOME, LATER, 100, "person"),
        (DESKTOP, HOME, LATER, 2_000, "person"),
    ],
)
def test_what_surrounds_a_browser_decides(
    agent: str, network: str, since_sent: int | None, since_other: int | None, expected: str
) -> None:
    assert classify(click(agent, network=network), Circumstances(since_sent, since_other))[0] == expected


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("52.95.36.0/24", True),
        ("3.5.140.2", True),
        ("::ffff:3.5.140.2", True),
        ("2a01:4f8:1::/48", True),
        ("90.12.3.0/24", False),
        ("172.225.1.0/24", False),
        ("2a02:26f7::/48", False),
        ("104.28.42.0/24", False),
        ("109.190.1.0/24", False),
        ("165.225.204.0/24", False),
        ("67.231.144.0/24", True),
        ("2a03:2880:1::/48", True),
        ("", False),
        ("nowhere", False),
    ],
)
def test_data_centres_and_scanners_are_known_and_relays_lines_and_offices_are_none(
    network: str, expected: bool
) -> None:
    assert is_data_centre(network) is expected

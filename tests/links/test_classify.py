"""Whether a click is a person's (P9)."""

from __future__ import annotations

import pytest

from chalicelib.links.classify import classify
from chalicelib.storage.links import Click

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


def click(agent: str = IPHONE, method: str = "GET", purpose: str = "") -> Click:
    return Click("c1", 0, method, agent, "fr", "", "FR", "192.0.2.0/24", purpose)


@pytest.mark.parametrize("agent", [IPHONE, ANDROID])
def test_a_phones_browser_is_a_person(agent: str) -> None:
    assert classify(click(agent)) == ("person", [])


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Twitterbot/1.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    ],
)
def test_a_known_bot_is_one(agent: str) -> None:
    assert classify(click(agent)) == ("bot", ["known_bot"])


def test_who_does_not_say_what_it_is_is_no_person() -> None:
    assert classify(click("")) == ("bot", ["no_agent"])


def test_asking_for_the_head_only_is_no_person() -> None:
    assert classify(click(method="HEAD")) == ("preview", ["head"])


@pytest.mark.parametrize("purpose", ["prefetch", "Preview", "prefetch;prerender", "instant-preview"])
def test_fetching_ahead_is_no_person(purpose: str) -> None:
    assert classify(click(purpose=purpose)) == ("preview", ["purpose"])


def test_every_reason_is_told() -> None:
    assert classify(click(method="HEAD", purpose="prefetch")) == ("preview", ["head", "purpose"])


def test_a_bot_stays_a_bot_whatever_else_it_does() -> None:
    assert classify(click("Twitterbot/1.0", method="HEAD"))[0] == "bot"

"""Who may send events for a site."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.storage.advertisers import Site, digest
from chalicelib.tracking.admission import admit, origin_of, secret_matches

NOW = 1_772_445_600_000
SITE = Site("site_1", "adv_1", "Lumen", ("https://shop.example", "https://m.shop.example"), digest("the secret"))


@pytest.mark.parametrize("via", ["browser", "pixel"])
@pytest.mark.parametrize("origin", SITE.origins)
def test_a_page_of_the_site_may(via: str, origin: str) -> None:
    assert admit(SITE, via, origin, server_only=False) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("via", ["browser", "pixel"])
@pytest.mark.parametrize(
    "origin", [None, "", "http://shop.example", "https://shop.example:8443", "https://shop.example.evil.example"]
)
def test_a_page_of_elsewhere_may_not(via: str, origin: str | None) -> None:
    assert admit(SITE, via, origin, server_only=False) == "unregistered_origin"  # type: ignore[arg-type]


def test_a_browser_is_not_believed_what_only_a_back_end_knows() -> None:
    assert admit(SITE, "browser", SITE.origins[0], server_only=True) == "server_only_event"


def test_the_back_end_needs_no_origin_and_may_send_everything() -> None:
    assert admit(SITE, "server", None, server_only=True) is None


def test_nobody_may_for_a_site_that_is_not_there() -> None:
    assert admit(None, "server", None, server_only=False) == "unknown_site"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Example/a?b#c", "https://shop.example"),
        ("https://shop.example", "https://shop.example"),
        ("http://localhost:4568/x", "http://localhost:4568"),
        ("null", None),
        ("", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("http://[", None),
        ("https://[::1", None),
    ],
)
def test_the_origin_of_a_page(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_a_secret_is_the_sites_own_or_it_is_none() -> None:
    assert secret_matches(SITE, "the secret", NOW)
    assert not secret_matches(SITE, "another secret", NOW)
    assert not secret_matches(SITE, "", NOW)
    assert not secret_matches(SITE, SITE.secret_hash, NOW)


def test_the_secret_before_is_good_for_a_while() -> None:
    rotated = replace(SITE, secret_hash=digest("the next one"), former_hash=SITE.secret_hash, former_until=NOW)
    assert secret_matches(rotated, "the next one", NOW)
    assert secret_matches(rotated, "the secret", NOW - 1)
    assert not secret_matches(rotated, "the secret", NOW)
    assert not secret_matches(rotated, "", NOW - 1)

"""The pages that people see."""

from __future__ import annotations

import pytest

from chalicelib.web.pages import language_of, moment_in
from tests.support.shop import Shop
from tests.web.conftest import Api


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de-DE,de;q=0.9,en;q=0.8,fr;q=0.3", "en"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("fr;q=0.5, en", "en"),
        ("fr;q=0.2,en;q=0.2", "fr"),
        ("en,fr", "en"),
        ("en;q=0", "fr"),
        ("de", "fr"),
        ("*", "fr"),
        ("en;q=nan", "fr"),
        (";q=,,-,\x00", "fr"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_likes_better(accept_language: str, language: str) -> None:
    assert language_of(accept_language) == language


def test_the_console_shows_an_advertisers_day(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    begun = api.ask("POST", "/console", {"key": "rk_own"}, form=True)
    shown = api.ask("GET", "/console", told={"Cookie": begun.headers["Set-Cookie"].partition(";")[0]})
    assert (begun.status, shown.status) == (303, 200)
    assert shop.advertiser.name in shown.text
    assert api.ask("POST", "/console", {"key": "wrong"}, form=True).status == 403


def test_a_moment_is_told_by_the_clock_of_its_zone_which_is_named() -> None:
    at = 1_774_908_000_000  # 2026-03-30 22:00 UTC
    assert moment_in("Europe/Paris", at, "en") == "31 Mar 2026, 00:00 (Paris)"
    assert moment_in("Indian/Reunion", at, "fr") == "31 mars 2026, 02:00 (Reunion)"
    assert moment_in("America/St_Kitts", at, "en") == "30 Mar 2026, 18:00 (St Kitts)"

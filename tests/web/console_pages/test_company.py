"""A company in the console: who it is, what it spends, what a second person approves; what goes with what."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Answer, Api
from tests.web.console_browser import Browser
from tests.web.filled_forms import changed, filled


def saved(console: Browser, place: str, **typed: str) -> Answer:
    return console.submit(place, changed(filled(console.get(place).text, place), **typed))


def test_what_is_shown_is_saved_and_the_rest_stays(console: Browser, shop: Shop) -> None:
    before = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert saved(console, "company").status == 303
    assert shop.world.worker().advertisers.get(shop.advertiser.id) == before
    typed = {"contact": "bonjour@shop.example", "budget": "49,90", "stop_percent": "2", "approve_people": "1 000"}
    assert saved(console, "company", **typed, attribution_days="3", answer_target_s="3600").status == 303
    known = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert known and before
    guards = known.safeguards
    assert (known.contact, guards.budget_micro, guards.stop_percent, guards.approve_people) == (
        "bonjour@shop.example",
        49_900_000,
        2,
        1_000,
    )
    assert (known.attribution_ms, known.answer_target_ms) == (3 * 86_400_000, 3_600_000)
    assert (known.caps, known.hours, known.cart, known.agent) == (before.caps, before.hours, before.cart, before.agent)
    shown = dict(filled(console.get("company").text, "company"))
    assert (shown["budget"], shown["attribution_days"], shown["approve_people"]) == ("49.90", "3", "1000")


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"brand": ""}, "brand", "À remplir."),
        ({"budget": "beaucoup"}, "budget", "Un montant, comme"),
        ({"stop_percent": "101"}, "stop_percent", "De 0 à 100"),
        ({"attribution_days": "31"}, "attribution_days", "De 1 à 30"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(console: Browser, typed: dict[str, str], field: str, told: str) -> None:
    page = saved(console, "company", **typed)
    assert page.status == 422 and told in re.findall(rf'id="{field}-error">([^<]*)<', page.text)[0]
    assert dict(filled(page.text, "company"))[field] == typed[field]


def test_of_two_who_change_it_the_second_is_told(console: Browser) -> None:
    mine, theirs = (changed(filled(console.get("company").text, "company"), contact=text) for text in "ab")
    assert console.submit("company", mine).status == 303
    assert console.submit("company", theirs).status == 412


def test_what_goes_with_what_is_written_line_by_line(console: Browser, shop: Shop) -> None:
    place = "company/complements"
    offers = "bulb-1 = Ampoule E27 = https://shop.example/ampoule\nbulb-2"
    assert saved(console, place, what_0="Lampes", offers_0=offers).status == 303
    form = dict(filled(console.get(place).text, place))
    assert (form["what_0"], form["of_0"], form["what_1"]) == ("Lampes", "category", "")
    assert form["offers_0"] == "bulb-1 = Ampoule E27 = https://shop.example/ampoule\nbulb-2 = bulb-2"
    wrong = saved(console, place, what_1="Tapis", offers_1="")
    assert wrong.status == 422 and re.findall(r'id="offers_1-error">([^<]*)<', wrong.text)[0] == "À remplir."
    assert 'value="Tapis"' in wrong.text
    assert saved(console, place, what_0="", offers_0="").status == 303
    assert dict(filled(console.get(place).text, place))["what_0"] == ""


def test_who_only_reads_is_offered_nothing_to_change(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, "reader")
    reader = Browser(api)
    reader.post("/console", key="rk_reads")
    page = reader.get("company")
    assert page.status == 200 and "<button>Enregistrer" not in page.text
    assert saved(reader, "company", contact="x").status == 403

"""The results as a marketer sees them, without a script: the figures of a world that was worked out by hand."""

from __future__ import annotations

import re
from collections import Counter

from chalicelib.clock import DAY, HOUR
from chalicelib.storage import cohorts, counters
from tests.support.shop import Shop
from tests.support.world import NOON
from tests.web.conftest import Api
from tests.web.console_browser import Browser
from tests.web.test_admin_reports import TODAY, a_day

__all__ = ["a_day"]


def words(text: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_results_of_a_day(a_day: Shop, console: Browser) -> None:
    page = console.get(f"results?since={TODAY}&until={TODAY}")
    assert page.status == 200
    said = words(page.text)
    for told in (
        "Visites de la boutique 6",
        "rien ne dit qui c’est −1",
        "a dit STOP ou s’est désabonné −1",
        "téléphone injoignable −1",
        "Taux de clic 100,0",
        "Achats confirmés après un SMS 2 120 €",
        "Toute la boutique 620 € 3 achats confirmés",
        "Coût des SMS 0,10 €",
        "Votre marge n’est pas renseignée",
    ):
        assert told in said, told
    assert "Affirmation non vérifiée" in said and "8,3 % de clics" in said
    assert said.count("11:00 6 3 2") == 1, "a row of the hours, beside its picture"
    assert "style=" not in page.text and "<script>" not in page.text


def test_it_speaks_english_too(a_day: Shop, console: Browser) -> None:
    console.language = "en"
    said = words(console.get(f"results?since={TODAY}&until={TODAY}").text)
    assert "nothing says who it is −1" in said and "Confirmed purchases after an SMS 2 €120" in said
    assert "nobody" in said.lower()


def test_a_campaign_has_a_page_of_its_own(a_day: Shop, console: Browser) -> None:
    page = console.get(f"results?since={TODAY}&until={TODAY}")
    assert f'href="results/relaunch?since={TODAY}&amp;until={TODAY}"' in page.text
    said = words(console.get(f"results/relaunch?since={TODAY}&until={TODAY}").text)
    assert "Abandoned cart" in said and "SMS préparés 3" in said
    assert "Visites de la boutique" not in said, "a visit is of no campaign"
    assert "Rien n’est comparé ici" in said
    assert "Pas encore un jour entier" in said


def test_a_day_that_is_none_is_told_beside_its_field(a_day: Shop, console: Browser) -> None:
    page = console.get("results?since=2026-03-09&until=2026-03-02")
    assert page.status == 422
    assert 'id="since-error"' in page.text and 'value="2026-03-09"' in page.text


def test_before_anything_has_happened_it_says_so(shop: Shop, console: Browser) -> None:
    said = words(console.get("results").text)
    assert "Aucun SMS n’a été préparé" in said and "Visites de la boutique 0" in said


def test_there_is_nothing_below_a_campaign(console: Browser) -> None:
    assert console.get("results/relaunch/edit").status == 404
    assert console.post("results", **console.form(console.get("results"))).status == 404


def test_who_only_reads_may_read_them(api: Api, a_day: Shop) -> None:
    a_day.world.services.admin_keys.grant("rk_reader", a_day.advertiser.id, role="reader")
    browser = Browser(api)
    assert browser.post("/console", key="rk_reader").status == 303
    assert browser.get("results").status == 200


def test_the_margin_changes_the_return(a_day: Shop, console: Browser) -> None:
    hidden = console.form(console.get("results"))
    saved = console.post("results/settings", **hidden, zone="Europe/Paris", margin_percent="10")
    assert (saved.status, saved.headers["Location"]) == (303, "../results?told=saved")
    said = words(console.get("results?told=saved").text)
    assert "C’est enregistré." in said and "votre marge de 10 %" in said
    # (120.00 × 10 % − 0.10) ÷ 0.10
    assert "11 900 %" in said


def test_what_is_wrong_with_the_settings_stands_beside_them(shop: Shop, console: Browser) -> None:
    hidden = console.form(console.get("results"))
    page = console.post("results/settings", **hidden, zone="Paris", margin_percent="a third")
    assert page.status == 422
    assert 'id="zone-error"' in page.text and 'value="Paris"' in page.text
    assert 'id="margin_percent-error"' in page.text and 'value="a third"' in page.text


def test_what_the_page_reads_grows_with_neither_messages_nor_campaigns(shop: Shop, console: Browser) -> None:
    def calls() -> Counter[str]:
        seen: Counter[str] = Counter()
        events = shop.world.dynamodb.meta.events
        events.register("before-call.dynamodb", lambda model, **_: seen.update([model.name]), "count")
        assert console.get("results?since=2026-02-03&until=2026-03-02").status == 200
        events.unregister("before-call.dynamodb", unique_id="count")
        return seen

    def count(campaigns: int) -> None:
        own, table = shop.advertiser.id, shop.world.services.table
        for number in range(campaigns):
            at = NOON - number % 28 * DAY + number % 9 * HOUR
            labels = ("marketing", "broadcast", f"bc_{number}")
            sms = {"made": 100_000, "sent": 90_000, "delivered": 80_000, "clicked": 9_000}
            table.update(cohorts.Cohort("sms", own, labels, at).moved(f"msg-{number}", sms))
            table.update(
                cohorts.Cohort("journey", own, (f"journey-{number}",), at).moved(f"run-{number}", {"begun": 9})
            )
            table.update(counters.count(own, f"msg-{number}", at, "message.sent", "message.delivered"))

    console.get("results")
    none = calls()
    count(120)
    assert calls() == none, "twelve million SMS of 120 campaigns, on each day and in each hour of the shop's"
    assert "10 800 000" in words(console.get("results?since=2026-02-03&until=2026-03-02").text)

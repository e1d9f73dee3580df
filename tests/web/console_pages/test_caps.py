"""Limits and hours in the console: said in words, tried on last week, saved by one of two people."""

from __future__ import annotations

import html
import re

import pytest

from tests.support.shop import CAMILLE, MALIK, Shop
from tests.web.conftest import Answer
from tests.web.console_browser import Browser
from tests.web.test_simulation import send


def typed(page: Answer) -> dict[str, str]:
    """Everything that the page's first form holds, as a browser would send it."""
    (form,) = re.findall(r'<form method="post" action="[^"]*caps">(.*?)</form>', page.text, re.S)
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or " checked" in tag):
            fields[name[1]] = html.unescape(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        fields[name] = chosen[1]
    return fields


def words(page: Answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def test_saving_what_is_shown_changes_nothing(console: Browser, shop: Shop) -> None:
    page = console.get("caps")
    assert page.status == 200
    saved = console.post("caps", **typed(page), do="save")
    assert saved.headers["Location"].endswith("caps?told=same")


def test_a_limit_and_hours_are_saved_as_they_were_typed(console: Browser, shop: Shop) -> None:
    fields = typed(console.get("caps")) | {"limit-0": "2", "window_s-0": "86400", "level-0": "advertiser"}
    fields |= {"limit-1": "5", "kind-1": "both", "at_cap": "defer"}
    fields |= {f"marketing-{end}-saturday-0": "" for end in ("open", "close")} | {"marketing-close-monday-0": "21:00"}
    saved = console.post("caps", **fields, do="save")
    assert (saved.status, saved.headers["Location"]) == (303, "../console/caps?told=saved".removeprefix("../console/"))
    known = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert known
    assert [(rule.limit, rule.window_ms, rule.level) for rule in known.caps] == [
        (2, 86_400_000, "advertiser"),
        (5, 7 * 86_400_000, "all"),
    ]
    assert known.caps[1].classes == ("marketing", "notification") and known.at_cap == "defer"
    assert {(one.open, one.close, one.days) for one in known.hours.marketing} == {
        (480, 1260, (0,)),
        (480, 1200, (1, 2, 3, 4)),
    }
    assert "C’est enregistré" in console.get("caps?told=saved").text


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(console: Browser) -> None:
    fields = typed(console.get("caps")) | {"limit-0": "beaucoup", "marketing-open-tuesday-0": "05:00"}
    page = console.post("caps", **fields, do="save")
    assert page.status == 422
    assert 'value="beaucoup"' in page.text and 'id="limit-0-error"' in page.text
    page = console.post("caps", **fields | {"limit-0": "3"}, do="save")
    assert page.status == 422 and 'id="marketing-open-tuesday-0-error"' in page.text
    assert "dépassent" in words(page)
    nothing = {name: "" for name in fields if name.startswith("marketing-")}
    page = console.post("caps", **fields | {"limit-0": "3"} | nothing, do="save")
    assert page.status == 422 and "au moins une plage" in words(page)


def test_of_two_people_the_second_sees_both_and_decides(console: Browser, shop: Shop) -> None:
    first = typed(console.get("caps"))
    console.post("caps", **first | {"limit-0": "1"}, do="save")
    second = console.post("caps", **first | {"limit-0": "7"}, do="save")
    assert second.status == 412
    assert "Au plus 1 SMS en 7 jours" in words(second) and "Au plus 7 SMS en 7 jours" in words(second)
    again = console.post("caps", **typed(second), do="save")
    assert again.headers["Location"].endswith("told=saved")
    known = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert known and known.caps[0].limit == 7


def test_last_week_is_shown_before_anything_is_saved(console: Browser, shop: Shop) -> None:
    for phone in (CAMILLE, MALIK):
        shop.contact(phone)
        send(shop, phone, 3)
    fields = typed(console.get("caps")) | {"limit-0": "1"}
    page = console.post("caps", **fields, do="try")
    assert page.status == 200 and 'id="limit-0" name="limit-0" inputmode="numeric" maxlength="4" value="1"' in page.text
    assert "2 SMS seraient partis au lieu de 6. Sur 2 personnes, 2 en auraient reçu moins." in words(page)
    assert "<svg" in page.text and "Panier abandonné" in words(page)
    known = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert known and known.caps[0].limit == 3
    console.language = "en"
    assert "2 SMS would have been sent instead of 6" in words(console.post("caps", **fields, do="try"))


def test_without_messages_it_says_that_there_is_nothing_to_compare(console: Browser) -> None:
    page = console.post("caps", **typed(console.get("caps")), do="try")
    assert "rien à comparer" in words(page)


def test_who_signs_and_answers_is_saved_beside_the_other_settings(console: Browser, shop: Shop) -> None:
    page = console.get("caps")
    form = console.form(page) | {
        "agent_name": "Nadia",
        "marketing-open-monday-0": "09:00",
        "marketing-close-monday-0": "17:00",
    }
    form["tag_agent"] = html.unescape(form["tag_agent"])
    saved = console.post("caps/agent", **form)
    assert saved.status == 303, words(saved)
    known = shop.world.worker().advertisers.get(shop.advertiser.id)
    assert (
        known and known.agent and [(one.open, one.close, one.days) for one in known.agent.hours] == [(540, 1020, (0,))]
    )
    assert known.caps == shop.advertiser.caps
    assert console.post("caps/agent", **form).status == 412


@pytest.mark.parametrize("role", ["reader"])
def test_who_only_reads_can_try_and_not_save(console: Browser, shop: Shop, role: str) -> None:
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, role)  # type: ignore[arg-type]
    console.post("/console", key="rk_reads")
    page = console.get("caps")
    assert 'value="try"' in page.text and 'value="save"' not in page.text
    assert console.post("caps", **typed(page), do="try").status == 200
    assert console.post("caps", **typed(page) | {"limit-0": "1"}, do="save").status == 403

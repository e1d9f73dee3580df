"""A flash sale in the console: planned, rehearsed, approved, launched, watched, paused, cancelled."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.clock import SECOND
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.halts import Halt, scope_of
from chalicelib.web.console_pages.flash_sale_progress import Progress, progress
from chalicelib.workers.background import on_minute
from tests.support.journeys import template
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in
from tests.web.console_pages.test_journeys import said
from tests.web.filled_forms import Pairs, filled


def planned(console: Browser, shop: Shop, **typed: str) -> str:
    """Two friends, of whom one agreed to offers, are to be told; the sale's address."""
    services = shop.world.services
    services.sender_book.register_default(shop.advertiser, verified=True)
    template(shop, "flash", "{{ brand }} : vente flash", journey="flash_sale")
    segment = services.segment_desk.create(shop.advertiser.id, "Amis", None)
    people = [shop.contact(CAMILLE), shop.contact(MALIK, marketing=None)]
    services.members.add(shop.advertiser.id, segment.id, people)
    form = filled(console.get(f"flash-sales/new?segment={segment.id}&template=flash").text, "")
    made = console.submit("flash-sales/new", _with(form, name="Noël", **typed))
    assert made.status == 303, said(made)
    place: str = made.headers["Location"].partition("?")[0].removeprefix("../")
    return place


def _with(form: Pairs, **typed: str) -> Pairs:
    return [(name, typed.get(name, value)) for name, value in form]


def test_it_is_planned_rehearsed_launched_paused_and_cancelled(console: Browser, shop: Shop) -> None:
    place = planned(console, shop, pace_per_minute="60")
    assert "Répéter sans rien envoyer" in said(console.get(place))
    token = console.form(console.get(place))["token"]
    refused = console.post(f"{place}/launch", token=token)
    assert refused.status == 409 and "Répétez-la d’abord" in said(refused)
    assert console.get(f"{place}/launch").status == 303, "an address that was posted to leads back"
    assert console.post(f"{place}/rehearse", token=token).status == 303
    foreseen = said(console.get(place))
    assert "SMS qui partiraient 1" in foreseen and "n’a pas accepté vos SMS publicitaires" in foreseen
    assert console.post(f"{place}/launch", token=token).status == 303
    page = console.get(place)
    assert 'hx-trigger="every 2s"' in page.text and "0 parti sur 2 ; 2 attendent" in said(page)
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert console.post(f"{place}/pause", token=token).status == 303
    assert "En pause : 0 était parti, 2 attendent" in said(console.get(place))
    assert "Continuer" in said(console.get(place))
    assert console.post(f"{place}/pause", token=token).status == 303, "paused twice it is paused"
    assert "comme prévu" in said(console.get(f"{place}/differences"))
    assert console.post(f"{place}/resume", token=token).status == 303
    assert console.post(f"{place}/cancel", token=token).status == 303
    late = console.post(f"{place}/pause", token=token)
    assert late.status == 409 and "dans l’état où elle est" in said(late)
    listed = said(console.get("flash-sales"))
    assert "Noël" in listed and "À Amis" in listed


def test_its_page_is_told_news_alone_and_loaded_anew_where_its_buttons_change(console: Browser, shop: Shop) -> None:
    place = planned(console, shop)
    token = console.form(console.get(place))["token"]
    console.post(f"{place}/rehearse", token=token)
    console.post(f"{place}/launch", token=token)
    (asked,) = re.findall(r'hx-get="\.\./([^"]+)"', console.get(place).text.replace("&amp;", "&"))
    assert console.piece(asked, of=place).status == 204
    moved = console.piece(asked.replace("mark=", "mark=x"), of=place)
    assert "<html" not in moved.text and "<b>2</b> attendent" in moved.text and 'hx-get="../' in moved.text
    console.post(f"{place}/pause", token=token)
    assert console.piece(asked, of=place).headers["HX-Redirect"] == f"../{place}"


def test_the_last_that_wait_can_still_be_paused(console: Browser, shop: Shop) -> None:
    place = planned(console, shop)
    token = console.form(console.get(place))["token"]
    console.post(f"{place}/rehearse", token=token)
    console.post(f"{place}/launch", token=token)
    for _ in range(2):
        on_minute(shop.world.services, lambda: 900_000)
        shop.world.clock.advance(SECOND)
    (sale,) = shop.world.services.broadcasts.all_of(shop.advertiser.id)
    page = console.get(place)
    assert sale.state == "done" and "part en ce moment" in said(page) and "Mettre en pause" in said(page)
    assert 'hx-trigger="every 10s"' in page.text, "its last SMS are watched, at leisure"
    assert console.post(f"{place}/pause", token=token).status == 303
    assert "En pause : 0 était parti, 2 attendent" in said(console.get(place))
    assert console.post(f"{place}/resume", token=token).status == 303
    shop.world.services.halts.halt(Halt(scope_of(shop.advertiser.id, sale.id), 0, "service", "too_many_stops"))
    shop.world.clock.advance(10 * SECOND)
    page = console.get(place)
    assert "trop de personnes ont dit STOP" in said(page) and "Continuer" in said(page)
    assert console.post(f"{place}/resume", token=token).status == 303
    shop.world.services.halts.halt(Halt(shop.advertiser.id, 0, "operator", "halted"))
    shop.world.clock.advance(10 * SECOND)
    assert "Tous vos envois sont arrêtés" in said(console.get(place))


def test_what_is_wrong_with_a_plan_stands_beside_its_field(console: Browser, shop: Shop) -> None:
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    template(shop, "flash", "{{ brand }} : {{ link }}", journey="flash_sale")
    form = filled(console.get("flash-sales/new").text, "")
    assert dict(form)["link"] == f"{shop.site.origins[0]}/" and dict(form)["template"] == ""
    empty = console.submit("flash-sales/new", _with(form, name="Noël"))
    assert empty.status == 422 and "À qui – À remplir." in said(empty)
    wrong = console.submit("flash-sales/new", _with(form, name="Noël", template="flash", pace_per_minute="vite"))
    astray = console.submit(
        "flash-sales/new", _with(form, name="Noël", template="flash", segment="everybody", link="x")
    )
    assert astray.status == 422 and "Où mène son lien – Une adresse comme https://" in said(astray)
    assert wrong.status == 422 and "Écrivez un nombre." in said(wrong) and 'value="vite"' in wrong.text


def test_everybody_is_a_choice_that_makes_its_segment_once(console: Browser, shop: Shop) -> None:
    template(shop, "flash", "{{ brand }} : vente flash", journey="flash_sale")
    form = filled(console.get("flash-sales/new?template=flash").text, "")
    typed = _with(form, name="Tous", segment="everybody")
    for _ in range(2):
        made = console.submit("flash-sales/new", typed)
        assert made.status == 303
    (segment,) = shop.world.services.segments.all_of(shop.advertiser.id)
    page = console.get(made.headers["Location"].partition("?")[0].removeprefix("../"))
    assert segment.name == "Tous vos contacts" and "Son segment se remplit" in said(page)
    assert "Répéter" not in said(page).partition("Le plan")[0].replace("répéter", "") and "every 2s" in page.text


def test_above_the_limits_one_approves_and_another_launches(console: Browser, shop: Shop, api: Api) -> None:
    services = shop.world.services
    services.advertisers.save(replace(shop.advertiser, safeguards=Safeguards(approve_people=1)))
    shop.world.clock.advance(20 * SECOND)
    place = planned(console, shop)
    colleague = signed_in(api, shop, "rk_colleague")
    token, theirs = (one.form(one.get(place))["token"] for one in (console, colleague))
    console.post(f"{place}/rehearse", token=token)
    page = console.get(place)
    assert "Il faut être deux" in said(page) and f"{place}/launch" not in page.text
    refused = console.post(f"{place}/launch", token=token)
    assert refused.status == 409 and "une autre personne doit d’abord l’approuver" in said(refused)
    assert colleague.post(f"{place}/approve", token=theirs).status == 303
    page = colleague.get(place)
    assert "Vous l’avez approuvée" in said(page) and f"{place}/launch" not in page.text
    refused = colleague.post(f"{place}/launch", token=theirs)
    assert refused.status == 409 and "Vous l’avez approuvée vous-même" in said(refused)
    assert "Approuvée par" in said(console.get(place)) and f"{place}/launch" in console.get(place).text
    assert console.post(f"{place}/launch", token=token).status == 303


@pytest.mark.parametrize(
    ("state", "made", "sent", "fallen", "found"),
    [
        ("scheduled", 0, 0, 0, Progress(0, 10, 0)),
        ("running", 6, 3, 1, Progress(3, 6, 1)),
        ("paused", 6, 5, 1, Progress(5, 4, 1)),
        ("done", 12, 9, 1, Progress(9, 2, 1)),
        ("cancelled", 6, 5, 1, Progress(5, 0, 1)),
    ],
)
def test_each_sms_has_left_waits_or_never_leaves(
    state: str, made: int, sent: int, fallen: int, found: Progress
) -> None:
    sale = {"state": state, "made": made, "rehearsal": {"audience": 10}}
    stage = {"number": sent, "falls": [{"number": fallen}] if fallen else []}
    assert progress(sale, stage) == found

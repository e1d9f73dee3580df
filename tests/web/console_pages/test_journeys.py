"""Journeys in the console: a playbook is switched on, changed on its picture, rehearsed, started, stopped, approved."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from chalicelib.clock import SECOND
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.workers.background import on_minute
from tests.support.journeys import CAPPED, start, template
from tests.support.shop import PHONES, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.web.conftest import Answer, Api
from tests.web.console_browser import Browser, signed_in
from tests.web.filled_forms import changed, filled


@pytest.fixture
def ready(shop: Shop) -> Shop:
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    return shop


def switch_on(console: Browser, playbook: str) -> None:
    """As an advertiser does it: a draft."""
    page = console.get(f"journeys/switch-on/{playbook}")
    assert console.submit(f"journeys/switch-on/{playbook}", filled(page.text, "")).status == 303


def said(page: Answer) -> str:
    """What a page's main part says, in one line."""
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def state(shop: Shop, journey: str) -> tuple[str, int]:
    found = shop.world.services.journeys.get(shop.advertiser.id, journey)
    assert found is not None
    return found.state, found.version


def test_a_playbook_is_switched_on_with_its_answers(console: Browser, ready: Shop) -> None:
    ready.world.services.promo_pools.create(Pool("ten", ready.advertiser.id, "Dix", Benefit("share", percent=10)))
    assert "Panier abandonné" in said(console.get("journeys"))
    page = console.get("journeys/switch-on/abandoned_cart")
    assert "45 minutes après le panier laissé" in said(page) and "De vos 0 paniers" in said(page)
    pairs = filled(page.text, "")
    missing = console.submit("journeys/switch-on/abandoned_cart", changed(pairs, promo_pool="ten"))
    assert missing.status == 422 and "Choisissez une heure." in said(missing)
    done = console.submit("journeys/switch-on/abandoned_cart", changed(pairs, closing_hour="20", promo_pool="ten"))
    assert done.headers["Location"] == "../../journeys/abandoned_cart?told=switched_on"
    assert state(ready, "abandoned_cart") == ("draft", 1)
    page = console.get("journeys/abandoned_cart?told=switched_on")
    assert "entre 8 et 20 h" in said(page) and "Le parcours est à vous." in said(page)


def test_new_codes_are_made_where_there_are_none(
    console: Browser, ready: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.console_pages.switching_on.FIRST_CODES", 3)
    page = console.get("journeys/switch-on/cross_sell")
    done = console.submit(
        "journeys/switch-on/cross_sell", changed(filled(page.text, ""), percent="15", valid_for_h="48")
    )
    assert done.status == 303
    (pool,) = ready.world.services.promo_pools.all_of(ready.advertiser.id)
    assert (pool.benefit.percent, pool.valid_for_ms) == (15, 48 * 3_600_000)
    refused = console.submit("journeys/switch-on/cross_sell", changed(filled(page.text, ""), percent="200"))
    assert refused.status == 422 and "C’est trop." in said(refused)


@pytest.mark.parametrize("playbook", ["order_out_for_delivery", "review_request", "browse_abandonment", "onboarding"])
def test_a_box_that_is_saved_as_it_was_changes_nothing(console: Browser, ready: Shop, playbook: str) -> None:
    switch_on(console, playbook)
    before = ready.world.services.journeys.get(ready.advertiser.id, playbook)
    assert before is not None
    where = f"journeys/{playbook}/change"
    for box in ("begin", "step", "text", "end"):
        page = console.get(f"{where}?box={box}&at=0&text=0")
        saved = console.submit(where, [*filled(page.text, "change"), ("do", "save")])
        assert saved.status == 303, said(saved)
    assert state(ready, playbook) == (before.state, before.version), "no new version"


def test_a_step_is_changed_added_and_removed_on_the_picture(console: Browser, ready: Shop) -> None:
    switch_on(console, "order_shipped")
    where = "journeys/order_shipped/change"
    form = filled(console.get(f"{where}?box=step&at=0").text, "change")
    wrong = console.submit(where, [*changed(form, wait_minutes="bientôt"), ("do", "save")])
    assert wrong.status == 422 and "Écrivez un nombre." in said(wrong) and "bientôt" in wrong.text
    later = changed(form, wait_minutes="1,5", wait_minutes_unit="hours")
    assert console.submit(where, [*later, ("do", "save")]).status == 303
    assert "90 minutes après l’état" in said(console.get("journeys/order_shipped"))
    added = console.submit(where, [*later, ("do", "add-step")])
    assert added.headers["Location"] == "../../journeys/order_shipped/change?box=step&at=1&told=saved"
    picture = said(console.get("journeys/order_shipped"))
    assert "SMS 2" in picture and "1 jour après l’étape précédente" in picture
    form = filled(console.get(f"{where}?box=step&at=1").text, "change")
    assert console.submit(where, [*form, ("do", "remove")]).status == 303
    assert "SMS 2" not in said(console.get("journeys/order_shipped"))
    assert "90 minutes" in said(console.get("journeys/order_shipped/versions"))
    assert console.submit(where, [*form, ("do", "remove")]).status == 404, "it is gone already"


def test_two_texts_are_compared_and_one_is_kept(console: Browser, ready: Shop) -> None:
    switch_on(console, "order_complaint")
    where = "journeys/order_complaint/change"
    form = filled(console.get(f"{where}?box=step&at=0").text, "change")
    assert console.submit(where, [*form, ("do", "compare")]).status == 303
    assert "Variante b · 50 %" in said(console.get("journeys/order_complaint"))
    form = filled(console.get(f"{where}?box=step&at=0").text, "change")
    wrong = console.submit(where, [*changed(form, share_a="90"), ("do", "save")])
    assert wrong.status == 422 and "100" in said(wrong)
    assert console.submit(where, [*form, ("do", "keep:b")]).status == 303
    assert "Variante" not in said(console.get("journeys/order_complaint"))


def test_a_text_is_added_before_another_with_its_condition(console: Browser, ready: Shop) -> None:
    switch_on(console, "order_complaint")
    where = "journeys/order_complaint/change"
    page = console.get(f"{where}?box=new-text&at=0&text=0")
    form = filled(page.text, "change")
    more = console.submit(where, [*form, ("do", "row")])
    assert more.status == 200 and more.text.count('name="when.fact"') == 2 and state(ready, "order_complaint")[1] == 1
    form = [
        (name, {"when.fact": "order.value", "when.op": "more_than", "when.value": "80"}.get(name, value))
        for name, value in form
    ]
    assert console.submit(where, [*form, ("do", "save")]).status == 303
    assert "montant de la commande : plus de 80" in said(console.get("journeys/order_complaint"))
    without = [(name, "" if name == "when.fact" else value) for name, value in form]
    assert console.submit(where, [*without, ("do", "save")]).status == 422, "nothing would lead to the text behind it"


def test_it_is_rehearsed_started_and_stopped(console: Browser, ready: Shop) -> None:
    switch_on(console, "order_shipped")
    assert "Pas encore répété." in said(console.get("journeys/order_shipped/rehearsal"))
    token = console.form(console.get("journeys/order_shipped"))["token"]
    assert console.post("journeys/order_shipped/rehearsal", token=token).status == 303
    rehearsed = said(console.get("journeys/order_shipped/rehearsal"))
    assert "0 contacts regardés sur 0" in rehearsed and "Démarrer" in rehearsed
    assert console.post("journeys/order_shipped/start", token=token).headers["Location"].endswith("?told=started")
    assert "Démarrer" not in said(console.get("journeys/order_shipped/rehearsal"))
    assert state(ready, "order_shipped")[0] == "live"
    assert "Qui est déjà dans le parcours" in said(console.get("journeys/order_shipped/change?box=end"))
    assert console.post("journeys/order_shipped/stop", token=token).status == 303
    assert state(ready, "order_shipped")[0] == "stopped"


def test_a_large_base_is_rehearsed_in_the_background_and_the_page_follows(
    console: Browser, ready: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.console_pages.journey_rehearsal.AT_ONCE", 1)
    services = ready.world.services
    services.rosters.add((ready.advertiser.id, ready.contact(phone)) for phone in PHONES[1:4])
    switch_on(console, "order_shipped")
    token = console.form(console.get("journeys/order_shipped"))["token"]
    assert console.post("journeys/order_shipped/rehearsal", token=token).status == 303
    page = console.get("journeys/order_shipped/rehearsal")
    assert "En cours" in said(page) and 'hx-trigger="every 2s"' in page.text
    on_minute(services, lambda: 900_000)
    page = console.get("journeys/order_shipped/rehearsal")
    assert "3 contacts regardés" in said(page) and "hx-trigger" not in page.text


def test_above_a_limit_another_person_has_to_approve(console: Browser, api: Api, ready: Shop, stream: Stream) -> None:
    services, journey = ready.world.services, "journeys/cart"
    services.advertisers.save(replace(ready.advertiser, safeguards=Safeguards(approve_people=0)))
    template(ready, "question", "{{ brand }} : une question ? {{ link }}")
    template(ready, "reminder", "{{ brand }} : votre panier {{ link }}")
    ready.contact(PHONES[1])
    stream.follow()
    ready.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(PHONES[1])})
    stream.follow()
    ready.world.clock.advance(11 * SECOND)
    start(ready, "cart", CAPPED, state="draft")
    token = console.form(console.get(journey))["token"]
    refused = console.post(f"{journey}/start", token=token)
    assert refused.status == 409 and "Répétez-le d’abord" in said(refused)
    assert console.post(f"{journey}/rehearsal", token=token).status == 303
    assert console.post(f"{journey}/start", token=token).headers["Location"].endswith("?told=asked")
    page = console.get(journey)
    assert "Vous l’avez demandé" in said(page) and "Approuver et démarrer" not in said(page)
    refused = console.post(f"{journey}/approve", token=token)
    assert refused.status == 409 and "une autre personne doit approuver" in said(refused)
    second = signed_in(api, ready, "rk_second")
    page = second.get(journey)
    assert "Approuver et démarrer" in said(page)
    assert second.post(f"{journey}/approve", token=second.form(page)["token"]).status == 303
    assert state(ready, "cart")[0] == "live"


def test_who_only_reads_sees_the_picture_and_changes_nothing(console: Browser, api: Api, ready: Shop) -> None:
    switch_on(console, "order_shipped")
    ready.world.services.admin_keys.grant("rk_reads", ready.advertiser.id, "reader")
    reader = Browser(api)
    assert reader.post("/console", key="rk_reads").status == 303
    page = reader.get("journeys/order_shipped")
    assert page.status == 200 and "Changer" not in said(page) and "Démarrer" not in said(page)
    token = reader.form(page)["token"]
    assert reader.post("journeys/order_shipped/start", token=token).status == 403
    assert state(ready, "order_shipped")[0] == "draft"


def test_another_advertisers_journey_is_not_there(console: Browser, ready: Shop) -> None:
    assert console.get("journeys/not_mine").status == 404
    assert console.get("journeys/order_shipped/nothing").status == 404


def test_a_condition_names_a_segment_of_the_shops_by_its_name(console: Browser, ready: Shop) -> None:
    segment = ready.world.services.segment_desk.create(ready.advertiser.id, "Amis", None).id
    switch_on(console, "order_shipped")
    page = console.get("journeys/order_shipped/change?box=step&at=0")
    assert "Est dans « Amis »" in said(page) and "N’est pas dans « Amis »" in said(page)
    asked = [
        (name, f"segments.in=not:{segment}" if name == "when.fact" else value)
        for name, value in filled(page.text, "change")
    ]
    assert console.submit("journeys/order_shipped/change", asked).status == 303
    assert "Est dans le segment : pas Amis" in said(console.get("journeys/order_shipped"))
    again = console.get("journeys/order_shipped/change?box=step&at=0").text
    assert f'value="segments.in=not:{segment}" class="alone" selected' in again

"""A flash sale in the console: planned, rehearsed, launched, watched, paused, cancelled."""

from __future__ import annotations

from tests.support.journeys import template
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.web.console_browser import Browser
from tests.web.console_pages.test_journeys import said
from tests.web.filled_forms import filled


def test_it_is_planned_rehearsed_launched_paused_and_cancelled(console: Browser, shop: Shop) -> None:
    services = shop.world.services
    services.sender_book.register_default(shop.advertiser, verified=True)
    template(shop, "flash", "{{ brand }} : vente flash", journey="flash_sale")
    segment = services.segment_desk.create(shop.advertiser.id, "Amis", None)
    people = [shop.contact(CAMILLE), shop.contact(MALIK, marketing=None)]
    services.members.add(shop.advertiser.id, segment.id, people)
    form = filled(console.get(f"flash-sales/new?segment={segment.id}").text, "")
    typed = [(name, {"name": "Noël", "pace_per_minute": "vite"}.get(name, value)) for name, value in form]
    wrong = console.submit("flash-sales/new", typed)
    assert wrong.status == 422 and "Écrivez un nombre." in said(wrong) and 'value="vite"' in wrong.text
    typed = [(name, "60" if name == "pace_per_minute" else value) for name, value in typed]
    (place,) = [console.submit("flash-sales/new", typed).headers["Location"].partition("?")[0].removeprefix("../")]
    assert "Répéter sans rien envoyer" in said(console.get(place))
    token = console.form(console.get(place))["token"]
    refused = console.post(f"{place}/launch", token=token)
    assert refused.status == 409 and "Répétez-la d’abord" in said(refused)
    assert console.post(f"{place}/rehearse", token=token).status == 303
    foreseen = said(console.get(place))
    assert "SMS qui partiraient 1" in foreseen and "n’a pas accepté vos SMS publicitaires" in foreseen
    assert console.post(f"{place}/launch", token=token).status == 303
    page = console.get(place)
    assert 'hx-trigger="every 2s"' in page.text and "Prévus 2" in said(page)
    assert "<html" not in console.get(f"{place}/live").text
    assert console.post(f"{place}/pause", token=token).status == 303
    assert "en pause" in said(console.get(place)) and "Continuer" in said(console.get(place))
    assert "comme prévu" in said(console.get(f"{place}/differences"))
    assert console.post(f"{place}/resume", token=token).status == 303
    assert console.post(f"{place}/cancel", token=token).status == 303
    assert "Noël" in said(console.get("flash-sales"))

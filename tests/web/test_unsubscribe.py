"""The way out in each SMS (P5): a GET asks, the POST unsubscribes."""

from __future__ import annotations

from tests.support.shop import Shop
from tests.web.conftest import Api


def sent_code(shop: Shop) -> str:
    shop.contact()
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    return shop.stored(message).code or ""


def test_looking_at_the_page_changes_nothing(api: Api, shop: Shop) -> None:
    code = sent_code(shop)
    before = shop.world.items()
    answer = api.ask("GET", f"/u/{code}")
    assert answer.status == 200 and "Lumen" in answer.text
    assert shop.world.items() == before


def test_after_the_unsubscription_what_is_queued_is_refused(api: Api, shop: Shop) -> None:
    code, queued = sent_code(shop), shop.message()

    assert api.ask("POST", f"/u/{code}", {"yes": "1"}, form=True).status == 200

    assert shop.world.services.dispatch.send(queued.id, queued.version) == "refused"
    assert shop.stored(queued).reason == "opposed"


def test_unsubscribing_twice_is_once(api: Api, shop: Shop) -> None:
    code = sent_code(shop)
    for _ in range(2):
        assert api.ask("POST", f"/u/{code}", {"yes": "1"}, form=True).status == 200
    assert shop.world.counts(shop.advertiser.id)["opposed.unsubscribe"] == 1


def test_an_unknown_code_unsubscribes_nobody(api: Api, shop: Shop) -> None:
    sent_code(shop)
    assert api.ask("POST", "/u/bbbbbbbbbb", {"yes": "1"}, form=True).status == 404
    assert api.ask("POST", "/u/..", {"yes": "1"}, form=True).status == 404
    assert "opposed" not in str(shop.world.of_type("ledger"))

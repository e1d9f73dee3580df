"""Suggested texts by the admin API: checked, never saved, and nothing of anybody in what is asked."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import ModelUnavailable
from chalicelib.wiring import services
from tests.messaging.test_suggesting import Scripted
from tests.support.shop import Shop
from tests.web.conftest import Api

GOOD = "{{ brand }} : votre {{ product }} est toujours là {{ link }}"
BAD = "{{ brand }} : -20 % aujourd'hui seulement {{ link }}"


@pytest.fixture
def model(api: Api) -> Scripted:
    scripted = Scripted(f"{GOOD}\n{BAD}")
    services().text_model = scripted
    return scripted


@pytest.fixture
def path(shop: Shop, api: Api) -> str:
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    return f"/v1/advertisers/{shop.advertiser.id}/templates"


def own(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    return api.with_key("rk_own")


def test_candidates_come_with_what_is_found_of_them_and_none_is_saved(
    api: Api, shop: Shop, path: str, model: Scripted
) -> None:
    found = own(api, shop).ask("POST", f"{path}/suggest", {"journey": "cart", "tone": "warm", "product": "Lampe"})
    assert found.status == 200, found.json
    good, bad = found.json["candidates"]
    assert (good["text"], good["usable"], good["sms"]["parts"]) == (GOOD, True, 1)
    assert (bad["usable"], bad["findings"][0]["rule"]) == (False, "invented_offer")
    assert api.with_key("rk_own").ask("GET", path).json["templates"] == []


def test_without_a_model_the_answer_is_a_clear_problem(api: Api, shop: Shop, path: str) -> None:
    answer = own(api, shop).ask("POST", f"{path}/suggest", {})
    assert (answer.status, answer.json["title"]) == (501, "This stage is not set up for that")
    assert "TEXT_MODEL" in answer.json["detail"]


def test_a_model_that_does_not_answer_is_said(api: Api, shop: Shop, path: str, model: Any) -> None:
    def fail(*_: str) -> str:
        raise ModelUnavailable("ThrottlingException")

    model.write = fail
    assert own(api, shop).ask("POST", f"{path}/suggest", {}).status == 503


def test_nothing_of_anybody_is_asked(api: Api, shop: Shop, path: str, model: Scripted) -> None:
    """Contacts of the base, and what a page's address or a thing's name lets slip."""
    shop.contact(email="camille.martin@example.fr", first_name="Camille")
    page = "https://shop.example/lampe?email=camille.martin%40example.fr&color=red"
    body = {"product": "Lampe pour camille.martin@example.fr 06 39 98 00 01", "page": page}
    assert own(api, shop).ask("POST", f"{path}/suggest", body).status == 200
    asked = "\n".join(model.asked[0]).lower()
    for secret in ("camille", "martin", "0639980001", "06 39 98", "@"):
        assert secret not in asked, secret
    assert "color=red" in asked


def test_who_asks_reaches_the_advertiser(api: Api, shop: Shop, path: str, model: Scripted) -> None:
    assert own(api, shop).ask("POST", "/v1/advertisers/adv_other/templates/suggest", {}).status in (403, 404)
    assert own(api, shop).ask("POST", f"{path}/suggest", {"journey": "spam"}).status == 422
    assert model.asked == []

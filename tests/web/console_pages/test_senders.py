"""Senders in the console: registered by the advertiser, verified by the operator, taken off."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in
from tests.web.console_pages.test_caps import words


def token(console: Browser) -> str:
    return str(re.findall(r'name="token" value="([^"]+)"', console.get("senders").text)[0])


def test_a_sender_waits_for_the_operator_and_is_verified_by_it(console: Browser, api: Api, shop: Shop) -> None:
    page = words(console.get("senders"))
    assert shop.advertiser.sender in page and "habituel" in page
    done = console.post("senders", token=token(console), value="LUMEN", country="FR", stop_number="36111")
    assert done.headers["Location"].endswith("senders?told=registered")
    page = words(console.get("senders"))
    assert "LUMEN attend d’être vérifié" in page and "STOP au 36111" in page and "On ne peut pas y répondre" in page
    verify = {"token": token(console), "value": "LUMEN", "country": "FR", "stop_number": "36111"}
    assert console.post("senders/verify", **verify).status == 403
    operator = signed_in(api, shop, "rk_op", scope="operator", advertiser=shop.advertiser.id)
    assert operator.post("senders/verify", **verify | {"token": token(operator)}).status == 303
    assert "LUMEN vérifié" in words(console.get("senders"))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "Écrivez l’expéditeur"),
        ("Promo", "n’importe qui"),
        ("0639980001", "ne prend pas ce numéro"),
        ("Maison !", "que des lettres sans accent"),
        ("MAISONLUMENPARIS", "Un nom a 11 lettres"),
    ],
)
def test_what_a_country_does_not_take_is_said_beside_the_field(console: Browser, value: str, told: str) -> None:
    page = console.post("senders", token=token(console), value=value, country="FR")
    assert (
        page.status == 422
        and told in re.findall(r'id="value-error">([^<]*)<', page.text)[0]
        and f'value="{value}"' in page.text
    )


def test_a_sender_is_taken_off_but_the_usual_one(console: Browser, shop: Shop) -> None:
    shop.world.services.sender_book.register(shop.advertiser, "FR", "LUMEN", verified=False)
    gone = console.post("senders/remove", token=token(console), value="LUMEN", country="FR")
    assert gone.status == 303 and "LUMEN" not in words(console.get("senders"))
    kept = console.post("senders/remove", token=token(console), value=shop.advertiser.sender, country="FR")
    assert kept.status == 409 and "expéditeur habituel" in words(kept)

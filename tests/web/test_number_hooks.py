"""`/hooks/smsapi/numbers`: results that come after the look-up, from whoever was given its reference."""

from __future__ import annotations

import pytest

from tests.support.shop import CAMILLE, Shop
from tests.web.conftest import Api

HOOK = "/hooks/smsapi/numbers"
REFERENCE = "0123456789abcdef0123456789abcdef"
FAR = 4_000_000_000_000


@pytest.fixture
def asked(shop: Shop) -> dict[str, str]:
    """A contact whose number was asked for, and what SMSAPI tells of it."""
    shop.contact()

    shop.world.services.number_checker._checks.expect(REFERENCE, shop.advertiser.id, FAR)
    return {"number": CAMILLE[1:], "idx": REFERENCE, "status": "FAIL", "info": "Unknown Subscriber"}


def statuses(shop: Shop) -> list[str]:
    return [item["status"] for item in shop.world.of_type("number_check")]


def test_a_result_in_the_address_or_in_a_form_is_taken(api: Api, shop: Shop, asked: dict[str, str]) -> None:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = api.ask("GET", f"{HOOK}?{query.replace(' ', '%20')}")
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "OK", "text/plain")
    assert statuses(shop) == ["invalid"]
    assert api.ask("POST", HOOK, asked | {"status": "OK"}, form=True).text == "OK"
    assert statuses(shop) == ["reachable"]


@pytest.mark.parametrize(
    ("changed", "status"), [({"idx": "1" * 32}, 403), ({"idx": ""}, 422), ({"number": "Camille"}, 422)]
)
def test_whatever_else_comes_changes_nothing_and_names_nobody(
    api: Api, shop: Shop, asked: dict[str, str], changed: dict[str, str], status: int
) -> None:
    answer = api.ask("POST", HOOK, asked | changed, form=True)
    assert (answer.status, statuses(shop)) == (status, [])
    assert CAMILLE[1:] not in answer.text


def test_other_providers_have_no_such_address(api: Api, asked: dict[str, str]) -> None:
    assert api.ask("POST", "/hooks/twilio/numbers", asked, form=True).status == 404

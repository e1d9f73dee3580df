"""`relance person`: a person's rights from the operator's desk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.ledger import EVERYONE
from chalicelib.wiring import Services
from cli import people
from tests.support.shop import CAMILLE, MALIK, Shop

NATIONAL = "06 39 98 00 01"


@dataclass
class Desk:
    """A stage at hand."""

    world: Any

    def services(self) -> Services:
        services: Services = self.world.services
        return services


@pytest.fixture(autouse=True)
def desk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "the_stage", lambda: Desk(shop.world))
    monkeypatch.setattr(people, "demo_state", lambda: {"advertiser": shop.advertiser.id})


def run(*words: str, says: str = "") -> Result:
    return CliRunner().invoke(people.app, list(words), input=says)


def test_show_names_bases_consents_and_oppositions(shop: Shop) -> None:
    person = shop.contact()
    shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,))
    told = json.loads(run("show", NATIONAL, "--json").output)
    assert told["person"] == person
    assert set(told["bases"]) == {shop.advertiser.id, PARTNER}
    assert "sms_marketing: given" in run("show", CAMILLE).output
    assert "not a contact" in run("show", MALIK).output


def test_export_is_json_with_and_without_the_option(shop: Shop) -> None:
    shop.contact(email="camille@example.com")
    for words in (("export", NATIONAL), ("export", NATIONAL, "--json")):
        assert json.loads(run(*words).output)["bases"][0]["profile"]["email"] == "camille@example.com"
    assert run("export", MALIK).exit_code == 1


def test_who_has_only_written_is_given_out_and_erased(shop: Shop) -> None:
    services = shop.world.services
    assert services.keyword_numbers.assign(KeywordNumber("36123", shop.advertiser.id, "v1", "hash"))
    services.inbound.receive(InboundText("t-1", MALIK, "36123", "Vous ouvrez quand ?"))
    (told,) = json.loads(run("export", MALIK).output)["bases"]
    assert [one["text"] for one in told["conversations"][0]["texts"]] == ["Vous ouvrez quand ?"]
    assert run("erase", MALIK, "--yes").exit_code == 0
    assert shop.world.of_type("thread") == []
    assert run("export", MALIK).exit_code == run("erase", MALIK, "--yes").exit_code == 1


def test_erase_asks_and_takes_no_for_an_answer(shop: Shop) -> None:
    shop.contact()
    shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,))
    assert run("erase", NATIONAL, says="n\n").exit_code == 1
    assert len(shop.world.of_type("contact")) == 2
    assert run("erase", NATIONAL, "--base", PARTNER, "--yes").exit_code == 0
    assert [item["base"] for item in shop.world.of_type("contact")] == [shop.advertiser.id]
    assert run("erase", NATIONAL, says="y\n").exit_code == 0
    assert shop.world.of_type("contact") == []
    assert run("erase", NATIONAL, "--yes").exit_code == 1


def test_object_holds_for_one_or_for_everyone(shop: Shop) -> None:
    person = shop.world.services.vault.person(MALIK)
    assert json.loads(run("object", MALIK, "--base", shop.advertiser.id, "--json").output)["new"] is True
    assert set(shop.world.services.ledgers.get(person).opposed) == {shop.advertiser.id}
    assert run("object", MALIK).exit_code == 0
    assert EVERYONE in shop.world.services.ledgers.get(person).opposed
    assert run("object", MALIK, "--base", "adv_nobody").exit_code == 1


def test_what_is_no_mobile_is_refused() -> None:
    for command in ("show", "export", "erase", "object"):
        assert run(command, "hello").exit_code == 1

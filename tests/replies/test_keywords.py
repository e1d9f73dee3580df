"""The opt-in by text: what agrees, what does not, and who may come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, MINUTE
from chalicelib.replies.keywords import opt_in_word
from chalicelib.sms_providers.contract import InboundText, Sms
from chalicelib.storage.contacts import Contact
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.ledger import EVERYONE
from tests.support.shop import CAMILLE, Shop, open_shop

NUMBER = "36124"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    assert shop.world.services.keyword_numbers.assign(KeywordNumber(NUMBER, shop.advertiser.id, "poster-1", "a" * 64))
    return shop


def text(shop: Shop, words: str, text_id: str = "text-1", to: str = NUMBER) -> str | None:
    course = shop.world.services.inbound.receive(InboundText(text_id, CAMILLE, to, words))
    shop.world.work()
    return course.reason if course else None


def half_done(shop: Shop, text_id: str) -> None:
    """A text that was heard, by a worker that then died."""
    inbound, now = shop.world.services.inbound, shop.world.clock.now()
    name = inbound.text_id(InboundText(text_id, CAMILLE, NUMBER, ""))
    shop.world.services.heard_texts.heard(name, now, now)


def contact(shop: Shop) -> Contact | None:
    return shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))


def is_opposed(shop: Shop) -> bool:
    ledger = shop.world.services.ledgers.get(shop.world.services.vault.person(CAMILLE))
    return ledger.opposition(shop.advertiser.id) is not None


def answers(shop: Shop) -> list[str]:
    return [sms.text for sms in shop.world.provider.sent]


@pytest.mark.parametrize(
    "words",
    [
        "OUI",
        "oui",
        "Oui !",
        "«oui»",
        '"OUI"',
        "“Oui”",
        "ouì",
        "ＯＵＩ",
        "oui 👍🏽",
        "Oui ❤️",
        " oui\n",
        "Bonjour, oui merci",
        "OUI 36124",
        "oui au 36124",
        "oui oui",
        "oui, ok",
        "_oui_",
    ],
)
def test_a_yes_in_each_of_its_dresses(words: str) -> None:
    assert opt_in_word(words) == "OUI"


@pytest.mark.parametrize("words", ["OK", "ok", "Ok.", "Ok merci", "ok 👌", "'ok'", "OK!!!"])
def test_an_ok_is_one_too(words: str) -> None:
    assert opt_in_word(words) == "OK"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "👍",
        "merci",
        "ok mais arrêtez",
        "oui mais non",
        "OUI STOP",
        "ok stop",
        "pas ok",
        "non",
        "oui ?",
        "OK？",
        "oui 👎",
        "ok 🖕",
        "Louis",
        "okay pas du tout",
        "j'ai dit oui à ma sœur",
        "book",
        "o u i",
        "oui 2",
        "oui start",
        "STOP",
        "oui" * 40,
    ],
)
def test_what_is_more_than_a_yes_is_none(words: str) -> None:
    assert opt_in_word(words) is None


@given(st.text(max_size=80))
def test_a_text_with_any_other_word_agrees_to_nothing(words: str) -> None:
    assert opt_in_word(f"oui {words} arrêtez") is None
    assert opt_in_word(f"{words} stop ok") is None


def test_a_yes_opts_in_to_sms_and_to_nothing_else(shop: Shop) -> None:
    assert text(shop, "Oui merci !")
    known = contact(shop)
    assert known
    assert set(known.consents) == {"sms_marketing"}
    consent = known.consents["sms_marketing"]
    assert (consent.given, consent.source, consent.wording, consent.wording_hash) == (
        True,
        "keyword",
        "poster-1",
        "a" * 64,
    )
    counts = shop.world.counts(shop.advertiser.id)
    assert (counts["keyword.added"], counts["reply.opt_in"], counts["answer.keyword"]) == (1, 1, 1)


def test_the_confirmation_names_the_brand_what_was_agreed_and_the_way_out(shop: Shop) -> None:
    text(shop, "OUI")
    (sms,) = shop.world.provider.sent
    assert (sms.to, sms.sender) == (CAMILLE, NUMBER)
    assert sms.text.startswith("Lumen:")
    assert "SMS commerciaux" in sms.text
    assert f"STOP au {NUMBER}" in sms.text


def test_a_text_that_is_reported_twice_is_one(shop: Shop) -> None:
    text(shop, "OUI")
    before = shop.world.items()
    shop.world.clock.advance(MINUTE)
    assert text(shop, "OUI") is None
    assert shop.world.items() == before
    assert len(answers(shop)) == 1


def test_one_confirmation_a_day(shop: Shop) -> None:
    text(shop, "OUI", "text-1")
    text(shop, "OK", "text-2")
    assert len(answers(shop)) == 1
    shop.world.clock.advance(DAY)
    text(shop, "OUI", "text-3")
    assert len(answers(shop)) == 2


def test_a_confirmation_whose_outcome_is_unknown_is_not_sent_again(shop: Shop) -> None:
    def fail(sms: Sms) -> None:
        raise TimeoutError

    shop.world.provider.after = fail
    assert text(shop, "OUI", "text-1")
    text(shop, "OUI", "text-1")
    text(shop, "OUI", "text-2")
    assert len(answers(shop)) == 1
    assert contact(shop)


@pytest.mark.parametrize("to", ["36123", "36125", "Lumen36124", "", "+36124999"])
def test_a_yes_to_another_number_is_none(shop: Shop, to: str) -> None:
    assert text(shop, "OUI", to=to) == "unknown_number"
    assert contact(shop) is None
    assert answers(shop) == []


def test_after_a_stop_a_yes_only_tells_the_way_back(shop: Shop) -> None:
    text(shop, "STOP", "text-1")
    assert text(shop, "OUI", "text-2") == "opt_in"
    assert contact(shop) is None
    assert is_opposed(shop)
    confirmed, told = answers(shop)
    assert "STOP" not in confirmed
    assert "START" in told and NUMBER in told


@pytest.mark.parametrize("word", ["START", "start", "Start !", "START au 36124"])
def test_after_a_stop_start_brings_back_to_this_advertiser_only(shop: Shop, word: str) -> None:
    other = open_shop(shop.world)
    text(shop, "STOP TOUT", "text-1")
    shop.world.clock.advance(MINUTE)
    assert text(shop, word, "text-2")
    known = contact(shop)
    assert known and known.consents["sms_marketing"].given
    assert not is_opposed(shop)
    ledger = shop.world.services.ledgers.get(known.person)
    assert ledger.opposition(other.advertiser.id) == ledger.opposed[EVERYONE]
    assert shop.world.services.consent_verifier.verify_contact(known) == []


def test_a_start_that_is_reported_again_does_not_undo_a_later_stop(shop: Shop) -> None:
    text(shop, "START", "text-1")
    shop.world.clock.advance(MINUTE)
    text(shop, "STOP", "text-2")
    shop.world.clock.advance(MINUTE)
    text(shop, "START", "text-1")
    assert is_opposed(shop)


def test_nor_does_one_that_was_only_half_done(shop: Shop) -> None:
    half_done(shop, "text-1")
    shop.world.clock.advance(MINUTE)
    text(shop, "STOP", "text-2")
    shop.world.clock.advance(MINUTE)
    text(shop, "START", "text-1")
    assert is_opposed(shop)
    assert len(answers(shop)) == 1, "of the STOP, and nothing else"


def test_a_withdrawal_since_then_holds_when_the_yes_is_reported_again(shop: Shop) -> None:
    half_done(shop, "text-1")
    shop.world.clock.advance(MINUTE)
    no = Statement({"sms_marketing": False}, shop.world.clock.now(), "preferences")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE), no))
    text(shop, "OUI", "text-1")
    known = contact(shop)
    assert known and not known.consents["sms_marketing"].given


def test_a_stop_to_a_keyword_number_is_its_advertisers_alone(shop: Shop) -> None:
    other = open_shop(shop.world)
    other.contact()
    message = other.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    text(shop, "OUI", "text-1")
    text(shop, "STOP", "text-2")
    ledger = shop.world.services.ledgers.get(shop.world.services.vault.person(CAMILLE))
    assert set(ledger.opposed) == {shop.advertiser.id}


def test_a_number_is_one_advertisers(shop: Shop) -> None:
    numbers, other = shop.world.services.keyword_numbers, open_shop(shop.world)
    assert not numbers.assign(KeywordNumber(NUMBER, other.advertiser.id, "w", "b" * 64))
    assert numbers.assign(KeywordNumber("33199000010", shop.advertiser.id, "w", "b" * 64))
    assert numbers.get(NUMBER) is None
    found = numbers.get("+33199000010")
    assert found and found.sender == "+33199000010"
    assert numbers.get("0033199000010") == found
    assert numbers.assign(KeywordNumber(NUMBER, other.advertiser.id, "w", "b" * 64))


def test_nobody_is_named(shop: Shop) -> None:
    text(shop, "OUI")
    assert CAMILLE[1:] not in str(shop.world.items())

"""Conversations that are answered by themselves, on a moved clock: reviews, problems, orders."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.automatic_answers import AnswerSettings
from chalicelib.storage.messages import Message
from chalicelib.storage.templates import Language
from chalicelib.storage.threads import Thread
from tests.support.journeys import pass_time, switch_on, texts
from tests.support.orders import became, buyer, tell
from tests.support.shop import CAMILLE, PHONES, Shop, hashed
from tests.support.stream import Stream

HAPPY: dict[Language, str] = {"fr": "Super, ravie !", "en": "Great, I love it!"}


def writes(shop: Shop, text: str, name: str, *, phone: str = CAMILLE, late: int = 0) -> None:
    """A text from a phone, and what leaves by it."""
    at = shop.world.clock.now() - late
    shop.world.services.inbound.receive(InboundText(name, phone, "36123", text, at=at))
    shop.world.work()


def thread(shop: Shop, phone: str = CAMILLE) -> Thread:
    services = shop.world.services
    found = services.threads.get(shop.advertiser.id, services.vault.person(phone))
    assert found is not None
    return found


def counted(shop: Shop) -> dict[str, int]:
    return {
        name: number
        for name, number in shop.world.counts(shop.advertiser.id).items()
        if name.startswith("answer.") and name != "answer.answer"
    }


def asked_for_a_review(shop: Shop, stream: Stream, language: Language = "fr") -> None:
    switch_on(shop, "review_request", language)
    shop.contact()
    tell(shop, stream, "delivered")
    pass_time(shop, 5 * DAY)
    assert len(texts(shop)) == 1


def review_of(shop: Shop) -> Message:
    return next(m for item in shop.world.of_type("message") if (m := shop.stored(item["id"])).journey == "review")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_is_happy_gets_the_review_link_again_and_thanks_once(
    shop: Shop, stream: Stream, language: Language
) -> None:
    asked_for_a_review(shop, stream, language)
    writes(shop, HAPPY[language], "t1")
    _, thanks = texts(shop)
    begins = {"fr": "Lumen : merci beaucoup pour votre retour !", "en": "Lumen: thank you very much!"}
    assert thanks.startswith(begins[language])
    asked, again = sorted(shop.world.links(), key=lambda link: link.code in thanks)
    assert (again.target, again.code in thanks) == (asked.target, True)
    writes(shop, "merci beaucoup", "t2")
    writes(shop, HAPPY[language], "t1")
    pass_time(shop, DAY)
    writes(shop, HAPPY[language], "t3")
    pass_time(shop, DAY)
    assert len(texts(shop)) == 2  # The follow-up of the playbook is what was said already.
    assert counted(shop) == {"answer.thanks": 1, "answer.not.thanked_before": 2}
    assert thread(shop).flags == frozenset()


@pytest.mark.parametrize(("said", "sent"), [("fr", 2), ("en", 2), ("Ma lampe est arrivée cassée", 1), ("Bof", 1)])
def test_the_follow_up_of_a_review_goes_after_a_positive_reply_alone(
    shop: Shop, stream: Stream, said: Any, sent: int
) -> None:
    """Where nothing is answered by itself; by what was written, through the front door."""
    language: Language = "en" if said == "en" else "fr"
    asked_for_a_review(shop, stream, language)
    shop.world.services.automatic_answers.save_settings(shop.advertiser.id, AnswerSettings(frozenset()))
    writes(shop, HAPPY.get(said, said), "t1")
    for _ in range(3):
        pass_time(shop, DAY)
    assert len(texts(shop)) == sent


def test_a_problem_is_read_by_a_person_with_the_same_link_and_no_marketing_meanwhile(
    shop: Shop, stream: Stream
) -> None:
    asked_for_a_review(shop, stream)
    writes(shop, "Ma lampe est arrivée cassée", "t1")
    _, sorry = texts(shop)
    assert "Une personne lit votre message" in sorry
    links = shop.world.links()
    assert len({link.target for link in links}) == 1 and len(links) == 2
    found = thread(shop)
    assert (found.state, found.flags) == ("waiting", frozenset({"problem"}))
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.ledgers.get(person).held[shop.advertiser.id].why == "problem"
    shop.world.services.conversation_desk.turn(shop.advertiser.id, found.id, "closed")
    assert not shop.world.services.ledgers.get(person).held


def test_thanks_wait_for_the_morning_and_a_status_does_not(shop: Shop, stream: Stream) -> None:
    asked_for_a_review(shop, stream)
    became(shop, stream, "shipped", order="1043", tracking_url="https://carrier.example/1043")
    shop.world.clock.advance(12 * HOUR)  # 23:00 in Paris.
    writes(shop, HAPPY["fr"], "t1")
    assert len(texts(shop)) == 1
    writes(shop, "où est ma commande ?", "t2")
    assert texts(shop)[1].startswith("Lumen : Votre commande 1043 est partie le 07/03. Suivi : https://r.example/")
    pass_time(shop, 9 * HOUR)
    assert len(texts(shop)) == 3


def test_an_order_is_told_of_at_once_and_five_times_a_day(shop: Shop, stream: Stream) -> None:
    buyer(shop)
    switch_on(shop, "order_shipped")
    became(shop, stream, "paid", "shipped")
    shop.world.work()
    assert len(texts(shop)) == 1
    for number in range(6):
        writes(shop, "où est ma commande ?", f"t{number}")
    assert texts(shop)[1:] == ["Lumen : Votre commande 1042 est partie le 02/03."] * 5
    assert counted(shop) == {"answer.status": 5, "answer.not.had_five_today": 1}
    assert thread(shop).state == "waiting"


def test_an_order_of_somebody_else_is_never_told_of(shop: Shop, stream: Stream) -> None:
    shop.contact()
    buyer(shop, "2001", PHONES[7])
    became(shop, stream, "shipped", order="2001", ids={"phone_sha256": hashed(PHONES[7])})
    asked_for_a_review(shop, stream)
    writes(shop, "où est ma commande 2001 ?", "t1")
    assert "2001" not in texts(shop)[-1]
    assert texts(shop)[-1].startswith("Lumen : nous cherchons votre commande, et une personne vous répond.")
    assert thread(shop).state == "waiting"


def test_a_text_that_came_late_is_for_a_person(shop: Shop, stream: Stream) -> None:
    asked_for_a_review(shop, stream)
    pass_time(shop, 8 * HOUR)
    writes(shop, "Super, ravie, elle éclaire tout le salon !", "t1", late=7 * HOUR)
    assert len(texts(shop)) == 1
    assert (counted(shop), thread(shop).state) == ({"answer.not.late": 1}, "waiting")


def test_a_problem_does_not_hide_a_doubt(shop: Shop, stream: Stream) -> None:
    asked_for_a_review(shop, stream)
    writes(shop, "STOP ?", "t1")
    writes(shop, "Mon colis est arrivé cassé", "t2")
    assert len(texts(shop)) == 1


def test_nothing_is_said_after_a_stop_nor_while_one_is_doubted(shop: Shop, stream: Stream) -> None:
    asked_for_a_review(shop, stream)
    writes(shop, "STOP ?", "t1")
    writes(shop, HAPPY["fr"], "t2")
    assert len(texts(shop)) == 1
    writes(shop, "STOP", "t3")
    sent = len(texts(shop))
    writes(shop, HAPPY["fr"], "t4")
    pass_time(shop, MINUTE)
    assert len(texts(shop)) == sent


def test_what_is_answered_by_itself_stands_in_the_thread(shop: Shop, stream: Stream) -> None:
    asked_for_a_review(shop, stream)
    writes(shop, HAPPY["fr"], "t1")
    latest = shop.world.services.conversation_desk.latest(thread(shop))
    said, heard = sorted(latest, key=lambda one: one.direction, reverse=True)
    assert (heard.intent, heard.direction) == ("positive", "in")
    assert (said.automatic, said.direction, said.message) == (True, "out", thread(shop).last_message)
    assert thread(shop).state == "open"

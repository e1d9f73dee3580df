"""Texts from phones, from their coming to all that follows: once, in whatever order, and though workers die."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.messaging.given import Given, seal_given
from chalicelib.sms_providers.contract import InboundText, SendError, Sms
from chalicelib.storage.ledger import EVERYONE
from chalicelib.wiring import Services
from chalicelib.workers.receipts import on_reports
from chalicelib.workers.send import on_orders
from tests.support.faults import Fault, FaultyClient, ProcessEnded, at_call
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import NOON
from tests.webhooks.receivers import listens, told

_numbers = count(1_000)


def a_phone() -> str:
    """One that France reserves for fiction, and nobody else has here."""
    return f"+3363998{next(_numbers):04d}"


def written_to(shop: Shop, phone: str = CAMILLE) -> str:
    """Somebody who was sent an SMS a minute ago; the person."""
    person = shop.contact(phone, at=shop.world.clock.now() - DAY)
    message = shop.message(phone)
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    shop.world.provider.sent.clear()
    return person


def text(shop: Shop, words: str, *, phone: str = CAMILLE, by: Services | None = None, **more: Any) -> str | None:
    told: dict[str, Any] = {"id": f"t-{phone}-{words}", "phone": phone, "to": "36123", "text": words} | more
    course = (by or shop.world.services).inbound.receive(InboundText(**told))
    return course.reason if course else None


def answers(shop: Shop, phone: str = CAMILLE) -> list[str]:
    while shop.world.queue.entries:
        assert on_orders(shop.world.queue.drain(), shop.world.services) == {"batchItemFailures": []}
    return [sms.text for sms in shop.world.provider.sent if sms.to == phone]


def opposed(shop: Shop, person: str) -> bool:
    return shop.world.services.ledgers.get(person).opposition(shop.advertiser.id) is not None


def test_a_stop_is_confirmed_once_by_the_number_that_was_written_to(shop: Shop) -> None:
    person = written_to(shop)
    assert text(shop, "Stop svp") == "stop"
    assert text(shop, "STOP", id="another") == "stop"
    assert text(shop, "Stop svp") is None
    (confirmed,) = answers(shop)
    assert "c'est noté, vous ne recevrez plus de SMS" in confirmed and "START au 36123" in confirmed
    (sms,) = shop.world.provider.sent
    assert sms.sender == "36123"
    assert opposed(shop, person)
    counts = shop.world.counts(shop.advertiser.id)
    assert (counts["opposed.stop"], counts["stop.certain"], counts["reply.stop"]) == (1, 2, 2)


def test_at_night_and_over_every_cap_it_is_confirmed_at_once(shop: Shop) -> None:
    written_to(shop)
    shop.world.clock.advance(16 * HOUR)  # 03:00 in Paris
    text(shop, "STOP")
    assert len(answers(shop)) == 1


@pytest.mark.parametrize("failure", [SendError("rejected"), SendError("opted_out"), TimeoutError()])
def test_a_stop_holds_though_nobody_takes_its_confirmation(shop: Shop, failure: Exception) -> None:
    def fail(sms: Sms) -> None:
        raise failure

    person = written_to(shop)
    shop.world.provider.before = fail
    text(shop, "STOP")
    assert answers(shop) == []
    assert opposed(shop, person)
    text(shop, "STOP")
    assert answers(shop) == []


def test_stop_all_is_said_to_everyone(shop: Shop) -> None:
    other = open_shop(shop.world)
    person = written_to(shop)
    text(shop, "STOP TOUT")
    ledger = shop.world.services.ledgers.get(person)
    assert set(ledger.opposed) == {EVERYONE} and ledger.opposition(other.advertiser.id)
    (confirmed,) = answers(shop)
    assert "plus aucune de nos enseignes" in confirmed
    shop.world.clock.advance(MINUTE)
    text(shop, "STOP")
    assert len(answers(shop)) == 1


def test_stop_all_after_a_stop_is_one_more_no_and_is_confirmed(shop: Shop) -> None:
    written_to(shop)
    text(shop, "STOP")
    shop.world.clock.advance(MINUTE)
    text(shop, "STOP TOUT")
    text(shop, "STOP TOUT")
    _, confirmed = answers(shop)
    assert "plus aucune de nos enseignes" in confirmed


def test_on_a_shared_number_a_stop_goes_to_all_and_one_that_names_a_brand_to_it(shop: Shop) -> None:
    other = open_shop(shop.world)
    person = written_to(shop)
    written_to(other)
    text(shop, "STOP")
    assert set(shop.world.services.ledgers.get(person).opposed) == {shop.advertiser.id, other.advertiser.id}
    assert len(answers(shop)) == 1


def test_contact_is_answered_at_any_hour_and_opts_nobody_out(shop: Shop) -> None:
    person = written_to(shop)
    shop.world.clock.advance(16 * HOUR)
    assert text(shop, "CONTACT") == "contact"
    (told,) = answers(shop)
    assert "Lumen SAS" in told
    assert not opposed(shop, person)
    text(shop, "STOP")
    text(shop, "Contact", id="again")
    assert sum("Lumen SAS" in told for told in answers(shop)) == 2, "after a STOP too: it was asked for"


def test_a_problem_lets_marketing_wait_and_is_flagged(shop: Shop) -> None:
    person = written_to(shop)
    assert text(shop, "Le colis est arrivé cassé, je suis très déçue") == "problem"
    assert shop.world.services.ledgers.get(person).held[shop.advertiser.id].why == "problem"
    thread = shop.world.services.threads.get(shop.advertiser.id, person)
    assert thread and thread.state == "waiting" and thread.flags == {"problem"}
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "deferred"


def test_a_stop_closes_no_complaint_that_somebody_has_still_to_answer_for(shop: Shop) -> None:
    person = written_to(shop)
    services, own = shop.world.services, shop.advertiser.id
    assert text(shop, "Le colis est arrivé cassé, je suis très déçue") == "problem"
    shop.world.clock.advance(MINUTE)
    assert text(shop, "STOP") == "stop"
    thread = services.threads.get(own, person)
    assert thread and (thread.state, set(thread.flags), thread.texts) == ("waiting", {"problem"}, 2)
    assert opposed(shop, person) and len(answers(shop)) >= 1
    services.conversation_desk.turn(own, thread.id, "closed")
    assert not services.ledgers.get(person).held
    shop.world.clock.advance(MINUTE)
    text(shop, "STOP", id="again")
    closed = services.threads.get(own, person)
    assert closed and closed.state == "closed"


@pytest.mark.parametrize("words", ["Merci", "ok", "Super merci !", "👍", "C'est noté"])
def test_thanks_and_ok_ask_nothing_and_leave_waiting_what_waits(shop: Shop, words: str) -> None:
    person = written_to(shop)
    services, own = shop.world.services, shop.advertiser.id

    def state() -> str:
        thread = services.threads.get(own, person)
        assert thread
        return thread.state

    text(shop, words)
    assert state() == "open", "a thread that began with it is to be seen, and nobody is waited for"
    text(shop, "Vous êtes ouverts le samedi ?", id="question")
    shop.world.clock.advance(MINUTE)
    text(shop, words, id="later")
    assert state() == "waiting", "the question has no answer yet"
    services.conversation_desk.answer(own, services.threads.id_of(own, person), "Oui. Je vous la garde ?", "answer-1")
    shop.world.clock.advance(MINUTE)
    text(shop, words, id="last")
    agrees = words in ("ok", "C'est noté")
    assert state() == ("waiting" if agrees else "open"), "what was agreed to is for who has asked"


def test_an_older_text_that_comes_late_begins_no_second_waiting(shop: Shop) -> None:
    person = written_to(shop)
    services, own = shop.world.services, shop.advertiser.id
    shop.world.clock.advance(HOUR)
    text(shop, "Et la bleue ?")
    since = shop.world.clock.now()
    services.inbound.receive(InboundText("late", CAMILLE, "36123", "Vous avez la rouge ?", at=since - 10 * MINUTE))
    thread = services.threads.get(own, person)
    assert thread and (thread.texts, thread.waiting_since) == (2, since)


def test_a_stop_that_closes_a_conversation_leaves_nothing_that_nobody_would_ever_release(shop: Shop) -> None:
    person = written_to(shop)
    assert text(shop, "stop ?") == "doubtful_stop"
    shop.world.clock.advance(MINUTE)
    assert text(shop, "STOP") == "stop"
    shop.world.clock.advance(MINUTE)
    assert text(shop, "START") == "opt_in"
    thread = shop.world.services.threads.get(shop.advertiser.id, person)
    assert thread
    assert (thread.state, thread.flags) == ("closed", frozenset())
    assert not shop.world.services.ledgers.get(person).held


def test_a_text_that_comes_again_after_it_was_dealt_with_holds_nothing(shop: Shop) -> None:
    person = written_to(shop)
    services, own = shop.world.services, shop.advertiser.id
    told: dict[str, Any] = {"id": "SM-1", "phone": CAMILLE, "to": "36123", "text": "Mon colis est arrivé cassé"}
    moves = count(1)

    def after_its_thread(operation: str, _: int) -> Fault | None:
        return "ends_after" if operation == "transact_write_items" and next(moves) == 2 else None

    with pytest.raises(ProcessEnded):
        shop.world.worker(FaultyClient(shop.world.dynamodb, after_its_thread)).inbound.receive(InboundText(**told))
    assert services.ledgers.get(person).held[own].why == "problem"
    services.conversation_desk.turn(own, services.threads.id_of(own, person), "closed")
    assert services.inbound.receive(InboundText(**told))
    assert own not in services.ledgers.get(person).held


def test_who_was_never_written_to_is_kept_apart(shop: Shop) -> None:
    assert text(shop, "Bonjour, qui êtes-vous ?") == "unknown_number"
    assert text(shop, "Bonjour, qui êtes-vous ?") is None
    (stray,) = shop.world.services.heard_texts.strays("", 10)
    assert "Bonjour" not in str(shop.world.items()) and CAMILLE[1:] not in str(shop.world.items())
    assert stray.at == NOON
    assert answers(shop) == []


@pytest.mark.parametrize(("hours", "course"), [(23, "opt_in"), (25, "reply")])
def test_a_yes_agrees_to_what_an_sms_has_asked_within_a_day(shop: Shop, hours: int, course: str) -> None:
    told = Statement({"sms_notification": True}, shop.world.clock.now() - DAY, "checkout")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE), told))
    person, asks = shop.world.services.vault.person(CAMILLE), {"wording": "order-1", "hash": "a" * 64}
    data = seal_given(shop.world.services.vault, "m1", Given(text="Souhaitez-vous nos nouvelles par SMS ? OUI"))
    message = shop.message(id="m1", message_class="notification", site=None, journey="api", asks=asks, data=data)
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    shop.world.clock.advance(hours * HOUR)
    assert text(shop, "Oui") == course
    contact = shop.world.services.contacts.get(shop.advertiser.id, person)
    consent = contact.consents.get("sms_marketing") if contact else None
    assert (consent.wording if consent else None) == ("order-1" if course == "opt_in" else None)


def test_start_on_the_number_of_an_sms_brings_back_who_was_in_the_base_and_leaves_its_proof(shop: Shop) -> None:
    person = written_to(shop)
    text(shop, "STOP")
    shop.world.clock.advance(MINUTE)
    assert text(shop, "START") == "opt_in"
    assert not opposed(shop, person)
    contact = shop.world.services.contacts.get(shop.advertiser.id, person)
    assert contact and contact.consents["sms_marketing"].source == "keyword"
    assert shop.world.services.consent_verifier.verify_contact(contact) == []


def test_a_stop_is_done_whole_wherever_its_worker_dies(shop: Shop) -> None:
    """At each call in turn: the same text again does the rest, and nothing twice."""
    for number in count():
        phone = a_phone()
        person = written_to(shop, phone)
        faulty = FaultyClient(shop.world.dynamodb, at_call(number, "ends_before"))
        try:
            text(shop, "STOP", phone=phone, by=shop.world.worker(faulty))
        except ProcessEnded:
            shop.world.clock.advance(1_000)
        text(shop, "STOP", phone=phone)
        text(shop, "STOP", phone=phone)
        assert opposed(shop, person), number
        assert len(answers(shop, phone)) == 1, number
        thread = shop.world.services.threads.get(shop.advertiser.id, person)
        assert thread and thread.texts == 1, number
        if number >= len(faulty.calls):
            break
    assert number > 5
    assert shop.world.counts(shop.advertiser.id)["opposed.stop"] == number + 1


SAID = ("STOP", "START", "Stop svp", "Merci beaucoup")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), words=st.lists(st.sampled_from(SAID), min_size=1, max_size=4))
def test_whatever_the_order_the_last_word_by_its_own_time_holds(
    shop: Shop, data: st.DataObject, words: list[str]
) -> None:
    phone = a_phone()
    person = written_to(shop, phone)
    began = shop.world.clock.now()
    texts = [
        InboundText(f"t{number}", phone, "36123", said, at=began + number * 1_000) for number, said in enumerate(words)
    ]
    shop.world.clock.advance(MINUTE)
    order = data.draw(st.permutations([*texts, *data.draw(st.lists(st.sampled_from(texts), max_size=4))]))
    for each in order:
        shop.world.services.inbound.receive(each)
    weighty = [said for said in words if said != "Merci beaucoup"]
    assert opposed(shop, person) == bool(weighty and weighty[-1] != "START")
    confirmed = [said for said in answers(shop, phone) if "c'est noté, vous ne" in said]
    if "START" not in words:
        assert len(confirmed) == bool(weighty)
    assert len(confirmed) <= len(weighty)


# --- long texts ------------------------------------------------------------------------------------------------------

NOWHERE = "http://127.0.0.1:9/"
HALVES = ("Bonjour, j'ai bien reçu la lampe mais ", "elle ne s'allume pas, que faire ?")


def half(shop: Shop, part: int, words: str = "", **more: Any) -> str | None:
    given_: dict[str, Any] = {"id": f"half-{part}", "reference": "7", "part": part, "parts": 2} | more
    return text(shop, words or HALVES[part - 1], **given_)


def said_in_thread(shop: Shop, person: str) -> list[str]:
    """What the person wrote, in the thread's order."""
    services = shop.world.services
    thread = services.threads.get(shop.advertiser.id, person)
    if thread is None:
        return []
    return [
        services.vault.open(said.text, f"said/{thread.id}/{said.id}")
        for said in services.threads.entries(thread.id)
        if said.direction == "in"
    ]


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (1, 1, 2, 2), (2, 2, 1, 2, 1)])
def test_halves_are_put_together_in_whatever_order_they_come(shop: Shop, order: tuple[int, ...]) -> None:
    person = written_to(shop)
    for part in order:
        half(shop, part)
    assert said_in_thread(shop, person) == ["".join(HALVES)]
    assert "lampe" not in str(shop.world.items()) and CAMILLE[1:] not in str(shop.world.items())


def minutes_pass(shop: Shop, minutes: int) -> None:
    """What the tick does about texts whose rest does not come, and the queue after it."""
    shop.world.clock.advance(minutes * MINUTE)
    shop.world.services.long_texts.run()
    records = [
        {"messageId": str(number), "body": entry["MessageBody"]}
        for number, entry in enumerate(shop.world.receipt_queue.entries)
    ]
    shop.world.receipt_queue.entries.clear()
    assert on_reports({"Records": records}, shop.world.services) == {"batchItemFailures": []}


def test_a_half_whose_rest_never_comes_is_read_by_itself_and_the_rest_then_too(shop: Shop) -> None:
    person = written_to(shop)
    half(shop, 2)
    minutes_pass(shop, 2)
    assert said_in_thread(shop, person) == []
    minutes_pass(shop, 2)
    assert said_in_thread(shop, person) == [f" … {HALVES[1]}"]
    half(shop, 1)
    minutes_pass(shop, 10)
    assert sorted(said_in_thread(shop, person)) == [f" … {HALVES[1]}", HALVES[0]]


def test_a_stop_in_a_half_that_stands_for_itself_is_obeyed_at_once(shop: Shop) -> None:
    person = written_to(shop)
    assert half(shop, 1, "STOP") is None
    assert opposed(shop, person)
    assert len(answers(shop)) == 1
    half(shop, 2, " merci, et bonne journée à toute l'équipe")
    assert len(answers(shop)) == 1
    assert len(said_in_thread(shop, person)) == 1


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_stop_in_a_half_is_announced_once(shop: Shop, order: tuple[int, int]) -> None:
    written_to(shop)
    webhook = listens(shop.world, NOWHERE, "stop.received", advertiser=shop.advertiser.id)
    words = {1: "STOP", 2: " merci, et bonne journée à toute l'équipe"}
    for part in order:
        half(shop, part, words[part])
    assert len(told(shop.world, webhook)) == 1


def test_the_same_reference_later_is_another_text(shop: Shop) -> None:
    person = written_to(shop)
    for round_ in ("a", "b"):
        for part in (1, 2):
            half(shop, part, f"{round_}{part} ", id=f"{round_}-{part}")
        shop.world.clock.advance(HOUR)
    assert said_in_thread(shop, person) == ["a1 a2 ", "b1 b2 "]

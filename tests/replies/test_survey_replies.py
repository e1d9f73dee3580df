"""A survey from the SMS that asks it to what the person is answered, by the webhook's own way."""

from __future__ import annotations

from chalicelib.clock import MINUTE
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.surveys import SurveyQuestion
from tests.replies.surveying import RECOMMEND, WHY, Polled, polled
from tests.support.shop import CAMILLE, Shop
from tests.webhooks.receivers import listens, read, told


def texted(survey: Polled, text: str, reply_id: str) -> str | None:
    """A text that came, whatever is due then sent; the course that it took."""
    world = survey.shop.world
    world.clock.advance(MINUTE)
    course = world.services.inbound.receive(InboundText(reply_id, CAMILLE, "36123", text))
    world.work()
    return course.reason if course else None


def test_a_score_its_reason_and_thanks(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    survey.ask()
    sent = shop.world.provider.sent
    assert texted(survey, "9/10", "SM1") == "survey"
    assert sent[-1].text == "Lumen : Pourquoi ?"
    assert texted(survey, "La livraison a été très rapide", "SM2") == "survey"
    assert sent[-1].text == "Lumen : merci, votre réponse est bien notée."
    told = len(sent)
    assert texted(survey, "9/10", "SM1") is None
    assert len(sent) == told
    assert survey.counts() == {"asked": 1, "people": 1, "q1": 1, "q1.9": 1, "q2": 1, "q2.said": 1}


def test_an_answer_is_announced_with_its_choice_or_score_and_never_with_words(shop: Shop) -> None:
    own = shop.advertiser.id
    webhook = listens(shop.world, "http://127.0.0.1:9/", "survey.answered", advertiser=own)
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    survey.ask()
    texted(survey, "9/10", "SM1")
    texted(survey, "La livraison a été très rapide", "SM2")
    bodies = [read(delivery.body) for delivery in told(shop.world, webhook)]
    assert [(body["question"], body.get("score")) for body in bodies] == [("q1", 9), ("q2", None)]
    assert "livraison" not in str(bodies)
    vote = polled(shop)
    vote.ask()
    texted(vote, "le bleu svp", "SM3")
    assert read(told(shop.world, webhook)[-1].body)["choice"] == "B"


def test_what_is_no_answer_is_asked_about_once_and_waits_for_a_person(shop: Shop) -> None:
    survey = polled(shop)
    person = survey.ask()
    sent = shop.world.provider.sent
    assert texted(survey, "A ou B", "SM1") == "reply"
    assert "Pour que votre réponse compte, répondez A (Rouge), B (Bleu) ou C (Vert)." in sent[-1].text
    told = len(sent)
    texted(survey, "A ou B", "SM2")
    assert len(sent) == told
    thread = shop.world.services.threads.get(shop.advertiser.id, person)
    assert thread
    assert thread.state == "waiting"


def test_a_stop_is_no_answer(shop: Shop) -> None:
    survey = polled(shop, WHY)
    survey.ask()
    assert texted(survey, "STOP", "SM1") == "stop"
    assert "people" not in survey.counts()


def test_a_complaint_is_not_asked_about_again(shop: Shop) -> None:
    survey = polled(shop)
    survey.ask()
    assert texted(survey, "Mon colis est arrivé cassé, c'est inadmissible", "SM1") == "problem"
    assert not any("Pour que votre réponse compte" in sms.text for sms in shop.world.provider.sent)


def test_a_complaint_in_an_answer_is_counted_and_read_by_a_person(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, WHY, kind="nps")
    person = survey.ask()
    texted(survey, "2/10", "SM1")
    assert texted(survey, "Mon colis est arrivé cassé, c'est inadmissible", "SM2") == "problem"
    assert survey.counts()["q2.said"] == 1
    assert not any("bien notée" in sms.text for sms in shop.world.provider.sent)
    thread = shop.world.services.threads.get(shop.advertiser.id, person)
    assert thread
    assert thread.state == "waiting"
    assert thread.flags == {"problem"}


def test_a_question_beside_a_score_waits_and_the_score_counts(shop: Shop) -> None:
    survey = polled(shop, RECOMMEND, kind="nps")
    person = survey.ask()
    assert texted(survey, "9. Pouvez-vous me rappeler ?", "SM1") == "reply"
    assert survey.counts()["q1.9"] == 1
    thread = shop.world.services.threads.get(shop.advertiser.id, person)
    assert thread
    assert thread.state == "waiting"


def test_a_yes_to_a_question_agrees_to_nothing_else(shop: Shop) -> None:
    services = shop.world.services
    assert services.keyword_numbers.assign(KeywordNumber("36123", shop.advertiser.id, "poster-1", "a" * 64))
    survey = polled(shop, SurveyQuestion("q1", "Serez-vous là ?", "choice", (("OUI", "Oui"), ("NON", "Non"))))
    survey.ask()
    assert texted(survey, "OUI", "SM1") == "survey"
    assert survey.counts()["q1.OUI"] == 1
    assert not any(name.startswith("keyword.") for name in shop.world.counts(shop.advertiser.id))


def test_a_question_by_text_swallows_neither_contact_nor_a_poster_s_yes(shop: Shop) -> None:
    services = shop.world.services
    assert services.keyword_numbers.assign(KeywordNumber("36123", shop.advertiser.id, "poster-1", "a" * 64))
    survey = polled(shop, WHY)
    survey.ask()
    assert texted(survey, "CONTACT", "SM1") == "contact"
    assert texted(survey, "OUI", "SM2") == "opt_in"

"""A model is asked only where the rules are unsure, is told nobody's name, and can neither lower a STOP nor oppose."""

from __future__ import annotations

import pytest

from chalicelib.errors import ModelUnavailable
from chalicelib.replies.reading import Reading, read
from chalicelib.replies.second_opinion import anonymous, is_unsure, reconsider
from chalicelib.sms_providers.contract import InboundText
from tests.support.shop import CAMILLE, Shop

UNSURE = "le jeudi je fais des crêpes"


class Scripted:
    """Answers as it is told to, and keeps what it was asked."""

    def __init__(self, answer: str = "problem", failure: ModelUnavailable | None = None) -> None:
        self.asked: list[str] = []
        self._answer = answer
        self._failure = failure

    def write(self, rules: str, asked: str) -> str:
        assert "problem" in rules
        self.asked.append(asked)
        if self._failure:
            raise self._failure
        return self._answer


def test_without_a_model_the_rules_stand() -> None:
    reading = read(UNSURE)
    assert is_unsure(reading) and reconsider(UNSURE, reading, None) is reading


def test_its_opinion_takes_the_place_of_a_guess() -> None:
    for answer in ("problem", " Problem.\n"):
        assert reconsider(UNSURE, read(UNSURE), Scripted(answer)).intent == "problem"


@pytest.mark.parametrize("answer", ["", "angry", "problem or question", "I think that it is a problem", "<stop>, no"])
def test_an_answer_that_is_none_of_the_intents_changes_nothing(answer: str) -> None:
    assert reconsider(UNSURE, read(UNSURE), Scripted(answer)) == read(UNSURE)


def test_no_answer_changes_nothing() -> None:
    failing = Scripted(failure=ModelUnavailable("ThrottlingException"))
    assert reconsider(UNSURE, read(UNSURE), failing) == read(UNSURE)


@pytest.mark.parametrize("text", ["STOP", "srop", "où est mon colis ?", "CONTACT", "START", ""])
def test_what_the_rules_are_sure_of_is_not_asked(text: str) -> None:
    model = Scripted("other")
    assert reconsider(text, read(text), model) == read(text)
    assert not model.asked


def test_a_doubt_stays_whatever_it_says_of_the_intent() -> None:
    reading = Reading("other", "doubtful", 0.5, ("pas intéressé",))
    assert reconsider("pas intéressé", reading, Scripted("positive")).stop == "doubtful"


def test_a_stop_that_only_the_model_sees_is_a_doubt() -> None:
    reading = reconsider(UNSURE, read(UNSURE), Scripted("stop"))
    assert (reading.intent, reading.stop) == ("other", "doubtful")


def test_it_is_told_the_text_and_nothing_that_names_anybody() -> None:
    model = Scripted()
    text = "Zélie Durand-Petit ici, 06 39 98 00 00 ou zelie@example.fr, www.exemple.fr/a dossier 4417123\n</reply>"
    reconsider(text, Reading("other", "no", 0.5, ()), model, ["Zélie", "Durand-Petit"])
    (asked,) = model.asked
    assert asked == "<reply>\n[name] [name] ici, [number] ou [address] [address] dossier [number] /reply\n</reply>"


def test_a_name_within_a_word_is_none() -> None:
    assert anonymous("Rose aime le rosé et la roseraie", ["rose", " "]) == "[name] aime le rosé et la roseraie"


def test_a_text_that_came_is_asked_about_without_its_writers_name(shop: Shop) -> None:
    model = Scripted("problem")
    shop.world.services.reply_model = model
    person = shop.contact(first_name="Camille")
    message = shop.message()
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    course = shop.world.services.inbound.receive(InboundText("t-1", CAMILLE, "36123", f"{UNSURE} hier, Camille"))
    assert course
    assert course.reason == "problem"
    assert model.asked == [f"<reply>\n{UNSURE} hier, [name]\n</reply>"]
    assert shop.world.services.ledgers.get(person).held[shop.advertiser.id].why == "problem"


def test_no_model_is_told_of_a_stop_or_of_what_is_nobodys(shop: Shop) -> None:
    model = Scripted("other")
    shop.world.services.reply_model = model
    for words in ("STOP", UNSURE):
        shop.world.services.inbound.receive(InboundText(f"t-{words}", CAMILLE, "36123", words))
    assert model.asked == []

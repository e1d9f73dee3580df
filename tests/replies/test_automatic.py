"""What is answered by itself, and why something is not: the decision, and which order is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.messaging.content import marketing_reasons, own_words
from chalicelib.messaging.sms_text import count
from chalicelib.messaging.template_language import fill_in
from chalicelib.replies.automatic import (
    A_DAY,
    LATE,
    STATUSES_A_DAY,
    Answer,
    Facts,
    Nothing,
    ReviewAsked,
    decide,
    is_status,
)
from chalicelib.replies.automatic_texts import check, names, ours, written
from chalicelib.replies.order_news import Told, asked_for, names_one
from chalicelib.replies.reading import read
from chalicelib.storage.automatic_answers import USUAL, Answered
from chalicelib.storage.ordered import News, Ordered
from chalicelib.tracking.names import OrderStatus
from tests.support.world import NOON

REVIEW = ReviewAsked("msg_review", "https://shop.example/avis")


def order(number: str, **statuses: int) -> Ordered:
    """One that came to its statuses so many hours ago."""
    news = News({name: NOON - hours * HOUR for name, hours in statuses.items()})
    return Ordered("adv", "person", "site", number, "adv", NOON - DAY, (), news)


def facts(text: str, **changes: Any) -> Facts:
    usual = Facts(text, read(text), NOON, NOON + MINUTE, False, False, True, False, USUAL)  # noqa: FBT003
    return replace(usual, **changes)


def said(text: str, **changes: Any) -> str:
    decision = decide(facts(text, **changes))
    return decision.name if isinstance(decision, Answer) else decision.reason


@pytest.mark.parametrize(
    ("text", "changes", "name"),
    [
        ("Super, ravie !", {"review": REVIEW}, "thanks"),
        ("Super, ravie !", {}, "no_review_was_asked_for"),
        ("Super, ravie !", {"review": ReviewAsked("msg_review", None)}, "thanked_before"),
        ("Ma lampe est arrivée cassée", {"review": REVIEW}, "problem_review"),
        ("Ma lampe est arrivée cassée", {}, "problem"),
        ("Livrez-vous le samedi ?", {}, "off"),
        ("Livrez-vous le samedi ?", {"on": USUAL | {"away"}}, "away"),
        ("Livrez-vous le samedi ?", {"on": USUAL | {"away"}, "staffed": True}, "somebody_is_there"),
        ("où est ma commande ?", {}, "unknown_order"),
        ("où est ma commande ?", {"orders": [order("1042", shipped=3)]}, "status"),
        ("1042", {"orders": [order("1042", shipped=3)]}, "status"),
        ("1042", {"orders": [order("1043", shipped=3)]}, "for_a_person"),
        ("demain peut-être", {}, "for_a_person"),
        ("où est ma commande ?", {"signed": False}, "country_unsigned"),
        ("où est ma commande ?", {"opposed": True}, "opposed"),
        ("où est ma commande ?", {"doubted": True}, "doubtful_stop"),
        ("où est ma commande ?", {"on": frozenset()}, "off"),
        ("où est ma commande ?", {"now": NOON + LATE + 1}, "late"),
    ],
)
def test_what_is_said_and_why_nothing_is(text: str, changes: dict[str, Any], name: str) -> None:
    assert said(text, **changes) == name


@pytest.mark.parametrize("grade", ["certain", "probable", "doubtful"])
def test_nothing_is_said_to_what_may_be_a_stop(grade: Any) -> None:
    asked = facts("où est ma commande ?", orders=[order("1042", shipped=3)])
    assert decide(replace(asked, reading=replace(asked.reading, stop=grade))) == Nothing("doubtful_stop")


def test_the_link_goes_to_who_has_a_problem_as_to_who_is_happy_and_once() -> None:
    for text in ("Super, ravie !", "Ma lampe est arrivée cassée"):
        answer = decide(facts(text, review=REVIEW))
        assert isinstance(answer, Answer)
        assert (answer.link, answer.about, answer.at_once) == (REVIEW.link, REVIEW.message, False)
    before = [Answered("t0", NOON - 3 * DAY, "thanks", about=REVIEW.message)]
    assert said("Super, ravie !", review=REVIEW, before=before) == "thanked_before"
    assert said("Ma lampe est arrivée cassée", review=REVIEW, before=before) == "problem"


@given(
    st.lists(st.tuples(st.integers(0, 72), st.sampled_from(["Super, ravie !", "où est ma commande ?"])), max_size=40)
)
def test_no_day_has_more_than_its_answers(writes: list[tuple[int, str]]) -> None:
    before: list[Answered] = []
    for number, (hour, text) in enumerate(sorted(writes)):
        at, review = NOON + hour * HOUR, ReviewAsked(f"msg_{number}", "https://shop.example")
        asked = facts(text, review=review, orders=[order("1042", shipped=3)], before=tuple(before), wrote_at=at, now=at)
        if isinstance(answer := decide(asked), Answer):
            before.append(Answered(f"t{number}", at, answer.name, is_status(answer.name), answer.about))
    for one in before:
        day = [other for other in before if one.at - DAY < other.at <= one.at]
        assert sum(other.is_status for other in day) <= STATUSES_A_DAY
        assert sum(not other.is_status for other in day) <= A_DAY


OLD, NEW = order("1041", delivered=300), order("1042", paid=30, shipped=3)


@pytest.mark.parametrize(
    ("text", "orders", "told"),
    [
        ("où est ma commande ?", [OLD, NEW], [("1042", "shipped")]),
        ("où est ma commande ?", [OLD], [("1041", "delivered")]),
        ("où est ma commande 1041 ?", [OLD, NEW], [("1041", "delivered")]),
        ("commande n°10-41 ?", [OLD, NEW], [("1041", "delivered")]),
        ("where are 1041 and 1042?", [OLD, NEW], [("1042", "shipped"), ("1041", "delivered")]),
        ("where is it?", [NEW, order("7", paid=1)], [("7", "paid"), ("1042", "shipped")]),
        ("ma réclamation ?", [NEW, order("9", complaint_opened=90, shipped=2)], [("9", "complaint_opened")]),
        ("mon remboursement ?", [order("9", refunded=90, returned=95)], [("9", "refunded")]),
    ],
)
def test_which_order_is_meant(text: str, orders: list[Ordered], told: list[tuple[str, str]]) -> None:
    found = asked_for(text, orders)
    assert not isinstance(found, str)
    assert [(one.number, one.status) for one in found] == told


@pytest.mark.parametrize("text", ["où est ma commande 99887 ?", "order #A-5512", "10425 ?", "n° 1O42"])
def test_an_order_that_is_not_the_persons_is_nobodys(text: str) -> None:
    assert asked_for(text, [NEW]) == "unknown_order"


def test_of_many_that_are_on_their_way_one_is_asked_for() -> None:
    assert asked_for("où en est-on ?", [order(str(number), shipped=1) for number in range(3)]) == "which_order"


def test_an_order_of_which_nothing_was_told_is_unknown() -> None:
    assert asked_for("où est ma commande ?", [order("1042")]) == "unknown_order"


def test_what_is_no_number_names_no_order() -> None:
    assert not any(map(names_one, ("j'en ai commandé 2", "avant 13h30", "le 12/03", "ma commande svp")))


def test_news_are_the_same_whichever_is_told_first() -> None:
    one = News({"shipped": 5, "paid": 1}, "A", "https://a.example", 5)
    other = News({"shipped": 4, "delivered": 9}, "B", "https://b.example", 4)
    assert one.and_also(other) == other.and_also(one)
    assert one.and_also(one) == one
    assert one.and_also(other).tracking_url == "https://a.example"


def test_all_texts_are_of_cheap_signs_offer_nothing_and_are_there_for_each_status() -> None:
    assert ours()["fr"].keys() == ours()["en"].keys()
    assert {f"status.{status}" for status in OrderStatus.__args__} <= set(names())  # type: ignore[attr-defined]
    for language, texts in ours().items():
        for name in names():
            values = {"brand": "Lumen", "link": "https://r.example/abcdefgh", "order": {"number": "FR-10042"}}
            text = fill_in(texts["brand"] + texts[name], values | {"data": {"date": "02/03"}})
            counted = count(text)
            assert (counted.encoding, counted.parts <= 2) == ("GSM-7", True), (language, name, counted.culprits)
            assert marketing_reasons(own_words(texts[name])) == (), (language, name)


def test_a_text_is_in_the_first_language_that_has_it_and_in_the_recipients_time() -> None:
    told = Told("1042", "shipped", NOON + 13 * HOUR, "https://carrier.example/1")  # 00:00 on 3 March in Paris.
    answer = Answer("status", "status", at_once=True, settles=True, orders=(told,), link=told.tracking_url)
    text = written(answer, "Lumen", {}, ("es", None, "en"), "Europe/Paris")
    assert text == "Lumen: Your order 1042 left on 03 Mar. Track it: \ue000"
    own = {"es": {"status.shipped": "{{ brand }}: su pedido {{ order.number }} sali el {{ data.date }}"}}
    assert written(answer, "Lumen", own, ("es",), "Europe/Paris") == "Lumen: su pedido 1042 sali el 03 Mar"


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ({"fr": {"thanks": "Merci, -10 % avec le code AVIS"}}, "offer"),
        ({"fr": {"thank": "Merci"}}, "unknown"),
        ({"pt": {"thanks": "Obrigado"}}, "language"),
        ({"fr": {"thanks": "{{ cart.total }}"}}, "unknown_value"),
        ({"fr": {"thanks": "{% if %}"}}, "liquid"),
        ({"fr": {"thanks": " "}}, "length"),
    ],
)
def test_an_advertisers_own_text_is_checked(texts: dict[str, dict[str, str]], rule: str) -> None:
    assert [error.rule for error in check(texts)] == [rule]

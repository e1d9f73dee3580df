"""The review (J3) and the survey (J6) that follow a delivery, walked on a moved clock."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import DAY, MINUTE
from chalicelib.storage.surveys import SurveyQuestion
from tests.replies.surveying import polled
from tests.support.journeys import pass_time, switch_on, texts
from tests.support.orders import became, buyer, tell
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.stream import Stream
from tests.support.world import World

LAMP = {"item_id": "lamp-1", "item_name": "Lampe Lune", "item_category": "Lampes", "price": 49.9}


def delivered(shop: Shop, stream: Stream, **item: Any) -> None:
    """A lamp that is bought, and has arrived two days later; the carrier names the order only."""
    shop.contact()
    tell(shop, stream, "purchase", items=[LAMP | item], value=49.9, currency="EUR")
    pass_time(shop, 2 * DAY)
    tell(shop, stream, "delivered", ids={})


def test_a_review_is_asked_for_five_days_after_the_delivery(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream)
    pass_time(shop, 5 * DAY - MINUTE)
    assert texts(shop) == []
    pass_time(shop, MINUTE)
    (text,) = texts(shop)
    assert text.startswith("Lumen : bonjour, que pensez-vous de votre Lampe Lune ? Votre avis : https://r.example/")
    pass_time(shop, 30 * DAY)
    assert len(texts(shop)) == 1


@pytest.mark.parametrize(("category", "days"), [("Café", 14), ("COSMETICS", 14), ("Logiciels", 3), ("Lampes", 5)])
def test_how_long_a_review_waits_depends_on_what_was_bought(
    shop: Shop, stream: Stream, category: str, days: int
) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream, item_category=category)
    pass_time(shop, days * DAY - MINUTE)
    assert texts(shop) == []
    pass_time(shop, MINUTE + (DAY if days == 14 else 0))  # Day 14 is a Wednesday; 3 and 5 are no Sundays either.
    assert len(texts(shop)) == 1


def test_what_was_bought_may_be_told_after_the_delivery(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "review_request")
    shop.contact()
    tell(shop, stream, "delivered")
    tell(shop, stream, "purchase", items=[LAMP | {"item_category": "Café"}], at=-DAY)
    pass_time(shop, 5 * DAY)
    assert texts(shop) == []
    pass_time(shop, 9 * DAY)
    (text,) = texts(shop)
    assert "votre Lampe Lune ?" in text


@pytest.mark.parametrize("name", ["review_submitted", "refund"])
@pytest.mark.parametrize("later", [True, False])
def test_no_review_is_asked_for_after_a_review_or_a_refund(shop: Shop, stream: Stream, name: str, later: bool) -> None:
    """Told before the delivery or after it."""
    switch_on(shop, "review_request")
    shop.contact()
    events = ["delivered", name] if later else [name, "delivered"]
    for event in events:
        tell(shop, stream, event)
    pass_time(shop, 5 * DAY)
    assert texts(shop) == []


@pytest.mark.parametrize("status", ["return_opened", "returned", "refunded", "complaint_opened", "cancelled"])
def test_no_review_is_asked_for_of_an_order_with_a_problem(shop: Shop, stream: Stream, status: str) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream)
    became(shop, stream, status, ids={})
    pass_time(shop, 5 * DAY)
    assert texts(shop) == []


def test_the_review_of_one_order_does_not_keep_the_question_about_another(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream)
    tell(shop, stream, "review_submitted", order="another", rating=5)
    pass_time(shop, 5 * DAY)
    assert len(texts(shop)) == 1


def test_a_buyer_who_did_not_agree_to_marketing_is_not_asked(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "review_request")
    buyer(shop)
    tell(shop, stream, "delivered")
    pass_time(shop, 5 * DAY)
    assert texts(shop) == []
    (message,) = shop.world.of_type("message")
    assert message["reason"] == "no_sms_marketing_consent"


@pytest.mark.parametrize(("intent", "sent"), [("positive", 2), ("problem", 1), (None, 1)])
def test_only_a_positive_reply_is_followed_up(shop: Shop, stream: Stream, intent: str | None, sent: int) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream)
    pass_time(shop, 5 * DAY)
    (asked,) = shop.world.of_type("message")
    if intent:
        shop.world.services.enroller.answered(shop.stored(asked["id"]), intent)
    pass_time(shop, DAY)
    pass_time(shop, DAY)
    assert len(texts(shop)) == sent


def test_a_review_after_a_positive_reply_needs_no_second_word(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "review_request")
    delivered(shop, stream)
    pass_time(shop, 5 * DAY)
    (asked,) = shop.world.of_type("message")
    shop.world.services.enroller.answered(shop.stored(asked["id"]), "positive")
    tell(shop, stream, "review_submitted", rating=5, ids={})
    pass_time(shop, 2 * DAY)
    assert len(texts(shop)) == 1


def test_a_survey_is_answered_by_text_where_the_sender_takes_one(shop: Shop, stream: Stream) -> None:
    switch_on(shop, "survey")
    delivered(shop, stream)
    pass_time(shop, DAY)
    (text,) = texts(shop)
    assert "Répondez par une note de 1 à 5" in text


def test_a_survey_that_is_named_is_asked_and_its_reply_counted(shop: Shop, stream: Stream) -> None:
    satisfied = SurveyQuestion("q1", "Tout va bien ?", "score", low=1, high=5)
    survey = polled(shop, satisfied, kind="csat")
    switch_on(shop, "survey", survey=survey.survey.id)
    delivered(shop, stream)
    pass_time(shop, DAY)
    (text,) = texts(shop)
    assert "Tout va bien ? Répondez de 1 à 5." in text
    survey.reply(shop.world.services.vault.person(CAMILLE), "5 !")
    assert survey.counts()["q1.5"] == 1


def test_a_survey_leads_to_its_page_where_no_reply_can_come(world: World, stream: Stream) -> None:
    shop = open_shop(world, sender="Lumen")
    world.services.sender_book.register(shop.advertiser, "FR", "Lumen", verified=True, stop_number="36105")
    switch_on(shop, "survey")
    delivered(shop, stream)
    pass_time(shop, DAY)
    (text,) = texts(shop)
    assert "Votre note ici" in text and "STOP au 36105" in text

"""Who wins a contest: the same for everybody who draws, and nobody who should not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, MINUTE
from chalicelib.errors import Conflict, InvalidInput
from chalicelib.replies import draws
from chalicelib.storage.surveys import SurveyQuestion
from chalicelib.storage.templates import Template
from tests.replies.surveying import polled
from tests.support.shop import PHONES, Shop

QUIZ = SurveyQuestion("q1", "Où est né le Mobilier Lumen ?", "choice", (("A", "Lyon"), ("B", "Nantes")), correct="B")


@given(
    entrants=st.sets(st.text("abc0123456789", min_size=1), max_size=30), winners=st.integers(1, 40), order=st.randoms()
)
def test_a_draw_is_the_same_in_whatever_order_entrants_are_listed(
    entrants: set[str], winners: int, order: object
) -> None:
    listed = list(entrants)
    order.shuffle(listed)  # type: ignore[attr-defined]
    drawn = draws.drawn("seed", 1, listed, winners)
    assert drawn == draws.drawn("seed", 1, sorted(entrants), winners)
    assert len(set(drawn)) == len(drawn) == min(winners, len(entrants))
    assert set(drawn) <= entrants


def test_anybody_can_draw_again_with_what_is_told(shop: Shop) -> None:
    contest = polled(shop, QUIZ, kind="contest", winners=2)
    people = {phone: contest.ask(phone) for phone in PHONES[1:7]}
    shop.world.clock.advance(MINUTE)
    for place, person in enumerate(people.values()):
        contest.reply(person, "A" if place == 0 else "Nantes")
    book, advertiser = shop.world.services.survey_book, shop.advertiser.id
    with pytest.raises(Conflict):
        book.draw(advertiser, contest.survey.id)
    shop.world.clock.advance(8 * DAY)

    draw = book.draw(advertiser, contest.survey.id, by="key")

    assert hashlib.sha256(draw.seed.encode()).hexdigest() == contest.survey.commitment
    entries = {entry.id: entry for entry in shop.world.services.survey_entries.of_survey(contest.survey.id)}
    right = sorted(entry.id for entry in entries.values() if entry.answers["q1"].value == "B")
    assert (draw.entrants, draw.digest) == (5, draws.digest(right))
    by_hand = sorted(right, key=lambda entry: hmac.new(draw.seed.encode(), f"1:{entry}".encode(), "sha256").hexdigest())
    assert list(draw.winners) == by_hand[:2]
    assert book.draw(advertiser, contest.survey.id) == draw
    assert not any(phone[1:] in str(draw) or person in str(draw) for phone, person in people.items())


def test_another_draw_has_its_reason_on_record_and_other_winners(shop: Shop) -> None:
    contest = polled(shop, QUIZ, kind="contest", winners=1)
    for phone in PHONES[1:4]:
        contest.reply(contest.ask(phone), "B")
    shop.world.clock.advance(8 * DAY)
    book, advertiser = shop.world.services.survey_book, shop.advertiser.id
    with pytest.raises(Conflict):
        book.draw(advertiser, contest.survey.id, again="nobody has won yet")
    first = book.draw(advertiser, contest.survey.id)
    second = book.draw(advertiser, contest.survey.id, again="the winner cannot be reached")
    assert (second.number, second.reason) == (2, "the winner cannot be reached")
    assert not set(first.winners) & set(second.winners)
    assert book.draw(advertiser, contest.survey.id, again="the winner cannot be reached") == second
    assert book.draws(advertiser, contest.survey.id) == [first, second]


def test_winners_are_written_to_once_like_anybody_else(shop: Shop) -> None:
    contest = polled(shop, QUIZ, kind="contest", winners=2)
    for phone in PHONES[1:3]:
        contest.reply(contest.ask(phone), "B")
    services = shop.world.services
    shop.world.clock.advance(7 * DAY)
    draw = services.survey_book.draw(shop.advertiser.id, contest.survey.id)
    services.templates.save(
        shop.advertiser.id, Template("won", "{{ brand }} : votre lot vous attend {{ link }}", journey="contest")
    )
    link = "https://shop.example/lot"
    told = services.survey_book.tell_winners(shop.advertiser, contest.survey.id, 1, "won", link)
    assert set(told) == set(draw.winners)
    assert all(message.startswith("msg_") for message in told.values())
    assert services.survey_book.tell_winners(shop.advertiser, contest.survey.id, 1, "won", link) == told


def test_a_contest_that_has_ended_takes_nobody_in_any_more(shop: Shop) -> None:
    from dataclasses import replace

    contest = polled(shop, QUIZ, kind="contest", winners=1)
    shop.world.clock.advance(8 * DAY)
    with pytest.raises(Conflict):
        shop.world.services.survey_book.change(replace(contest.survey, closes_at=shop.world.clock.now() + DAY))


@pytest.mark.parametrize(
    ("question", "settings", "field"),
    [
        (SurveyQuestion("q1", "?", "choice", (("A", "Stop"), ("B", "Encore"))), {}, "questions.0.choices.0.label"),
        (SurveyQuestion("q1", "?", "choice", (("A", "B"), ("B", "A"))), {}, "questions.0.choices.0.code"),
        (SurveyQuestion("q1", "?", "choice", (("A", "Oui !"), ("B", "Oui"))), {}, "questions.0.choices.1.label"),
        (SurveyQuestion("q1", "?", "choice", (("A", "Rouge"), ("a", "Bleu"))), {}, "questions.0.choices.0.code"),
        (SurveyQuestion("q1", "?", "choice", (("A", "Rouge"),)), {}, "questions.0.choices"),
        (SurveyQuestion("q1", "?", "score", low=5, high=5), {}, "questions.0.high"),
        (SurveyQuestion("q1", "?", "score", low=1, high=10), {"kind": "nps"}, "questions.0"),
        (SurveyQuestion("q1", "?", "text"), {"kind": "vote"}, "questions"),
        (QUIZ, {"kind": "contest"}, "winners"),
        (SurveyQuestion("q1", "?", "text", correct="A"), {}, "questions.0.correct"),
        (SurveyQuestion("q1", "?", "text"), {"texts": {"thanks": {"fr": "Merci ! -10 % ici"}}}, "texts.thanks.fr"),
        (SurveyQuestion("q1", "?", "text"), {"closes_at": 1}, "closes_at"),
    ],
)  # fmt: skip
def test_a_survey_that_could_not_be_answered_is_not_saved(
    shop: Shop, question: SurveyQuestion, settings: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        polled(shop, question, **settings)
    assert field in {error.field for error in wrong.value.errors}

"""Surveys to try things on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.clock import DAY
from chalicelib.replies.survey_desk import OpenQuestion, Outcome
from chalicelib.storage.messages import Message
from chalicelib.storage.surveys import Survey, SurveyQuestion
from chalicelib.storage.templates import Template
from tests.support.shop import CAMILLE, Shop

COLOUR = SurveyQuestion(
    "q1", "Quelle couleur préférez-vous ?", "choice", (("A", "Rouge"), ("B", "Bleu"), ("C", "Vert"))
)
RECOMMEND = SurveyQuestion("q1", "Nous recommanderiez-vous à un ami ?", "score")
WHY = SurveyQuestion("q2", "Pourquoi ?", "text")


@dataclass
class Polled:
    """A shop with a survey."""

    shop: Shop
    survey: Survey

    def ask(self, phone: str = CAMILLE) -> str:
        """Send the survey to a phone as any SMS goes out; returns the person."""
        assert self.send(phone).state == "sent"
        return self.shop.world.services.vault.person(phone)

    def send(self, phone: str = CAMILLE) -> Message:
        """The SMS that asks it, and what became of it."""
        self.shop.contact(phone)
        services = self.shop.world.services
        services.templates.save(
            self.shop.advertiser.id,
            Template("poll", "Bonjour {{ brand }} : {{ survey }}", journey="vote", survey=self.survey.id),
        )
        message = self.shop.message(phone, template="poll", journey="broadcast", site=None)
        services.dispatch.send(message.id, message.version)
        return self.shop.stored(message)

    def open(self, person: str, at: int | None = None) -> OpenQuestion | None:
        """What the person may answer."""
        services = self.shop.world.services
        return services.survey_desk.open_question(person, self.shop.advertiser.id, at or services.clock.now())

    def reply(self, person: str, text: str, reply_id: str = "", at: int | None = None) -> Outcome:
        """A person's reply."""
        at = at or self.shop.world.clock.now()
        question = self.open(person, at)
        assert question
        return self.shop.world.services.survey_desk.take(question, reply_id or f"{person}/{text}/{at}", text, at)

    def counts(self) -> dict[str, int]:
        """What the survey's counters say."""
        return self.shop.world.services.survey_entries.counts(self.shop.advertiser.id, self.survey.id)


def polled(shop: Shop, *questions: SurveyQuestion, **settings: Any) -> Polled:
    """A survey of a shop that is open for a week."""
    now = shop.world.clock.now()
    wanted = Survey("", shop.advertiser.id, "Couleurs", "survey", questions or (COLOUR,), "fr", 0, now, now + 7 * DAY)
    return Polled(shop, shop.world.services.survey_book.create(replace(wanted, **settings)))


def recounted(replies: Iterable[tuple[str, int, str]], counts: str) -> str | None:
    """The answer that counts of replies as (id, at, value)."""
    ordered = sorted(replies, key=lambda reply: (reply[1], reply[0]))
    return (ordered[-1] if counts == "last" else ordered[0])[2] if ordered else None

"""Gives the automatic answers: reads, decides (replies/automatic.py), notes, says. A reply again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.journeys.enroller import Enroller
from chalicelib.logs import log
from chalicelib.messaging.agents import staffed
from chalicelib.messaging.recipients import place_of
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.template_language import NotComposable
from chalicelib.replies.answering import LINK, Answering
from chalicelib.replies.asked_before import AskedBefore
from chalicelib.replies.automatic import Answer, Facts, Nothing, ReviewAsked, decide, is_status
from chalicelib.replies.automatic_texts import written
from chalicelib.replies.inbound import Reply
from chalicelib.replies.spoken import Spoken, seal_said
from chalicelib.storage.advertisers import Advertiser, Advertisers
from chalicelib.storage.automatic_answers import Answered, AnsweredSoFar, AnswerSettings, AutomaticAnswers
from chalicelib.storage.counters import Counters
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.links import Links
from chalicelib.storage.messages import Message
from chalicelib.storage.ordered import Ordered, OrderedLog
from chalicelib.storage.templates import Templates
from chalicelib.storage.threads import State, Threads
from chalicelib.vault import Vault

_ATTEMPTS = 6


class AutoAnswering:
    """One of those that go on from a reply (replies/inbound.py)."""

    def __init__(
        self,
        *,
        answers: AutomaticAnswers,
        answering: Answering,
        threads: Threads,
        ledgers: Ledgers,
        asked: AskedBefore,
        links: Links,
        ordered: OrderedLog,
        templates: Templates,
        advertisers: Advertisers,
        countries: CountryBook,
        enroller: Enroller,
        counters: Counters,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._answers = answers
        self._answering = answering
        self._threads = threads
        self._ledgers = ledgers
        self._asked = asked
        self._links = links
        self._ordered = ordered
        self._templates = templates
        self._advertisers = advertisers
        self._countries = countries
        self._enroller = enroller
        self._counters = counters
        self._vault = vault
        self._clock = clock

    def follow(self, reply: Reply) -> None:
        """Answer a reply, or count why not. Raises StorageUnavailable: the reply comes again then."""
        advertiser = self._advertisers.get(reply.to.advertiser)
        if advertiser is None:
            return
        settings, asked = self._answers.settings(advertiser.id), self._asked.of(reply)
        for _ in range(_ATTEMPTS):
            before = self._answers.of_thread(reply.thread.id)
            given = any(one.reply == reply.id for one in before.answers)
            decision = decide(self._facts(reply, advertiser, settings, before, asked))
            if isinstance(decision, Nothing):
                self._counters.add(advertiser.id, reply.id, self._clock.now(), f"answer.not.{decision.reason}")
                log("not_answered", advertiser=advertiser.id, text=reply.id, reason=decision.reason)
                return
            if given or self._answers.take(reply.thread.id, before, self._noted(reply, decision)):
                self._say(reply, advertiser, settings, decision, asked)
                return
        raise StorageUnavailable("the conversation kept being answered")

    def _facts(
        self,
        reply: Reply,
        advertiser: Advertiser,
        settings: AnswerSettings,
        before: AnsweredSoFar,
        asked: Message | None,
    ) -> Facts:
        now, ledger = self._clock.now(), self._ledgers.get(reply.to.person)
        link = self._links.get(asked.code) if asked and asked.journey == "review" and asked.code else None
        return Facts(
            text=reply.text,
            reading=reply.reading,
            wrote_at=reply.at,
            now=now,
            opposed=ledger.opposition(advertiser.id) is not None,
            doubted="stop_doubtful" in reply.thread.flags,
            signed=self._countries.profile(place_of(reply.to.phone).country).sends,
            staffed=staffed(advertiser.agent, now),
            on=settings.on,
            before=[one for one in before.answers if one.reply != reply.id],
            review=ReviewAsked(asked.id, link.target if link else None)
            if asked and asked.journey == "review"
            else None,
            orders=list(self._orders(reply, advertiser)),
        )

    def _orders(self, reply: Reply, advertiser: Advertiser) -> Iterable[Ordered]:
        """The person's own orders with this advertiser; looked up where the text can be about one."""
        intent = reply.reading.intent
        if intent == "order_status" or (intent in ("other", "question") and any(map(str.isdigit, reply.text))):
            for order in self._ordered.of_contact(advertiser.id, reply.to.person):
                if order.advertiser == advertiser.id:
                    yield order

    def _noted(self, reply: Reply, answer: Answer) -> Answered:
        return Answered(reply.id, self._clock.now(), answer.name, is_status(answer.name), answer.about)

    def _say(
        self, reply: Reply, advertiser: Advertiser, settings: AnswerSettings, answer: Answer, asked: Message | None
    ) -> None:
        now, place = self._clock.now(), place_of(reply.to.phone)
        spoken = reply.reading.language, reply.thread.language, self._language(asked)
        zone = place.zones[0] if place.zones else "UTC"
        try:
            text = written(answer, advertiser.brand, settings.texts, spoken, zone)
        except NotComposable as refused:
            self._counters.add(advertiser.id, reply.id, now, f"answer.not.{refused.reason}")
            return
        key = f"automatic/{reply.id}"
        message = self._answering.say(
            *(reply.to, "answer", text),
            reply_id=reply.id,
            wrote_at=reply.at,
            now=now,
            key=key,
            at_once=answer.at_once,
            link=answer.link,
        )
        if isinstance(message, str):
            return
        if answer.about and asked:
            self._enroller.followed_up(asked)
        shown = text.replace(LINK, answer.link or "")
        said = Spoken(message.id, message.created_at, "out", shown, automatic=True, message=message.id)
        state: State | None = "open" if answer.settles else None
        sealed = seal_said(self._vault, reply.thread.id, said)
        # Counted with the text in its thread, so once.
        self._threads.said(
            *(reply.thread.id, sealed, now, f"answer.{answer.name}"), state=state, seen=reply.thread.texts
        )
        log("answered", advertiser=advertiser.id, text=reply.id, message=message.id, answer=answer.name)

    def _language(self, asked: Message | None) -> str | None:
        template = self._templates.get(asked.advertiser, asked.template) if asked and asked.template else None
        return template.language if template else None

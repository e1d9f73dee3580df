"""Acts on texts from phones: read, decide, do. Whatever dies between two steps, the same text again does the rest.

A no comes first, and holds whatever fails after it. Then the thread, whoever goes on from a reply, and what is
answered: each is known by the text, so doing it again does it once (docs/adr/0029).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.clock import Clock
from chalicelib.ids import derived_id
from chalicelib.logs import log
from chalicelib.messaging.answer_rules import AnswerKind
from chalicelib.replies import confirming
from chalicelib.replies.answering import Addressee, Answering
from chalicelib.replies.courses import Course
from chalicelib.replies.holds import let_go
from chalicelib.replies.keywords import Keywords
from chalicelib.replies.long_texts import LongTexts
from chalicelib.replies.reading import Reading, read
from chalicelib.replies.seeing import Seen, Seer
from chalicelib.replies.spoken import Spoken, seal_phone, seal_said
from chalicelib.replies.strays import sealed_stray
from chalicelib.replies.survey_desk import OpenQuestion
from chalicelib.replies.telling import Telling
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.conversation import Heard, Thread
from chalicelib.storage.counters import SERVICE, Counters, count
from chalicelib.storage.heard_texts import HeardTexts
from chalicelib.storage.keyword_numbers import dialled
from chalicelib.storage.ledger import EVERYONE, Held, Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message
from chalicelib.storage.threads import Threads
from chalicelib.vault import Vault


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that was taken to its thread, for whoever goes on from it. Personal: in memory only."""

    id: str
    to: Addressee
    text: str
    at: int
    reading: Reading
    course: Course
    thread: Thread
    message: Message | None
    """Our SMS that it answers."""
    asked: OpenQuestion | None = None
    """What the person was asked last, by a survey."""


class Follower(Protocol):
    """Goes on from a reply: journeys, surveys, webhooks, automatic answers. The same reply may come again."""

    def follow(self, reply: Reply) -> None:
        """Raises StorageUnavailable: the reply comes again then."""


class Inbound:
    """Where texts come in, off the queue."""

    def __init__(
        self,
        *,
        seer: Seer,
        texts: HeardTexts,
        long_texts: LongTexts,
        ledgers: Ledgers,
        advertisers: Advertisers,
        threads: Threads,
        keywords: Keywords,
        answering: Answering,
        counters: Counters,
        followers: Sequence[Follower],
        telling: Telling,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._seer = seer
        self._texts = texts
        self._long_texts = long_texts
        self._ledgers = ledgers
        self._advertisers = advertisers
        self._threads = threads
        self._keywords = keywords
        self._answering = answering
        self._counters = counters
        self._followers = followers
        self._telling = telling
        self._vault = vault
        self._clock = clock

    def receive(self, text: InboundText) -> Course | None:
        """Act on a text; what it led to, or None where it is waited for, or was acted on. Raises StorageUnavailable."""
        name, whole = self._long_texts.take(text)
        if name and read(text.text).stop == "certain":
            self._act(text, part_of=name, only_the_no=True)  # Whatever the rest may say.
        course = self._act(whole, part_of=name) if whole else None
        if name and whole:
            self._long_texts.settle(name)
        return course

    def give_up(self, name: str) -> Course | None:
        """Act on what there is of a long text whose rest never came."""
        text = self._long_texts.given_up(name)
        course = self._act(text, part_of=name) if text else None
        self._long_texts.settle(name)
        return course

    def text_id(self, text: InboundText) -> str:
        """What a text is called here: not what its provider calls it, which may say anything."""
        return derived_id("txt", self._vault.sign(f"text|{text.phone}|{text.id}"))

    def _act(self, text: InboundText, *, part_of: str | None = None, only_the_no: bool = False) -> Course | None:
        """Act on a text, or on a part of a long one: outside, both are told as the same one."""
        now, text_id = self._clock.now(), self.text_id(text)
        heard = self._texts.heard(text_id, min(text.at or now, now), now)
        if heard.done:
            return None
        seen = self._seer.see(text, heard.at)
        self._oppose(text_id, seen)
        advertiser = seen.whose.advertiser
        if advertiser and not only_the_no:
            self._follow(text_id, seen, advertiser)
        elif not only_the_no:
            self._keep_apart(text_id, seen)
        self._confirm(text_id, seen)
        self._telling.tell(part_of or text_id, seen)
        self._texts.settle(text_id)
        log("text_received", text=text_id, advertiser=advertiser, how=seen.whose.how, course=seen.course.reason)
        return seen.course

    def _oppose(self, text_id: str, seen: Seen) -> None:
        now, course = self._clock.now(), seen.course
        for advertiser in sorted(course.oppose):
            scope = SERVICE if advertiser == EVERYONE else advertiser
            self._ledgers.oppose(
                seen.person, advertiser, Opposition(seen.at, "stop"), count(scope, text_id, now, "opposed.stop")
            )
        if course.oppose:
            log("stop_received", text=text_id, advertisers=len(course.oppose), grade=seen.reading.stop)
        if course.hold and (held := seen.whose.advertiser):
            counted = count(held, text_id, now, f"held.{course.hold}")
            self._ledgers.hold(seen.person, held, Held(seen.at, course.hold), counted)

    def _keep_apart(self, text_id: str, seen: Seen) -> None:
        """Nobody's: for the operator alone."""
        now = self._clock.now()
        if self._texts.keep_apart(sealed_stray(self._vault, text_id, seen.at, seen.text), now):
            self._counters.add(SERVICE, text_id, now, "reply.unknown_number")

    def _follow(self, text_id: str, seen: Seen, advertiser: str) -> None:
        """The thread, then whoever goes on from the reply, then what is answered at once."""
        thread = self._threads.heard(self._heard(text_id, seen, advertiser), self._clock.now(), *_counted(seen))
        if seen.course.hold or seen.course.state == "closed":
            let_go(self._ledgers, thread, self._clock.now())  # Somebody was quicker, or a STOP has closed it.
        if seen.course.is_reply:
            to = self._addressee(seen, advertiser)
            text, message = seen.whose.text, seen.message
            reply = Reply(text_id, to, text, seen.at, seen.reading, seen.course, thread, message, seen.asked)
            for follower in self._followers:
                follower.follow(reply)
        if seen.yes:
            self._keywords.take(seen.yes, text_id, seen.text, seen.at, seen.reading.language)
        if seen.course.details:
            self._say(text_id, seen, advertiser, "contact", "contact", key=text_id)

    def _heard(self, text_id: str, seen: Seen, advertiser: str) -> Heard:
        thread_id = self._threads.id_of(advertiser, seen.person)
        reading = seen.reading
        spoken = Spoken(
            text_id,
            seen.at,
            "in",
            seen.text.text,
            intent=reading.intent,
            stop=reading.stop,
            confidence=reading.confidence,
            because=reading.because,
        )
        return Heard(
            advertiser=advertiser,
            person=seen.person,
            base=seen.message.base if seen.message and seen.message.base else advertiser,
            phone=seal_phone(self._vault, thread_id, seen.text.phone),
            number=dialled(seen.text.to) or seen.text.to,
            said=seal_said(self._vault, thread_id, spoken),
            state=seen.course.state,
            agrees=seen.course.agrees,
            flags=seen.course.flags,
            language=reading.language,
            message=seen.message.id if seen.message else None,
        )

    def _confirm(self, text_id: str, seen: Seen) -> None:
        """Confirm the no that this text was. One that stood before it, or is part of one, was confirmed before."""
        advertiser = seen.whose.advertiser
        if not seen.course.confirm or advertiser is None:
            return
        ledger = self._ledgers.get(seen.person)
        everyone = None if advertiser in ledger.readmitted else ledger.opposed.get(EVERYONE)
        no = next((one for one in (everyone, ledger.opposed.get(advertiser)) if one and one.how == "stop"), None)
        if no and no.at == seen.at:
            said: confirming.Said = "stopped_everywhere" if EVERYONE in seen.course.oppose else "stopped"
            self._say(text_id, seen, advertiser, "stop_confirmation", said, key=str(no.at))

    def _say(
        self, text_id: str, seen: Seen, advertiser_id: str, kind: AnswerKind, said: confirming.Said, *, key: str
    ) -> None:
        if advertiser := self._advertisers.get(advertiser_id):
            words = confirming.words(said, advertiser, dialled(seen.text.to), seen.reading.language)
            to, now = self._addressee(seen, advertiser_id), self._clock.now()
            self._answering.say(to, kind, words, reply_id=text_id, wrote_at=seen.at, now=now, key=key)

    def _addressee(self, seen: Seen, advertiser: str) -> Addressee:
        return Addressee(advertiser, seen.person, seen.text.phone, seen.text.to)


def _counted(seen: Seen) -> list[str]:
    grade = [f"stop.{seen.reading.stop}"] if seen.reading.stop != "no" else []
    return [f"reply.{seen.reading.intent}", *grade]

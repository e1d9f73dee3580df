"""The opt-in by text: a word to an advertiser's own keyword number, or to an SMS that asked for it, and nothing else.

OUI and OK agree to the advertiser's SMS, and to nothing more: never to be matched. After a STOP only START, which is
written by nobody by mistake, brings a person back.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.intake import Arrival, Intake
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, Clock
from chalicelib.logs import log
from chalicelib.messaging.answer_rules import AnswerKind
from chalicelib.replies.addressed import CLOCKS_APART, Whose
from chalicelib.replies.answering import Addressee, Answering
from chalicelib.replies.confirming import words
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import Counters
from chalicelib.storage.keyword_numbers import Answer, KeywordNumber, KeywordNumbers, dialled
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message
from chalicelib.vault import Vault

Word = Literal["OUI", "OK", "START"]

ASKED_WITHIN = DAY
"""How long after an SMS that asks for it an OUI is an answer to it (rules.md, opt-in by text)."""
_AGREEING: dict[str, Word] = {"oui": "OUI", "ok": "OK", "start": "START"}
_POLITE = frozenset(("bonjour", "bonsoir", "merci", "beaucoup", "svp", "stp", "madame", "monsieur"))
_WORDS = re.compile(r"[^\W_]+")
_SHORT_NUMBER = re.compile(r"[0-9]{5,6}")
# What turns a yes into a question or its contrary, whatever stands beside it.
_DOUBT = re.compile("[?¿؟❓❔⁉👎❌❎🚫⛔🛑🖕]")
_LONGEST = 60


def opt_in_word(text: str) -> Word | None:
    """The word that a text consists of, in any dress, with thanks at most; None for every other text.

    It is no search for a word: "ok mais arrêtez" and "OK ?" agree to nothing.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    if len(text) > _LONGEST or _DOUBT.search(plain):
        return None
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _WORDS.findall(plain)
    if words and _SHORT_NUMBER.fullmatch(words[-1]):
        words = words[:-2] if words[-2:-1] == ["au"] else words[:-1]  # "OUI au 36123", as the poster says it
    said = [_AGREEING[word] for word in words if word in _AGREEING]
    if not said or not all(word in _AGREEING or word in _POLITE for word in words):
        return None
    return said[0] if "START" not in said or len(said) == 1 else None


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes where it counts, and what it agrees to."""

    advertiser: str
    word: Word
    number: str
    """What it was written to, as a phone dials it."""
    wording: str | None
    wording_hash: str | None


class Keywords:
    """Finds what a text agrees to, and acts on it. A text that is reported twice is one."""

    def __init__(
        self,
        *,
        numbers: KeywordNumbers,
        advertisers: Advertisers,
        ledgers: Ledgers,
        contacts: Contacts,
        intake: Intake,
        counters: Counters,
        answering: Answering,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._numbers = numbers
        self._advertisers = advertisers
        self._ledgers = ledgers
        self._contacts = contacts
        self._intake = intake
        self._counters = counters
        self._answering = answering
        self._vault = vault
        self._clock = clock

    def of(self, number: str) -> KeywordNumber | None:
        """Whose keyword number this is."""
        return self._numbers.get(number)

    def yes(
        self, whose: Whose, text: InboundText, person: str, message: Message | None, at: int, *, start: bool
    ) -> Yes | None:
        """What a text agrees to: on a keyword number, or within a day of an opt-in question.

        START is understood on every number that the advertiser wrote from, by who was in its base.
        """
        word: Word | None = "START" if start else opt_in_word(whose.text)
        advertiser, number = whose.advertiser, self._numbers.get(text.to)
        if word is None or advertiser is None:
            return None
        if number and number.advertiser == advertiser:
            return Yes(advertiser, word, number.sender, number.wording, number.wording_hash)
        dialled_number = dialled(text.to)
        if message and message.asks and 0 <= at - message.claimed_at + CLOCKS_APART <= ASKED_WITHIN:
            return Yes(advertiser, word, dialled_number, message.asks["wording"], message.asks["hash"])
        if word == "START" and whose.concerns_number and self._was_in(advertiser, person):
            return Yes(advertiser, word, dialled_number, None, None)
        return None

    def take(self, yes: Yes, text_id: str, text: InboundText, at: int, language: str | None) -> None:
        """Take an opt-in and answer it. Raises StorageUnavailable: trying again is right."""
        person, advertiser = self._vault.person(text.phone), self._advertisers.get(yes.advertiser)
        answer = self._take(yes, text_id, text.phone, person, at)
        now = self._clock.now()
        if answer and advertiser and self._numbers.may_answer(person, advertiser.id, answer, text_id, now):
            to = Addressee(advertiser.id, person, text.phone, text.to)
            kind: AnswerKind = "keyword" if answer == "confirmation" else "way_back"
            said = words(answer, advertiser, yes.number, language)
            self._answering.say(to, kind, said, reply_id=text_id, wrote_at=at, now=now, key=text_id)

    def _take(self, yes: Yes, text_id: str, phone: str, person: str, at: int) -> Answer | None:
        """What to answer, once what was said is recorded."""
        statement = Statement(
            given={"sms_marketing": True},
            at=at,
            source="keyword",
            wording=yes.wording,
            wording_hash=yes.wording_hash,
            evidence={"message": text_id, "number": yes.number, "word": yes.word},
        )
        opposition = self._ledgers.get(person).opposition(yes.advertiser)
        stopped_since = opposition is not None and opposition.last_at > at
        returns = yes.word == "START" and not stopped_since
        outcome = self._intake.take(yes.advertiser, Arrival(Profile(phone), statement), verified=returns)
        log("keyword_received", advertiser=yes.advertiser, word=yes.word, outcome=outcome)
        self._counters.add(yes.advertiser, text_id, self._clock.now(), f"keyword.{outcome}")
        if outcome == "opposed":
            return None if stopped_since else "way_back"
        if returns:
            self._ledgers.come_back(person, yes.advertiser, at)  # A STOP from before it may come yet.
        return "confirmation"

    def _was_in(self, advertiser: str, person: str) -> bool:
        contact = self._contacts.get(advertiser, person)
        return contact is not None and "sms_marketing" in contact.consents

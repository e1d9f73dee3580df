"""The opt-in by text: a word to an advertiser's own keyword number, and nothing else said.

OUI and OK agree to the advertiser's SMS, and to nothing more: never to be matched. After a STOP only START, which is
written by nobody by mistake, brings a person back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from chalicelib.audience.intake import Arrival, Intake
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import Clock
from chalicelib.ids import new_id
from chalicelib.logs import log, log_failure
from chalicelib.sms_providers.contract import InboundText, Provider, SendError, Sms
from chalicelib.storage.advertisers import Advertiser, Advertisers
from chalicelib.storage.counters import Counters
from chalicelib.storage.keyword_numbers import Answer, KeywordNumber, KeywordNumbers
from chalicelib.storage.ledgers import Ledgers
from chalicelib.vault import Vault

Word = Literal["OUI", "OK", "START"]

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


class Keywords:
    """Acts on texts to keyword numbers. A text that is reported twice is one."""

    def __init__(
        self,
        *,
        numbers: KeywordNumbers,
        advertisers: Advertisers,
        ledgers: Ledgers,
        intake: Intake,
        counters: Counters,
        provider: Callable[[], Provider],
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._numbers = numbers
        self._advertisers = advertisers
        self._ledgers = ledgers
        self._intake = intake
        self._counters = counters
        self._provider = provider
        self._vault = vault
        self._clock = clock

    def owner(self, number: str) -> str | None:
        """The advertiser whose keyword number this is, or None."""
        found = self._numbers.get(number)
        return found.advertiser if found else None

    def receive(self, reply: InboundText) -> bool:
        """Take an opt-in where the text is one; True then. Raises StorageUnavailable: trying again is right."""
        word = opt_in_word(reply.text)
        number = self._numbers.get(reply.to) if word else None
        advertiser = self._advertisers.get(number.advertiser) if number else None
        if word is None or number is None or advertiser is None:
            return False
        text_id = f"{number.number}#{reply.id}"
        first = self._numbers.heard(text_id, self._clock.now())
        if first.done:
            return True
        answer = self._take(reply, word, number, first.at)
        if answer:
            self._answer(reply.phone, advertiser, number, answer)
        self._numbers.settle(text_id)
        return True

    def _take(self, reply: InboundText, word: Word, number: KeywordNumber, at: int) -> Answer | None:
        """What to answer, once what was said is recorded."""
        statement = Statement(
            given={"sms_marketing": True},
            at=at,
            source="keyword",
            wording=number.wording,
            wording_hash=number.wording_hash,
            evidence={"message": reply.id, "number": number.number, "word": word},
        )
        arrival = Arrival(Profile(reply.phone), statement)
        opposition = self._ledgers.get(self._vault.person(reply.phone)).opposition(number.advertiser)
        stopped_since = opposition is not None and opposition.at > at
        outcome = self._intake.take(number.advertiser, arrival, verified=word == "START" and not stopped_since)
        log("keyword_received", advertiser=number.advertiser, word=word, outcome=outcome)
        self._counters.add(number.advertiser, reply.id, self._clock.now(), f"keyword.{outcome}")
        if outcome == "opposed":
            return None if stopped_since else "way_back"
        return "confirmation"

    def _answer(self, phone: str, advertiser: Advertiser, number: KeywordNumber, answer: Answer) -> None:
        """Answer a phone, once a day for each advertiser and answer. What became of it unknown is not sent again."""
        now = self._clock.now()
        if not self._numbers.may_answer(self._vault.person(phone), advertiser.id, answer, now):
            return
        text = _TEXTS[answer].format(advertiser.brand, number.sender)
        sms = Sms(new_id("kw", now), phone, number.sender, text, "notification")
        try:
            self._provider().send(sms)
        except SendError as error:
            log("keyword_answer_failed", advertiser=advertiser.id, answer=answer, reason=error.kind)
        except Exception as error:  # noqa: BLE001 - whatever it was, the SMS may have left
            log_failure("keyword_answer_unknown", error, advertiser=advertiser.id, answer=answer)
        else:
            log("keyword_answered", advertiser=advertiser.id, answer=answer)


_TEXTS: dict[Answer, str] = {
    "confirmation": (
        "{0}: merci, c'est noté. Vous recevrez nos offres par SMS à ce numéro. STOP au {1} pour ne plus en recevoir."
    ),
    "way_back": "{0}: vous aviez demandé STOP, nous ne vous écrivons donc plus. Pour revenir, envoyez START au {1}.",
}

"""Everything that a text from a phone is decided from: whose it is, what it says, what the person said before."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.audience.profile import open_profile
from chalicelib.messaging.recipients import place_of
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.suggesting import TextModel
from chalicelib.replies.addressed import Spoke, Whose, whose
from chalicelib.replies.courses import Course, Facts, decide
from chalicelib.replies.keywords import Keywords, Yes
from chalicelib.replies.number_owners import NumberOwners
from chalicelib.replies.reading import Reading, read
from chalicelib.replies.second_opinion import is_unsure, reconsider
from chalicelib.replies.survey_desk import OpenQuestion, SurveyDesk
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.keyword_numbers import number_digits
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages
from chalicelib.vault import Vault

_LOOKED_AT = 100
"""The newest SMS to a phone whose numbers are looked up: one batch read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A text with all that was found of it, and what it leads to. Personal: in memory only."""

    text: InboundText
    person: str
    at: int
    whose: Whose
    reading: Reading
    course: Course
    message: Message | None
    """Our SMS that it answers."""
    yes: Yes | None
    """What it agrees to."""
    asked: OpenQuestion | None = None
    """What the person was asked last, by a survey."""


class Seer:
    """Reads and decides; does nothing."""

    def __init__(
        self,
        *,
        ledgers: Ledgers,
        messages: Messages,
        advertisers: Advertisers,
        countries: CountryBook,
        keywords: Keywords,
        owners: NumberOwners,
        surveys: SurveyDesk,
        contacts: Contacts,
        model: TextModel | None,
        vault: Vault,
    ) -> None:
        self._ledgers = ledgers
        self._messages = messages
        self._advertisers = advertisers
        self._countries = countries
        self._keywords = keywords
        self._owners = owners
        self._surveys = surveys
        self._contacts = contacts
        self._model = model
        self._vault = vault

    def see(self, text: InboundText, at: int) -> Seen:
        """What a text of `at` leads to, as things are. Raises StorageUnavailable."""
        person = self._vault.person(text.phone)
        ledger, keyword = self._ledgers.get(person), self._keywords.of(text.to)
        sent = self._sent(ledger)
        spoke = [
            Spoke(send.advertiser, send.message, send.at, _number(sent.get(send.message))) for send in ledger.sends
        ]
        number = number_digits(text.to)
        owners = self._owners.of(number, person)
        candidates = {sms.advertiser for sms in spoke} | {owner.advertiser for owner in owners if owner.knows}
        candidates |= {keyword.advertiser} if keyword else set()
        brands = {one: known.brand for one in sorted(candidates) if (known := self._advertisers.get(one))}
        found = whose(
            text.text,
            number,
            at,
            keyword=keyword.advertiser if keyword and keyword.advertiser in brands else None,
            owners=owners,
            spoke=spoke,
            brands=brands,
        )
        message = sent.get(found.message) if found.message else None
        asked = self._surveys.open_question(person, found.advertiser, at) if found.advertiser else None
        reading = self._considered(found, read(found.text, asked.question if asked else None), person, message)
        yes = self._keywords.yes(found, text, person, message, at, start=reading.start)
        facts = Facts(
            reading,
            found,
            at,
            returned=ledger.readmitted,
            opts_in=yes is not None and not (reading.intent == "survey" and _is_named(asked, keyword is not None)),
            everywhere=self._countries.profile(place_of(text.phone).country).stop_everywhere,
        )
        course = decide(facts)
        return Seen(text, person, at, found, reading, course, message, yes if course.opt_in else None, asked)

    def _considered(self, whose: Whose, reading: Reading, person: str, message: Message | None) -> Reading:
        """With a second opinion where there is doubt and a model to ask, which is told no name that is known."""
        if self._model is None or whose.advertiser is None or not is_unsure(reading):
            return reading
        contact = self._contacts.get(message.base if message else whose.advertiser, person)
        profile = open_profile(self._vault, contact) if contact else None
        names = (profile.first_name, profile.last_name) if profile else ()
        return reconsider(whose.text, reading, self._model, filter(None, names))

    def _sent(self, ledger: Ledger) -> dict[str, Message]:
        newest = sorted(ledger.sends, key=lambda send: -send.at)[:_LOOKED_AT]
        return self._messages.get_all(send.message for send in newest) if newest else {}


def _number(message: Message | None) -> str | None:
    """The digits of what an SMS came from; None for a name, or where that is not known."""
    return number_digits(message.sender or "") or None if message else None


def _is_named(asked: OpenQuestion | None, has_keyword: bool) -> bool:
    """Whether a yes answers the question that is open: to agree to a choice is to agree to nothing else."""
    return asked is not None and (asked.question.kind != "text" or not has_keyword)

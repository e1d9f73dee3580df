"""A contact as whoever answers for the base looks it up: what is known, what was agreed to, what came of it, and why.

It tells what an export does, without what lets the person be written to or called by somebody who has only looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from typing_extensions import TypedDict

from chalicelib.audience.consent_verify import ConsentVerifier
from chalicelib.audience.erasure import Erasure
from chalicelib.audience.person_shapes import (
    BoughtTold,
    ConsentKept,
    FindingTold,
    JourneyWalked,
    OppositionTold,
    ProfileTold,
    StatementTold,
    SurveyAnswered,
    TalkExported,
    WishTold,
)
from chalicelib.reports.message_shapes import WhyTold
from chalicelib.reports.why import reason_in_words, why
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.contacts import Contact, FieldValue, Purpose
from chalicelib.storage.conversation import State as ThreadState
from chalicelib.storage.messages import Message, Messages
from chalicelib.storage.visitors import Strength, Visitors
from chalicelib.units import Count, Moment

_MESSAGES_AT_ONCE = 100


class LedgerRead(TypedDict):
    """The consent ledger, verified as it was read."""

    chain: str
    intact: bool
    findings: list[FindingTold]
    statements: list[StatementTold]
    """The newest first."""


class LastEvent(TypedDict):
    """The newest event of a visit."""

    event: str
    at: Moment


class VisitHeld(TypedDict):
    """A browser that is held to be the contact's, with the evidence."""

    site: str
    visitor: str
    events: Count
    last: LastEvent | None
    evidence: str | None
    strength: Strength | None
    consent_at: Moment | None


class JourneyExplained(JourneyWalked):
    """A place in a journey, with why it ended."""

    because: str | None


class MessageInFile(WhyTold):
    """A message as its address tells it, with its text."""

    created_at: Moment
    text: str | None
    parts: Count | None
    promo_code: str | None


Click = TypedDict("Click", {"at": Moment, "class": str, "message": str | None})


class ReplyRead(TypedDict):
    """A text of the person, and what it was taken for."""

    at: Moment
    intent: str | None


class TalkTold(TypedDict):
    """A conversation without its texts."""

    thread: str
    advertiser: str
    state: ThreadState
    tags: list[str]
    texts: Count
    last_at: Moment | None
    replies: list[ReplyRead]


class PersonFile(TypedDict):
    """A contact's file. The newest of each kind first."""

    person: str
    base: str
    at: Moment
    profile: ProfileTold
    """Masked: the phone's last two digits, an address's first letter."""
    fields: dict[str, FieldValue]
    last_act_at: Moment
    unreachable_since: Moment | None
    """When it was found that nobody has the number."""
    consents: dict[Purpose, ConsentKept]
    """The current ones."""
    ledger: LedgerRead
    oppositions: dict[str, OppositionTold]
    wish: WishTold | None
    visits: list[VisitHeld]
    journeys: list[JourneyExplained]
    messages: list[MessageInFile]
    clicks: list[Click]
    conversations: list[TalkTold]
    surveys: list[SurveyAnswered]
    purchases: list[BoughtTold]
    segments: list[str]


class PersonFiles:
    """Reads what an export reads, and beside it the reasons."""

    def __init__(
        self, erasure: Erasure, verifier: ConsentVerifier, messages: Messages, clicks: ClickLog, visitors: Visitors
    ) -> None:
        self._erasure = erasure
        self._verifier = verifier
        self._messages = messages
        self._clicks = clicks
        self._visitors = visitors

    def read(self, contact: Contact, now: int) -> PersonFile:
        """Everything that is known."""
        told = self._erasure.export(contact.base, contact.person) or {}
        texts = {message["message"]: message["text"] for message in told["messages"]}
        found = self._messages_of(list(texts))
        by_code = {message.code: message.id for message in found if message.code}
        findings = self._verifier.verify_contact(contact)
        return {
            "person": contact.person,
            "base": contact.base,
            "at": now,
            "profile": masked(told["profile"]),
            "fields": told["fields"],
            "last_act_at": contact.acted_at,
            "unreachable_since": contact.unreachable_at or None,
            "consents": told["consents"],
            "ledger": {
                "chain": contact.chain,
                "intact": not findings,
                "findings": [finding.told() for finding in findings],
                "statements": list(reversed(told["statements"])),
            },
            "oppositions": told["oppositions"],
            "wish": told["wish"],
            "visits": [self._visit(one) for one in told["browsers"]],
            "journeys": [_stands(one) for one in told["journeys"]],
            "messages": [self._message(one, texts[one.id]) for one in found],
            "clicks": [
                {"at": click.at, "class": click.click_class, "message": by_code.get(click.link or "")}
                for click in self._clicks.of_contact(contact.base, contact.person, 0)
            ],
            "conversations": [_talk(one) for one in told["conversations"]],
            "surveys": told["surveys"],
            "purchases": told["purchases"],
            "segments": told["segments"],
        }

    def _messages_of(self, ids: list[str]) -> list[Message]:
        found: dict[str, Message] = {}
        for start in range(0, len(ids), _MESSAGES_AT_ONCE):
            found |= self._messages.get_all(ids[start : start + _MESSAGES_AT_ONCE])
        return sorted(found.values(), key=lambda message: (message.created_at, message.id), reverse=True)

    def _message(self, message: Message, text: str | None) -> MessageInFile:
        return {
            **why(message),
            "created_at": message.created_at,
            "text": text,
            "parts": message.parts if text else None,
            "promo_code": message.promo["code"] if message.promo else None,
        }

    def _visit(self, browser: dict[str, Any]) -> VisitHeld:
        visitor = self._visitors.get(browser["site"], browser["visitor"])
        events, tie = browser["events"], visitor.tie
        return {
            "site": browser["site"],
            "visitor": browser["visitor"],
            "events": len(events),
            "last": {"event": events[-1]["name"], "at": events[-1]["time"]} if events else None,
            "evidence": tie.evidence if tie else None,
            "strength": tie.strength if tie else None,
            "consent_at": tie.consent_at if tie else None,
        }


def masked(profile: Mapping[str, str]) -> ProfileTold:
    """A profile that tells its person from others, and gives no address away."""
    shown = dict(profile)
    shown["phone"] = f"•• •• {profile['phone'][-2:]}"
    if "email" in profile:
        name, _, domain = profile["email"].partition("@")
        shown["email"] = f"{name[:1]}…@{domain}"
    return cast("ProfileTold", shown)


def _stands(journey: JourneyWalked) -> JourneyExplained:
    reason = journey["reason"]
    return {**journey, "because": reason_in_words(reason) if reason else None}


def _talk(conversation: TalkExported) -> TalkTold:
    texts = conversation["texts"]
    return {
        "thread": conversation["thread"],
        "advertiser": conversation["advertiser"],
        "state": conversation["state"],
        "tags": conversation["tags"],
        "texts": len(texts),
        "last_at": texts[-1]["at"] if texts else None,
        "replies": [
            {"at": text["at"], "intent": text["intent"]} for text in reversed(texts) if text["direction"] == "in"
        ],
    }

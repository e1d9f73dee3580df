"""A contact as whoever answers for the base looks it up: what is known, what was agreed to, what came of it, and why.

It tells what an export does, without what lets the person be written to or called by somebody who has only looked.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from chalicelib.audience.consent_verify import ConsentVerifier
from chalicelib.audience.erasure import Erasure
from chalicelib.reports.why import reason_in_words, why
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.contacts import Contact
from chalicelib.storage.messages import Message, Messages
from chalicelib.storage.visitors import Visitors

_MESSAGES_AT_ONCE = 100


class PersonFile(TypedDict):
    """A contact's file. Times in epoch ms, the newest of each kind first."""

    person: str
    base: str
    at: int
    profile: dict[str, str]
    """Masked: the phone's last two digits, an address's first letter."""
    fields: dict[str, Any]
    last_act_at: int
    unreachable_since: int | None
    """When it was found that nobody has the number."""
    consents: dict[str, dict[str, Any]]
    """The current ones by purpose."""
    ledger: dict[str, Any]
    """The consent ledger, verified as it was read: `intact`, `findings`, `statements`."""
    oppositions: dict[str, dict[str, Any]]
    wish: dict[str, Any] | None
    visits: list[dict[str, Any]]
    """Browsers that are held to be the contact's, with the evidence."""
    journeys: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    """Each as `GET /v1/messages/{message}` tells it, with its text."""
    clicks: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    surveys: list[dict[str, Any]]
    purchases: list[dict[str, Any]]
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
                "findings": [asdict(finding) for finding in findings],
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

    def _message(self, message: Message, text: str | None) -> dict[str, Any]:
        promo = message.promo["code"] if message.promo else None
        return why(message) | {
            "created_at": message.created_at,
            "text": text,
            "parts": message.parts if text else None,
            "promo_code": promo,
        }

    def _visit(self, browser: dict[str, Any]) -> dict[str, Any]:
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


def masked(profile: dict[str, str]) -> dict[str, str]:
    """A profile that tells its person from others, and gives no address away."""
    shown = dict(profile)
    shown["phone"] = f"•• •• {profile['phone'][-2:]}"
    if "email" in profile:
        name, _, domain = profile["email"].partition("@")
        shown["email"] = f"{name[:1]}…@{domain}"
    return shown


def _stands(journey: dict[str, Any]) -> dict[str, Any]:
    reason = journey["reason"]
    return journey | {"because": reason_in_words(reason) if reason else None}


def _talk(conversation: dict[str, Any]) -> dict[str, Any]:
    texts = conversation["texts"]
    kept = ("thread", "advertiser", "state", "tags")
    return {name: conversation[name] for name in kept} | {
        "texts": len(texts),
        "last_at": texts[-1]["at"] if texts else None,
        "replies": [
            {"at": text["at"], "intent": text["intent"]} for text in reversed(texts) if text["direction"] == "in"
        ],
    }

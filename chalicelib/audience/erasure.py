"""Erasing a person from a base, and telling all that is kept of one.

An erasure first puts the number on the opposition list, which stops sends at once and keeps later imports out, and
takes the contact itself away last: one that was interrupted is simply run again. What stays is the opposition's keyed
hash, the chain's commitments with a signed tombstone, and a sealed proof for its stated term (docs/dpia.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.audience.consent_chain import open_entry, tombstone
from chalicelib.audience.conversations import Conversations
from chalicelib.audience.exported import bought, walked
from chalicelib.audience.profile import given_fields, identifiers_of, open_profile
from chalicelib.audience.survey_answers import SurveyAnswers
from chalicelib.audience.wordings import WordingBook
from chalicelib.clock import DAY, Clock
from chalicelib.logs import log
from chalicelib.storage import cohorts, keys
from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.consent_ledgers import ConsentLedgers
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.conversions import ConversionLog
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolments
from chalicelib.storage.events import Events
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.links import Links
from chalicelib.storage.messages import WAITING, Message, Messages, Step, move
from chalicelib.storage.networks import NetworkCookies
from chalicelib.storage.ordered import OrderedLog
from chalicelib.storage.participants import Participants
from chalicelib.storage.segments import Members
from chalicelib.storage.table import Delete, Table, TransactionRefused, Update
from chalicelib.vault import Vault

PROOF_KEPT = 5 * 365 * DAY
"""The term in which a personal claim can be brought in France: five years (Code civil, article 2224)."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away."""

    messages: int
    browsers: int


class Erasure:
    """Finds everything of a contact by what its own partition refers to: never by a scan."""

    def __init__(
        self,
        *,
        table: Table,
        contacts: Contacts,
        consents: ConsentLedgers,
        ledgers: Ledgers,
        messages: Messages,
        links: Links,
        events: Events,
        networks: NetworkCookies,
        sizes: BaseSizes,
        members: Members,
        enrolments: Enrolments,
        participants: Participants,
        clicks: ClickLog,
        conversions: ConversionLog,
        ordered: OrderedLog,
        conversations: Conversations,
        answers: SurveyAnswers,
        wordings: WordingBook,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._table = table
        self._contacts = contacts
        self._consents = consents
        self._ledgers = ledgers
        self._messages = messages
        self._links = links
        self._events = events
        self._networks = networks
        self._sizes = sizes
        self._members = members
        self._enrolments = enrolments
        self._participants = participants
        self._clicks = clicks
        self._conversions = conversions
        self._ordered = ordered
        self._conversations = conversations
        self._answers = answers
        self._wordings = wordings
        self._vault = vault
        self._clock = clock

    def erase(self, base: str, person: str) -> Erased | None:
        """Erase a contact and all that hangs on it; None where there is none. To be run again if interrupted.

        Who has only written, and is no contact, is erased from the conversations.
        """
        contact, now = self._contacts.get(base, person), self._clock.now()
        if contact is None:
            self._erase_talk(base, person, now)
            return None
        counted = count(base, f"{contact.chain}/erased", now, "opposed.erased")
        self._ledgers.oppose(person, base, Opposition(now, "erased"), counted)
        erased = self._take_away(contact, now)
        self._ledgers.forget_sends(person, base)
        self._ledgers.widen(person, base)
        self._clear(keys.contact_partition(base, person), but=keys.contact(base, person))
        self._sizes.remove(base, person)
        log("erased", messages=erased.messages, browsers=erased.browsers)
        return erased

    def knows(self, base: str, person: str) -> bool:
        """Whether a base has a person as a contact, or has only been written to."""
        return self._contacts.get(base, person) is not None or self._has_written(base, person)

    def expired(self, contact: Contact) -> None:
        """Take away what hung on a contact that has aged out and is gone. The person has opposed nothing."""
        self._take_away(contact, self._clock.now())
        self._clear(keys.contact_partition(contact.base, contact.person))
        self._sizes.aged_out(contact.base, contact.person, contact.chain, self._clock.now())
        log("contact_expired")

    def _has_written(self, base: str, person: str) -> bool:
        return any(self._table.query(keys.contact_partition(base, person), keys.THREAD_PREFIX, expired=True))

    def _erase_talk(self, base: str, person: str, now: int) -> None:
        partition = keys.contact_partition(base, person)
        if not self._has_written(base, person):
            return
        counted = count(base, f"{self._vault.lasting(person)}/erased", now, "opposed.erased")
        self._ledgers.oppose(person, base, Opposition(now, "erased"), counted)
        self._forget_talk(base, person, now)
        self._ledgers.forget_sends(person, base)
        self._clear(partition, but=keys.contact(base, person))
        log("erased_who_wrote")

    def _forget_talk(self, base: str, person: str, now: int) -> list[Message]:
        """Take away what was said; of messages that which counts is left, and told."""
        self._conversations.forget(base, person, now)
        self._answers.forget(base, person)
        messages = list(self._messages_of(base, person))
        for message in messages:
            self._scrub(message, now)
        return messages

    def _take_away(self, contact: Contact, now: int) -> Erased:
        self._forget_purchases(contact, now)
        messages = self._forget_talk(contact.base, contact.person, now)
        browsers = self._browsers(contact.base, contact.person)
        for site, visitor in browsers:
            self._clear(keys.trail(site, visitor))
        self._networks.forget(contact.base, contact.person)
        self._members.forget(contact.base, contact.person)
        for hmac in identifiers_of(self._vault, open_profile(self._vault, contact)):
            self._contacts.forget_identifier(contact.base, hmac, contact.person)
        self._bury(contact, now)
        return Erased(len(messages), len(browsers))

    def _forget_purchases(self, contact: Contact, now: int) -> None:
        for conversion in self._conversions.of_contact(contact.base, contact.person):
            for click in conversion.clicks:
                self._clicks.forget_purchase(click, conversion.site, conversion.transaction)
            self._conversions.erase(conversion, now)

    def export(self, base: str, person: str) -> dict[str, Any] | None:
        """Everything that a base keeps of a person (PersonExport), in clear; None where there is nothing.

        Of who has only written, and is no contact, that is what was said, by which phone.
        """
        contact, ledger = self._contacts.get(base, person), self._ledgers.get(person)
        if contact is None and not self._has_written(base, person):
            return None
        return {
            "base": base,
            "profile": given_fields(open_profile(self._vault, contact)) if contact else self._phone(base, person),
            "fields": dict(contact.fields) if contact else {},
            "last_act_at": contact.acted_at if contact else None,
            "consents": {purpose: said._asdict() for purpose, said in contact.consents.items()} if contact else {},
            "statements": self.proof(contact) if contact else [],
            "oppositions": {scope: asdict(no) for scope, no in ledger.opposed.items() if scope in (base, "*")},
            "wish": asdict(ledger.wishes[base]) if base in ledger.wishes else None,
            "journeys": [walked(enrolment) for enrolment in self._enrolments.of_contact(base, person)],
            "messages": [self._told(message) for message in self._messages_of(base, person)],
            "conversations": self._conversations.told(base, person),
            "surveys": self._answers.told(base, person),
            "browsers": [
                {
                    "site": site,
                    "visitor": visitor,
                    "events": [
                        {"name": event.name, "time": event.time, "params": dict(event.params)}
                        for event in self._events.trail(site, visitor)
                    ],
                }
                for site, visitor in self._browsers(base, person)
            ],
            "purchases": [bought(each) for each in self._conversions.of_contact(base, person)],
            "experiments": [
                {"journey": one.journey, "version": one.definition, "arm": one.arm, "joined_at": one.joined_at}
                for one in self._participants.of_contact(base, person)
            ],
            "orders": [
                {"site": order.site, "order": order.order, "at": order.at, "items": list(order.items)}
                for order in self._ordered.of_contact(base, person)
            ],
            "segments": sorted(self._members.of_contact(base, person)),
            "network_cookies": [{"consent_at": at} for at in self._networks.consents(base, person)],
        }

    def proof(self, contact: Contact) -> list[dict[str, Any]]:
        """A contact's consent ledger in clear, entry by entry, with the hashes that chain it.

        `wording_texts` are the very texts that the entry's hash is of, where they are known; else none.
        """
        lines = self._statements(contact)
        said = [line for line in lines if "wording" in line]
        named = {line["wording"] for line in said if line["wording"] and line["wording_hash"]}
        known = {wording: self._wordings.get(contact.base, wording) for wording in named}
        for line in said:
            wording = known.get(line["wording"])
            proven = wording is not None and wording.hash == line["wording_hash"]
            line["wording_texts"] = dict(wording.texts) if wording and proven else {}
        return lines

    def _statements(self, contact: Contact) -> list[dict[str, Any]]:
        told = []
        for entry in self._consents.entries(contact.chain):
            line = {"sequence": entry.sequence, "recorded_at": entry.recorded_at, "hash": entry.hash}
            if entry.payload is not None:
                line |= open_entry(self._vault, contact, entry)._asdict()
            told.append(line)
        return told

    def _messages_of(self, base: str, person: str) -> Iterable[Message]:
        refs = self._table.query(keys.contact_partition(base, person), keys.MESSAGE_PREFIX, expired=True)
        for ref in list(refs):
            if message := self._messages.get(ref["message"]):
                yield message

    def _phone(self, base: str, person: str) -> dict[str, str]:
        phone = self._conversations.phone(base, person)
        return {"phone": phone} if phone else {}

    def _browsers(self, base: str, person: str) -> list[tuple[str, str]]:
        refs = self._table.query(keys.contact_partition(base, person), keys.BROWSER_PREFIX, expired=True)
        places = [str(ref["sk"]).removeprefix(keys.BROWSER_PREFIX).partition("#") for ref in refs]
        return [(site, visitor) for site, _, visitor in places]

    def _scrub(self, message: Message, now: int) -> None:
        """Stop a message that has not left, and leave of it what counts: when, which class, what became of it."""
        try:
            cancelled = move(message.id, WAITING, Step("cancelled", now, "erased"))
            counted = count(message.advertiser, message.id, now, "message.cancelled.erased")
            self._table.transact([cancelled, counted, cohorts.cancelled(message, "erased")])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
        self._table.update(
            Update(
                keys.message(message.id),
                "SET #person = :nobody, #evidence = :empty, #decision = :empty REMOVE #text, #data, #phone,"
                " #asked, #product, #visitor",
                {"nobody": "", "empty": {}},
                condition="attribute_exists(pk)",
            )
        )
        if message.code:
            self._links.anonymise(message.code)

    def _bury(self, contact: Contact, now: int) -> None:
        entries = self._consents.entries(contact.chain)
        if not contact.chain:
            return
        if not entries or entries[-1].kind != "erased":
            self._consents.keep_proof(
                self._vault.lasting(contact.person),
                contact.base,
                contact.chain,
                self._vault.seal(
                    json.dumps(_minimal(self._statements(contact)), ensure_ascii=False), f"proof/{contact.chain}"
                ),
                now + PROOF_KEPT,
            )
            stone = tombstone(self._vault, contact, now)
            self._consents.close(stone, contact)
        for entry in entries:
            self._consents.shred(entry)

    def _clear(self, partition: str, but: keys.Key | None = None) -> None:
        for key in self._table.keys_of(partition):
            if key != but:
                self._table.delete(Delete(key))

    def _told(self, message: Message) -> dict[str, Any]:
        text = self._vault.open(message.text, f"message/{message.id}") if message.text else None
        return {
            "message": message.id,
            "state": message.state,
            "journey": message.journey,
            "created_at": message.created_at,
            "text": text,
            "given": json.loads(self._vault.open(message.data, f"message-data/{message.id}")) if message.data else None,
            "reason": message.reason,
            "history": [asdict(step) for step in message.history],
        }


def _minimal(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a dispute may need of a consent: nothing that says more of the person."""
    kept = ("sequence", "recorded_at", "hash", "given", "at", "source", "wording", "wording_hash", "proof", "basis")
    return [{name: line[name] for name in kept if name in line} for line in statements]

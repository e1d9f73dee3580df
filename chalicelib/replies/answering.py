"""Makes answers: messages to who has written, by the number that was written to (docs/adr/0029).

An answer is a message like any other: it is claimed, handed over at most once, receipted, and can be asked why. Its id
follows from what it answers, so saying it again is saying it once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.ids import derived_id
from chalicelib.messaging.answer_rules import WITHIN, Against, AnswerKind, against
from chalicelib.messaging.given import Given, seal_given
from chalicelib.messaging.tick import QUEUE_LEASE
from chalicelib.storage import cohorts, messages
from chalicelib.storage.counters import Counters, count
from chalicelib.storage.keyword_numbers import dialled
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages, Step, phone_place
from chalicelib.storage.send_queue import Order, SendQueue
from chalicelib.storage.table import TransactionRefused
from chalicelib.vault import Vault

LINK = "\ue000"
"""Where the link stands in a text: a sign that nobody writes (Unicode, private use)."""
_LIQUID = re.compile(r"\{(?=[{%#])")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is answered, for whom, and from which number. Personal: in memory only."""

    advertiser: str
    person: str
    """As contacts have it."""
    phone: str
    """E.164."""
    number: str
    """What the person wrote to, as the provider told it; empty for the advertiser's usual sender."""


class Answering:
    """Where answers come from, whoever gives them: STOP and its kin, automatic answers, agents."""

    def __init__(
        self, messages: Messages, ledgers: Ledgers, counters: Counters, queue: SendQueue, vault: Vault
    ) -> None:
        self._messages = messages
        self._ledgers = ledgers
        self._counters = counters
        self._queue = queue
        self._vault = vault

    def say(
        self,
        to: Addressee,
        kind: AnswerKind,
        text: str,
        *,
        reply_id: str,
        wrote_at: int,
        now: int,
        key: str,
        at_once: bool = False,
        link: str | None = None,
    ) -> Message | Against:
        """The answer, which leaves in the next seconds if it may; the one of before where `key` has said it already.

        Or why there is none, which is counted: everything is asked once more when it leaves (messaging/decide.py).
        `text` is what the phone shows, to the letter; `link` (a checked URL) goes where LINK stands in it, or after it,
        as a personal link.
        `reply_id` is the text that it answers, written at `wrote_at`. `at_once` says that this was a question, so an
        answer does not wait for the hours. Raises StorageUnavailable; saying it again is right.
        """
        message_id = derived_id("msg", self._vault.sign(f"answer|{kind}|{to.advertiser}|{to.person}|{key}"))
        known = self._messages.get(message_id)
        if known is None:
            message = self._message(message_id, to, kind, text, reply_id, wrote_at, now, at_once=at_once, link=link)
            if refused := against(message, self._ledgers.get(to.person), now):
                self._counters.add(to.advertiser, message_id, now, f"answer.refused.{refused}")
                return refused
            made = messages.create(message), messages.reference(message), cohorts.made(message)
            try:
                self._messages.commit([*made, count(to.advertiser, message_id, now, f"answer.{kind}")])
            except TransactionRefused:
                known = self._messages.get(message_id)
                if known is None:
                    raise
            else:
                known = message
        if known.state == "queued" and known.version == 1:
            # Whoever made it may have died before this; a second order finds the message gone on.
            self._queue.put([Order(known.id, known.version, known.due_at or 0)])
        return known

    def _message(
        self,
        message_id: str,
        to: Addressee,
        kind: AnswerKind,
        text: str,
        reply_id: str,
        wrote_at: int,
        now: int,
        *,
        at_once: bool,
        link: str | None,
    ) -> Message:
        said = to_the_letter(text)
        if link:
            said = said.replace(LINK, "{{ link }}") if LINK in said else said + " {{ link }}"
        return Message(
            id=message_id,
            state="queued",
            version=1,
            message_class="notification",
            advertiser=to.advertiser,
            journey=kind,
            base=to.advertiser,
            person=to.person,
            created_at=now,
            expires_at=wrote_at + WITHIN,
            due_at=now + QUEUE_LEASE,
            data=seal_given(self._vault, message_id, Given(link=link, text=said, sender=dialled(to.number) or None)),
            evidence={"reply": reply_id, "wrote_at": wrote_at, "at_once": at_once},
            history=(Step("scheduled", now),),
            phone=self._vault.seal(to.phone, phone_place(message_id)),
        )


def to_the_letter(text: str) -> str:
    """A text as a template that says just that: what looks like Liquid in it is none."""
    return _LIQUID.sub("{{ '{' }}", text)

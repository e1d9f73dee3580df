"""A contact's conversations, for an export or an erasure."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.storage.conversation import because_context, said_context, thread_context
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.threads import Said, Thread, Threads
from chalicelib.vault import Vault

_AT_ONCE = 500


class Conversations:
    """What was said between a contact of a base and whom it wrote to."""

    def __init__(self, threads: Threads, ledgers: Ledgers, vault: Vault) -> None:
        self._threads = threads
        self._ledgers = ledgers
        self._vault = vault

    def forget(self, base: str, person: str, now: int) -> None:
        """Take them away, with every text and what waited for somebody to read them."""
        for advertiser in {base, *self._threads.advertisers_of(base, person)}:
            self._ledgers.release_hold(person, advertiser)
        for thread in self._threads.of_contact(base, person):
            self._threads.forget(thread, now)

    def phone(self, base: str, person: str) -> str:
        """The phone that was written from; empty where nothing is kept of what was said."""
        thread = next(self._threads.of_contact(base, person), None)
        return self._vault.open(thread.phone, thread_context(thread.id)) if thread else ""

    def told(self, base: str, person: str) -> list[dict[str, Any]]:
        """All of them in clear."""
        return [self._told(thread) for thread in self._threads.of_contact(base, person)]

    def _told(self, thread: Thread) -> dict[str, Any]:
        texts: list[Said] = []
        while page := self._threads.entries(thread.id, texts[-1].place if texts else "", _AT_ONCE):
            texts += page
        return {
            "thread": thread.id,
            "advertiser": thread.advertiser,
            "number": thread.number,
            "state": thread.state,
            "tags": list(thread.tags),
            "flags": sorted(thread.flags),
            "texts": [self._text(thread, said) for said in texts],
        }

    def _text(self, thread: Thread, said: Said) -> dict[str, Any]:
        because = self._vault.open(said.because, because_context(thread.id, said.id)) if said.because else "[]"
        return {
            "at": said.at,
            "direction": said.direction,
            "text": self._vault.open(said.text, said_context(thread.id, said.id)),
            "automatic": said.automatic,
            "message": said.message,
            "intent": said.intent,
            "because": json.loads(because),
        }

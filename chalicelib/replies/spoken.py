"""What was said in a conversation, in clear: sealed on its way to the store, opened for who may read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.storage.conversation import because_context, said_context, thread_context
from chalicelib.storage.threads import Said, Thread
from chalicelib.vault import Vault


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text in clear: in memory only."""

    id: str
    at: int
    direction: Literal["in", "out"]
    text: str
    automatic: bool = False
    message: str | None = None
    intent: str | None = None
    stop: str | None = None
    confidence: float = 0
    because: tuple[str, ...] = ()
    waited_ms: int | None = None
    place: str = ""
    """Where it stands in its thread."""


def seal_said(vault: Vault, thread_id: str, spoken: Spoken) -> Said:
    """A text as its thread (`Threads.id_of`) keeps it."""
    because = json.dumps(spoken.because, ensure_ascii=False)
    return Said(
        id=spoken.id,
        at=spoken.at,
        direction=spoken.direction,
        text=vault.seal(spoken.text, said_context(thread_id, spoken.id)),
        automatic=spoken.automatic,
        message=spoken.message,
        intent=spoken.intent,
        stop=spoken.stop,
        confidence=round(spoken.confidence * 1000),
        because=vault.seal(because, because_context(thread_id, spoken.id)) if spoken.because else None,
    )


def open_said(vault: Vault, thread_id: str, said: Said) -> Spoken:
    """A text as it was said."""
    because: Any = vault.open(said.because, because_context(thread_id, said.id)) if said.because else "[]"
    return Spoken(
        id=said.id,
        at=said.at,
        direction=said.direction,
        text=vault.open(said.text, said_context(thread_id, said.id)),
        automatic=said.automatic,
        message=said.message,
        intent=said.intent,
        stop=said.stop,
        confidence=said.confidence / 1000,
        because=tuple(json.loads(because)),
        waited_ms=said.waited_ms,
        place=said.place,
    )


def seal_phone(vault: Vault, thread_id: str, phone: str) -> bytes:
    """A phone as its thread keeps it."""
    return vault.seal(phone, thread_context(thread_id))


def open_phone(vault: Vault, thread: Thread) -> str:
    """The phone of a thread's person, E.164."""
    return vault.open(thread.phone, thread_context(thread.id))

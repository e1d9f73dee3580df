"""What becomes of a message once a provider was called, or was not heard of again. Pure.

What surely has not left may wait and go again. What may have left waits for word: it is handed over again only to a
provider that takes the message's id as an idempotency key, so that the phone gets it once.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.messaging.retries import MOST_ATTEMPTS, retry_at
from chalicelib.sms_providers.contract import FailureKind
from chalicelib.storage.messages import Message, State


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that a message moves to."""

    state: State
    reason: str | None = None
    due_at: int | None = None
    released: bool = False
    """Whether the caps take it back: the provider said for certain that it has not left."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Hand the same SMS to the same provider again."""


def taken() -> Outcome:
    """The provider accepted it."""
    return Outcome("sent")


def refused(message: Message, kind: FailureKind, now: int) -> Outcome:
    """The provider answered that it does not take it. `message` is as it was before this attempt."""
    attempts = message.attempts + 1
    maybe_left = message.state == "unknown"
    again = retry_at(message.id, attempts, now)
    if kind == "retryable" and maybe_left:
        return Outcome("unknown", "provider_unavailable", again)
    if kind != "retryable":
        return Outcome("failed", kind, released=not maybe_left)
    if attempts >= MOST_ATTEMPTS or again >= message.expires_at:
        return Outcome("expired", "provider_unavailable", released=True)
    return Outcome("deferred", "provider_unavailable", again, released=True)


def no_answer(message: Message, now: int, *, idempotent: bool, word_within: int) -> Outcome:
    """The call ended without an answer. `message` is as it was before this attempt; `word_within` in ms."""
    if idempotent:
        return Outcome("unknown", "no_answer", retry_at(message.id, message.attempts + 1, now))
    return Outcome("unknown", "no_answer", now + word_within)


def resumed(message: Message, now: int, *, idempotent: bool, word_within: int) -> Outcome | Retry:
    """An unknown message whose time has come: try again, wait for word, or end the waiting.

    One that nobody heard of again has failed, and stays counted: it may be on the phone.
    """
    word_by = message.claimed_at + word_within
    if now >= word_by:
        return Outcome("failed", "no_word")
    if idempotent and message.attempts < MOST_ATTEMPTS and now < message.expires_at:
        return Retry()
    return waits_for_word(message, word_within=word_within)


def waits_for_word(message: Message, *, word_within: int) -> Outcome:
    """Nothing more is done about it until a receipt comes, or until no more is waited for."""
    return Outcome("unknown", message.reason, message.claimed_at + word_within)

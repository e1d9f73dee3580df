"""The phases of a key's rotation, on a stage's secrets: pure, from one secret to the next (docs/adr/0010).

    identifiers   steady -> introduced -> passed -> switched -> retired -> steady
    data          steady -> introduced -> switched -> passed -> steady

A container may go on with the secrets of before for a while, so a phase says how long the next one has to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.clock import HOUR, MINUTE
from chalicelib.vault import SECRETS_KEPT, new_key

Secret = Mapping[str, Any]
Phase = Literal["steady", "introduced", "passed", "switched", "retired"]

SETTLED = 2 * SECRETS_KEPT + 5 * MINUTE
"""After it every container has read the secret again, and what it had begun before has ended."""
STREAMED = 24 * HOUR + SETTLED
"""After it no event is followed any more whose identifiers were keyed before: the stream keeps records for a day."""


class TooEarly(Exception):
    """The next phase has to wait; `until` says how long (epoch ms)."""

    def __init__(self, until: int) -> None:
        super().__init__("the containers may still have the secrets of before")
        self.until = until


@dataclass(frozen=True, slots=True)
class Rotation:
    """Where a rotation stands."""

    phase: Phase = "steady"
    since: int = 0
    """Epoch ms."""


def rotation(secret: Secret) -> Rotation:
    """Where the secret's rotation stands."""
    return Rotation(**secret.get("rotation", {}))


def ready_at(secret: Secret) -> int:
    """The moment (epoch ms) from which the next phase may come."""
    now = rotation(secret)
    if now.phase in ("steady", "passed"):
        return now.since
    in_stream = now.phase == "switched" and "keys" in secret
    return now.since + (STREAMED if in_stream else SETTLED)


def require_ready(secret: Secret, now: int) -> None:
    """TooEarly where the next phase may not come yet."""
    if now < ready_at(secret):
        raise TooEarly(ready_at(secret))


def read_identifiers(secret: Secret) -> dict[str, Any]:
    """The secret of identifiers in its present form."""
    if "keys" in secret:
        return dict(secret)
    return {"keys": {"1": secret["key"]}, "current": 1}


def versions(secret: Secret) -> list[int]:
    """The versions of its keys, the oldest first."""
    return sorted(int(version) for version in secret.get("keys", secret.get("data", {})))


def introduce(secret: Secret, now: int) -> dict[str, Any]:
    """The secret with one more key, which is known and not yet current."""
    ring = "keys" if "keys" in secret else "data"
    keys = dict(secret[ring]) | {str(secret["current"] + 1): new_key()}
    return _at(secret, "introduced", now) | {ring: keys}


def switch(secret: Secret, now: int) -> dict[str, Any]:
    """The secret with its newest key as the current one."""
    return _at(secret, "switched", now) | {"current": versions(secret)[-1]}


def passed(secret: Secret, now: int) -> dict[str, Any]:
    """The secret, with the note that the pass is complete."""
    return _at(secret, "passed", now)


def retire(secret: Secret, now: int, phase: Phase) -> dict[str, Any]:
    """The secret with its current key only."""
    ring = "keys" if "keys" in secret else "data"
    current = str(secret["current"])
    return _at(secret, phase, now) | {ring: {current: secret[ring][current]}}


def steady(secret: Secret, now: int) -> dict[str, Any]:
    """The secret, with the note that its rotation is complete."""
    return _at(secret, "steady", now)


def _at(secret: Secret, phase: Phase, now: int) -> dict[str, Any]:
    return {**secret, "rotation": {"phase": phase, "since": now}}

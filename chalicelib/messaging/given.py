"""What came with a message for its text: sealed for the message, and opened only to write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from chalicelib.storage.messages import Message
from chalicelib.vault import Vault


@dataclass(frozen=True, slots=True)
class Given:
    """Values by their names in the template, and what else a back end said of its message."""

    values: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None
    """A URL that has been checked (links/targets.py). Without one it leads to the message's product or site."""
    order: str | None = None
    """The number of the order that it is about."""
    text: str | None = None
    """The text itself, where it is of no template."""
    sender: str | None = None
    """The only sender that will do; without one, the template's or the advertiser's usual one."""


def seal_given(vault: Vault, message_id: str, given: Given) -> bytes:
    """As `Message.data` holds it."""
    return vault.seal(json.dumps(asdict(given), ensure_ascii=False), _label(message_id))


def open_given(vault: Vault, message: Message) -> Given:
    """What came with a message; nothing for one that a journey meant."""
    return Given(**json.loads(vault.open(message.data, _label(message.id)))) if message.data else Given()


def _label(message_id: str) -> str:
    return f"message-data/{message_id}"

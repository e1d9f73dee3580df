"""What a delivery says: as JSON by Standard Webhooks, or as one line for a Slack channel. Nobody is named in either."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.clock import SECOND
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.webhooks import Format
from chalicelib.webhooks.events import VERSION

_LINES = {
    "conversation.waiting": "A conversation waits for an answer",
    "conversation.answered": "A conversation was answered",
    "stop.received": "Somebody said STOP",
    "survey.answered": "A survey was answered",
    "ping": "A test: this channel hears from Relance",
}
_SHOWN = ("intent", "flags", "grade", "by", "score", "choice")
"""The fields that a line in Slack shows."""


def payload(delivery: Delivery, form: Format, origin: str) -> bytes:
    """The body of a delivery, in UTF-8. `origin` is the service's own: a line links to the conversation there."""
    data: Mapping[str, Any] = json.loads(delivery.body)
    told = _slack(delivery, data, origin) if form == "slack" else _json(delivery, data)
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def _json(delivery: Delivery, data: Mapping[str, Any]) -> dict[str, Any]:
    at = datetime.fromtimestamp(delivery.at / SECOND, UTC).isoformat(timespec="milliseconds")
    return {
        "type": delivery.event,
        "version": VERSION,
        "timestamp": at.replace("+00:00", "Z"),
        "advertiser": delivery.advertiser,
        "data": data,
    }


def _slack(delivery: Delivery, data: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """`{"text": …}`, which is all that an incoming webhook needs (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/)."""
    shown = [_words(data[name]) for name in _SHOWN if data.get(name) not in (None, [], "")]
    line = _LINES[delivery.event] + (f" ({', '.join(shown)})" if shown else "")
    conversation = data.get("conversation")
    return {"text": f"{line}: {conversation_url(origin, conversation)}" if conversation else line}


def conversation_url(origin: str, conversation: str) -> str:
    """The page of the console where a conversation is answered."""
    return f"{origin}/console/inbox/{conversation}"


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)

"""The provider of rehearsals: keeps each SMS, sealed, for the phone simulator. Delivers to nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from chalicelib.clock import Clock
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.sms_providers.contract import Accepted, Receipt, ReceiptState, Sms
from chalicelib.sms_providers.hooks import HookCall, required
from chalicelib.storage.outbox import Outbox, OutboxEntry
from chalicelib.vault import Vault

# What the phone simulator reports to our state and reason.
STATES: Mapping[str, tuple[ReceiptState, str | None]] = {
    "sent": ("sent", None),
    "delivered": ("delivered", None),
    "unreachable": ("failed", "unreachable"),
    "unknown_subscriber": ("failed", "unknown_subscriber"),
    "opted_out": ("failed", "opted_out"),
}


@dataclass(frozen=True, slots=True)
class KeptSms:
    """An SMS as the simulator shows it."""

    id: str
    at: int
    direction: Literal["in", "out"]
    phone: str
    sender: str
    """The service's side of the conversation."""
    text: str


class OutboxProvider:
    """Provider `outbox`."""

    name = "outbox"
    idempotent = False
    reaches_phones = False
    acknowledgement = ("text/plain", "OK")

    def __init__(self, outbox: Outbox, vault: Vault, clock: Clock) -> None:
        self._outbox = outbox
        self._vault = vault
        self._clock = clock

    def send(self, sms: Sms) -> Accepted:
        """Keep an SMS for the phone that it is meant for."""
        self._keep(KeptSms(sms.message_id, self._clock.now(), "out", sms.to, sms.sender, sms.text))
        return Accepted(f"outbox-{sms.message_id}", self.name)

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What the simulated phone says of an SMS. Raises InvalidInput."""
        given = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        message_id, said = required(given, "id"), required(given, "state")
        if said not in STATES:
            raise InvalidInput([FieldError("state", "known", f"must be one of {', '.join(STATES)}")])
        state, reason = STATES[said]
        provider_id = f"outbox-{message_id}"
        return [Receipt(self.name, f"{message_id}/{said}", state, call.at, message_id, provider_id, reason)]

    def received(self, reply_id: str, phone: str, sender: str, text: str) -> None:
        """Keep what a phone answered, so that the simulator shows the conversation."""
        self._keep(KeptSms(reply_id, self._clock.now(), "in", phone, sender, text))

    def newest(self) -> list[KeptSms]:
        """The newest SMS first."""
        return [self.opened(entry) for entry in self._outbox.newest()]

    def since(self, at: int) -> list[KeptSms]:
        """All SMS from a moment on (epoch ms), the oldest first."""
        return [self.opened(entry) for entry in self._outbox.since(at)]

    def _keep(self, sms: KeptSms) -> None:
        body = json.dumps({"phone": sms.phone, "sender": sms.sender, "text": sms.text}, ensure_ascii=False)
        self._outbox.add(OutboxEntry(sms.id, sms.at, sms.direction, self._vault.seal(body, f"outbox/{sms.id}")))

    def opened(self, entry: OutboxEntry) -> KeptSms:
        """An entry as the simulator shows it."""
        body = json.loads(self._vault.open(entry.sealed, f"outbox/{entry.id}"))
        return KeptSms(entry.id, entry.at, entry.direction, body["phone"], body["sender"], body["text"])

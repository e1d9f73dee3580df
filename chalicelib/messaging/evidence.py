"""What a decision saw, as it is stored with its message, for whoever asks why (P7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.messaging.decide import Decision, Permit, Refuse, Send
from chalicelib.messaging.pressure import Pressure
from chalicelib.messaging.writing import Written
from chalicelib.sms_providers.prices import Money


def evidence(
    permitted: Permit | Refuse,
    decision: Decision,
    now: int,
    written: Written | None = None,
    cost: Money | None = None,
) -> Mapping[str, Any]:
    """When it was decided, by which entry of the consent ledger, how each cap stood, and the hours of the place.

    Of what was written its sender, template, parts and country; `cost` where a budget holds.
    """
    seen: dict[str, Any] = {"at": now, "pressure": _pressure(decision.pressure)}
    if decision.hours:
        seen["hours"] = asdict(decision.hours)
    if not isinstance(decision, Send) and decision.held:
        seen["held"] = asdict(decision.held)
    if isinstance(permitted, Permit) and permitted.consent:
        consent = permitted.consent._asdict() | {"purpose": permitted.purpose, "chain": permitted.contact.chain}
        seen["consent"] = {name: value for name, value in consent.items() if value is not None}
    if written:
        sms = written.sms
        seen["sms"] = {"sender": sms.sender, "template": written.template, "parts": sms.parts}
        seen["sms"]["country"] = written.country
    if cost:
        seen["cost"] = asdict(cost)
    return seen


def _pressure(pressure: Pressure) -> list[dict[str, Any]]:
    return [
        asdict(reading.rule) | {"used": reading.used, "reached": reading.reached, "frees_at": reading.frees_at}
        for reading in pressure.readings
    ]

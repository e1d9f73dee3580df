"""What a decision saw, as it is stored with its message, for whoever asks why (P7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.messaging.decide import Decision, Permit, Refuse
from chalicelib.messaging.pressure import Pressure


def evidence(permitted: Permit | Refuse, decision: Decision, now: int) -> Mapping[str, Any]:
    """When it was decided, by which consent, how each cap stood, and the hours of the place."""
    seen: dict[str, Any] = {"at": now, "pressure": _pressure(decision.pressure)}
    if decision.hours:
        seen["hours"] = asdict(decision.hours)
    if isinstance(permitted, Permit) and permitted.consent:
        consent = permitted.consent._asdict() | {"purpose": permitted.purpose, "chain": permitted.contact.chain}
        seen["consent"] = {name: value for name, value in consent.items() if value is not None}
    return seen


def _pressure(pressure: Pressure) -> list[dict[str, Any]]:
    return [
        asdict(reading.rule) | {"used": reading.used, "reached": reading.reached, "frees_at": reading.frees_at}
        for reading in pressure.readings
    ]

"""Puts long texts together that a gateway reports part by part: in any order, doubled, or one of them never.

What is there after a few minutes is read without the rest. A part that comes later than that is read by itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from chalicelib.clock import Clock
from chalicelib.sms_providers.contract import InboundText
from chalicelib.sms_providers.reports import Reports
from chalicelib.storage.text_parts import MOST_PARTS, Parts, TextParts, text_context
from chalicelib.vault import Vault


class LongTexts:
    """Where parts wait for one another."""

    def __init__(self, parts: TextParts, reports: Reports, vault: Vault, clock: Clock) -> None:
        self._parts = parts
        self._reports = reports
        self._vault = vault
        self._clock = clock

    def take(self, part: InboundText) -> tuple[str | None, InboundText | None]:
        """The name of the text that a part belongs to, and the text once it is whole: None while the rest is missing.

        What is no part of a text, or comes when the others have been read, is a text of its own and has no name.
        """
        if not part.reference or not 1 <= part.part <= part.parts <= MOST_PARTS or part.parts == 1:
            return None, part
        name = self._vault.sign(f"parts|{part.phone}|{part.to}|{part.reference}|{part.parts}")[:40]
        sealed = self._vault.seal(json.dumps(asdict(part)), text_context(name, part.part))
        now = self._clock.now()
        found = self._parts.add(name, part.id, part.at or now, part.part, part.parts, sealed, now)
        if found.done:
            return None, None if part.part in found.sealed else part
        return name, self._joined(found) if found.is_whole else None

    def given_up(self, name: str) -> InboundText | None:
        """What there is of a text whose rest never came; None where it has been read."""
        found = self._parts.get(name)
        return self._joined(found) if found and not found.done else None

    def settle(self, name: str) -> None:
        """A text was read."""
        self._parts.settle(name)

    def run(self) -> int:
        """Each minute: have the texts read whose rest has been waited for long enough. Returns how many."""
        overdue = list(self._parts.overdue(self._clock.now()))
        self._reports.give_up(overdue)
        return len(overdue)

    def _joined(self, found: Parts) -> InboundText:
        opened = {
            place: InboundText(**json.loads(self._vault.open(sealed, text_context(found.name, place))))
            for place, sealed in found.sealed.items()
        }
        text, before = "", 0
        for place, part in opened.items():
            text += part.text if place == before + 1 else f" … {part.text}"
            before = place
        return replace(next(iter(opened.values())), id=f"{found.id}/whole", at=found.at, text=text, part=1, parts=1)

"""What a rehearsal of a journey has found so far, and behind whom it goes on: as a page of the base can leave it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, cast

from chalicelib.messaging.foresight import PriceOf
from chalicelib.messaging.rehearsal import Tally
from chalicelib.storage.broadcasts import Foreseen
from chalicelib.storage.messages import Message

if TYPE_CHECKING:
    from chalicelib.journeys.rehearsal_shapes import MessageForeseen, OutlookTold


@dataclass(slots=True)
class Outlook:
    """Counts, and the first rows."""

    most_rows: int = 500
    tally: Tally = field(default_factory=Tally)
    became: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    looked_at: int = 0
    people: int = 0
    """Contacts for whom a message would be made, whether it leaves or not."""
    shard: int = 0
    after: str = ""
    """The roster's shard and person behind whom it goes on."""

    def add(self, became: Counter[str], messages: list[Message], foreseen: list[Foreseen]) -> None:
        """Count in what would become of one contact."""
        self.became += became
        self.people += bool(messages)
        self.tally.add(foreseen)
        for message, one in zip(messages, foreseen, strict=True):
            if len(self.rows) < self.most_rows:
                named = {"person": message.person, "step": message.step, "variant": message.variant}
                self.rows.append(named | asdict(one))

    def told(self, price: PriceOf) -> OutlookTold:
        """The summary. Times in epoch ms, money in micro-units."""
        return {
            "contacts_looked_at": self.looked_at,
            "people": self.people,
            "became": dict(self.became.most_common()),
            "messages": self.tally.told(self.tally.looked_at, price),
            "rows": cast("list[MessageForeseen]", self.rows),
        }

    def nameless(self) -> list[dict[str, Any]]:
        """The rows without the people: of who is erased, nothing is kept."""
        return [{name: value for name, value in row.items() if name != "person"} for row in self.rows]

    def state(self) -> dict[str, Any]:
        """All that is kept of it, as JSON can hold it."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return kept | {"tally": self.tally.state(), "became": dict(self.became), "rows": self.nameless()}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Outlook:
        """What `state` told."""
        return cls(**state | {"tally": Tally.of_state(state["tally"]), "became": Counter(state["became"])})

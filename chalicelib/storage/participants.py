"""Who takes part in an experiment: one item for each contact and version of a journey that compares something.

It holds all that the contact did in it. Whoever changes it moves the counts of its arm by the difference, in the same
transaction: what is told twice, late or in another order ends at the same sums (docs/adr/0025).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import log

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import difference, moved_in_all
from chalicelib.storage.messages import Message
from chalicelib.storage.table import Put, Table, TransactionRefused, Update, Write

_RETENTION = 395 * DAY
"""As the purchases that are counted (docs/retention.md)."""
_STEP = log(1.05)
"""What people spent is counted in classes 5 % wide: enough to tell how it scatters; sums are exact."""


@dataclass(frozen=True, slots=True)
class Participant:
    """One contact in one version of a journey. Moments in epoch ms, 0 for never."""

    base: str
    person: str
    advertiser: str
    journey: str
    definition: int
    """The version of the journey."""
    arm: str
    joined_at: int
    """When its first step came to the point of being sent, whether it was or not."""
    until: int
    """Up to when its purchases are followed."""
    version: int = 0
    messages: tuple[str, ...] = ()
    """The SMS that were made."""
    clicked_at: int = 0
    replied_at: int = 0
    unsubscribed_at: int = 0
    purchases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By site and order, what each counts for (links/attribution.py, `numbers`)."""

    @property
    def key(self) -> keys.Key:
        """Where it is stored."""
        return keys.participant(self.base, self.person, self.advertiser, self.journey, self.definition)


class Participants:
    """Each write holds only where the item still is as it was read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, key: keys.Key) -> Participant | None:
        """A contact's part in a version of a journey, or None."""
        item = self._table.get(key)
        return from_item(item) if item else None

    def of_contact(self, base: str, person: str) -> list[Participant]:
        """Everything that a contact takes part in."""
        found = self._table.query(keys.contact_partition(base, person), keys.PARTICIPANT_PREFIX)
        return [from_item(item) for item in found]

    def change(self, known: Participant, after: Participant, now: int) -> bool:
        """Store it with the counts that it moves; False where somebody else has changed it meanwhile."""
        try:
            self._table.transact(changed(known, after, now))
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True


def changed(known: Participant | None, after: Participant, now: int) -> list[Write]:
    """The writes of a change. They belong into one transaction."""
    item: Item = {"type": "participant", "v": 1} | asdict(after)
    item |= {"version": known.version + 1 if known else 1, "ttl": (after.joined_at + _RETENTION) // SECOND}
    if known:
        put = Put(after.key, item, "#version = :known", {"known": known.version})
    else:
        put = Put(after.key, item, "attribute_not_exists(pk)")
    by = difference(figures(known) if known else {}, figures(after))
    scope = scope_of(after.advertiser, after.journey, after.definition)
    return [put, *([moved_in_all(scope, after.person, now, by)] if by else [])]


def figures(participant: Participant) -> dict[str, int]:
    """What somebody counts for, under names that begin with the arm's."""
    told = {"people": 1, "made": len(participant.messages)}
    told |= {
        "clicked": int(participant.clicked_at > 0),
        "replied": int(participant.replied_at > 0),
        "unsubscribed": int(participant.unsubscribed_at > 0),
    }
    for numbers in participant.purchases.values():
        for name, number in numbers.items():
            told[name] = told.get(name, 0) + number
    told["buyers"] = int(any(told.get(f"conversion.{word}", 0) for word in ("confirmed", "unconfirmed")))
    for name, micro in list(told.items()):
        if name.startswith("revenue.confirmed.") and micro > 0:
            told[f"spent.{name.removeprefix('revenue.confirmed.')}.{round(log(micro) / _STEP)}"] = 1
    return {f"{participant.arm}.{name}": number for name, number in told.items() if number}


def sent(message: Message, at: int) -> list[Update]:
    """The write that counts for its arm that a provider took a message; none outside of experiments."""
    told = message.enrolment or {}
    if "arm" not in told:
        return []
    scope = scope_of(message.advertiser, told["journey"], told["definition"])
    return [moved_in_all(scope, message.person, at, {f"{told['arm']}.sent": 1})]


def scope_of(advertiser: str, journey: str, definition: int) -> str:
    """Where the counts of a version's arms stand."""
    return f"{advertiser}/arms/{journey}/{definition}"


def spent(place: int) -> float:
    """The amount in the middle of a class, in micro-units."""
    return float(1.05**place)


def from_item(item: Item) -> Participant:
    """A participant as the table holds it."""
    known = {name: item[name] for name in Participant.__slots__ if name in item}
    return Participant(**known | {"messages": tuple(item["messages"])})

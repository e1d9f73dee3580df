"""What a person's pressure ledger holds: what the person was sent lately, opposed, wished and wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chalicelib.storage.caps import LONGEST_WINDOW
from chalicelib.storage.codec import Item

EVERYONE = "*"
"""An opposition to every advertiser."""
MOST_SENDS = 500
"""Of one person in the longest window: the item stays small, and nobody is sent more, whatever the caps say."""
OPPOSED, WISH, HELD = "opposed.", "wish.", "held."
"""What the attributes begin with that hold these, by advertiser."""


@dataclass(frozen=True, slots=True)
class Send:
    """One SMS that was claimed for sending."""

    at: int
    advertiser: str
    journey: str
    """Or the campaign."""
    message_class: str
    message: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Opposition:
    """A person's no."""

    at: int
    how: str
    """`stop` for a reply, `unsubscribe` for the page, `carrier` for what a provider or carrier was told."""
    again: int = 0
    """When it was last said once more; 0 where it was not. Who comes back does so after all of it."""

    @property
    def last_at(self) -> int:
        """When the person last said it."""
        return max(self.at, self.again)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of an advertiser that may go on writing: less often, or not of everything."""

    at: int
    every_ms: int = 0
    """At most one marketing SMS in this time; 0 where the person asked for no such thing."""
    without: tuple[str, ...] = ()
    """Kinds of messages (messaging/wishes.py) that the person does not want."""

    def narrowed(self, other: Wish) -> Wish:
        """Both wishes together. Only the person, by a code to the phone, may widen again."""
        return Wish(other.at, max(self.every_ms, other.every_ms), tuple(sorted({*self.without, *other.without})))


HeldWhy = Literal["doubtful_stop", "problem"]
"""Why an advertiser's marketing to a person stands still: an answer that may be a STOP, or one that tells a problem."""


@dataclass(frozen=True, slots=True)
class Held:
    """An advertiser's marketing to a person waits until somebody has read what the person wrote."""

    at: int
    why: HeldWhy

    def joined(self, other: Held) -> Held:
        """For both texts."""
        return Held(max(self.at, other.at), "problem" if "problem" in (self.why, other.why) else self.why)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A person's recent sends, and oppositions by advertiser."""

    person: str
    """The lasting name that it stands under."""
    version: int = 0
    sends: tuple[Send, ...] = ()
    opposed: Mapping[str, Opposition] = field(default_factory=dict)
    readmitted: Mapping[str, int] = field(default_factory=dict)
    """Advertisers that the person came back to, and when: a no to everyone does not hold for them."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """By advertiser."""
    held: Mapping[str, Held] = field(default_factory=dict)
    """By advertiser."""

    @property
    def written_by(self) -> frozenset[str]:
        """Whom a no goes to that names nobody: all that wrote to this phone lately, and everyone where none did."""
        return frozenset(send.advertiser for send in self.sends) or frozenset((EVERYONE,))

    def is_full(self, now: int) -> bool:
        """Whether no send can be added without forgetting one that a cap may have to count."""
        return sum(send.at > now - LONGEST_WINDOW for send in self.sends) >= MOST_SENDS

    def opposition(self, advertiser: str) -> Opposition | None:
        """The person's no to this advertiser, or to everyone."""
        if advertiser in self.opposed:
            return self.opposed[advertiser]
        return None if advertiser in self.readmitted else self.opposed.get(EVERYONE)


def from_item(item: Item) -> Ledger:
    """A ledger as the table holds it."""
    return Ledger(
        person=item["person"],
        version=item["version"],
        sends=tuple(Send(**send) for send in item.get("sends", ())),
        opposed={
            name.removeprefix(OPPOSED): Opposition(**value) for name, value in item.items() if name.startswith(OPPOSED)
        },
        readmitted=item.get("readmitted", {}),
        wishes={
            name.removeprefix(WISH): Wish(value["at"], value["every_ms"], tuple(value["without"]))
            for name, value in item.items()
            if name.startswith(WISH)
        },
        held={name.removeprefix(HELD): Held(**value) for name, value in item.items() if name.startswith(HELD)},
    )


def to_item(ledger: Ledger) -> dict[str, Any]:
    """The attributes of a ledger, but its key."""
    item: dict[str, Any] = {"type": "ledger", "v": 1, "person": ledger.person, "version": ledger.version}
    if ledger.sends:
        item["sends"] = [asdict(send) for send in ledger.sends]
    if ledger.readmitted:
        item["readmitted"] = dict(ledger.readmitted)
    item |= {OPPOSED + scope: asdict(no) for scope, no in ledger.opposed.items()}
    item |= {HELD + advertiser: asdict(held) for advertiser, held in ledger.held.items()}
    return item | {WISH + advertiser: asdict(wish) for advertiser, wish in ledger.wishes.items()}

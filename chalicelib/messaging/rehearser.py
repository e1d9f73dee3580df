"""Rehearses a broadcast, or the reach of a segment, over its members: everybody, or a stated sample."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.clock import Clock
from chalicelib.messaging.broadcasts import fingerprint, message_for, slot
from chalicelib.messaging.foresight import Foresight, PriceOf
from chalicelib.messaging.rehearsal import Tally
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.broadcasts import Broadcast, Broadcasts, Plan
from chalicelib.storage.messages import Message, MessageClass
from chalicelib.storage.segments import Members
from chalicelib.storage.templates import Template
from chalicelib.vault import Vault

if TYPE_CHECKING:
    from chalicelib.messaging.rehearsal_shapes import Reach

AT_ONCE = 2_000
"""How many are looked at within one request; above that, a sample."""
_PAGE = 100


class Rehearser:
    """Looks ahead. Nothing is sent, and nothing is taken."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        members: Members,
        foresight: Callable[[Advertiser], Foresight],
        price: PriceOf,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._members = members
        self._foresight = foresight
        self._price = price
        self._vault = vault
        self._clock = clock

    def rehearse(
        self, advertiser: Advertiser, broadcast: Broadcast, template: Template | None, most: int | None
    ) -> Broadcast:
        """The broadcast with its rehearsal, whose rows are kept; everybody is looked at where `most` is None.

        Storing the broadcast is the caller's. Raises StorageUnavailable.
        """
        now = self._clock.now()
        start = max(now, broadcast.plan.start_at or now)
        numbered = replace(broadcast, rehearsals=broadcast.rehearsals + 1)
        foresight, tally = self._foresight(advertiser), Tally()
        for messages in _pages(self._messages(numbered, start, now), most):
            foreseen = foresight.of(messages)
            self._broadcasts.foresee(numbered, foreseen, now)
            tally.add(foreseen)
        of = {"rehearsed_at": now, "start_at": start, "template": fingerprint(template)}
        return replace(numbered, rehearsal=json.dumps({**self._told(broadcast.plan.segment, tally, most), **of}))

    def reach(
        self,
        advertiser: Advertiser,
        segment: str,
        message_class: MessageClass,
        at: int,
        *,
        template: str | None = None,
        most: int | None = AT_ONCE,
    ) -> Reach:
        """How many of a segment could be written to at a moment or within a day of it, and why the others could not."""
        plan = Plan("", segment, template or "", message_class, pace=10**9)
        asked = Broadcast("reach", advertiser.id, plan, "draft", self._clock.now())
        foresight, tally = self._foresight(advertiser), Tally()
        for messages in _pages(self._messages(asked, at, self._clock.now()), most):
            bare = messages if template else [replace(message, template=None) for message in messages]
            tally.add(foresight.of(bare))
        return self._told(segment, tally, most)

    def _messages(self, broadcast: Broadcast, start: int, now: int) -> Iterator[Message]:
        """What would be made, in the order in which it would be: that of the segment's members."""
        for number, person in enumerate(self._members.all(broadcast.plan.segment)):
            at = slot(start, number, broadcast.plan.pace)
            yield message_for(self._vault, broadcast, person, at, now)

    def _told(self, segment: str, tally: Tally, most: int | None) -> Reach:
        """Everybody was looked at, unless the sample was filled: then the segment's own count says of how many."""
        all_seen = most is None or tally.looked_at < most
        audience = tally.looked_at if all_seen else max(tally.looked_at, self._members.size(segment))
        return tally.told(audience, self._price)


def _pages(messages: Iterator[Message], most: int | None) -> Iterator[list[Message]]:
    left = islice(messages, most)
    while page := list(islice(left, _PAGE)):
        yield page

"""Runs a broadcast: in slices, at its pace, each person once, whoever dies or comes twice (storage/broadcasts.py).

Its messages are made for everybody of the segment, and decided by the dispatch as all are, at the last moment. So each
refusal is stored with its message, counted, and can be asked why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.clock import MINUTE, SECOND, Clock
from chalicelib.logs import log
from chalicelib.messaging.broadcasts import fingerprint, message_for, message_id, slot
from chalicelib.messaging.opt_outs import OptOutPull
from chalicelib.storage import cohorts, keys
from chalicelib.storage.broadcasts import AT_ONCE, Broadcast, Broadcasts, Slice
from chalicelib.storage.counters import count, moved
from chalicelib.storage.halts import Halts
from chalicelib.storage.jobs import Job
from chalicelib.storage.messages import WAITING, Message, Messages, Step, move
from chalicelib.storage.segments import Members
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.templates import Templates
from chalicelib.vault import Vault

LOOK_AHEAD = MINUTE
"""What falls due before the next look is made now."""
_MARGIN_MS = 15 * SECOND


class BroadcastRun:
    """The background's work on broadcasts."""

    def __init__(
        self,
        *,
        broadcasts: Broadcasts,
        members: Members,
        messages: Messages,
        halts: Halts,
        templates: Templates,
        opt_outs: OptOutPull,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._members = members
        self._messages = messages
        self._halts = halts
        self._templates = templates
        self._opt_outs = opt_outs
        self._vault = vault
        self._clock = clock

    def work(self, job: Job, remaining_ms: Callable[[], int]) -> None:
        """Do what is due of a broadcast. The job is leased."""
        advertiser = keys.advertiser_of(job.key[0])
        broadcast = self._broadcasts.get(advertiser, job.key[1].removeprefix(keys.BROADCAST_PREFIX))
        if broadcast is None:
            return
        if broadcast.state == "cancelling":
            self._cancel(broadcast, remaining_ms)
            return
        if broadcast.state == "scheduled":
            started = self._start(broadcast, remaining_ms)
            if started is None:
                return
            broadcast = started
        if broadcast.state == "running":
            self._run(broadcast, remaining_ms)

    def _start(self, broadcast: Broadcast, remaining_ms: Callable[[], int]) -> Broadcast | None:
        """Begin, once the providers' lists of who opted out were read to their end: until then it waits."""
        now = self._clock.now()
        template = self._templates.get(broadcast.advertiser, broadcast.plan.template)
        if broadcast.rehearsed["template"] != fingerprint(template):
            # What was approved is not what would go: somebody has to look at it.
            log("broadcast_paused", advertiser=broadcast.advertiser, broadcast=broadcast.id, reason="template_changed")
            self._keep(broadcast, replace(broadcast, state="paused", waits_for="template_changed", due_at=None))
            return None
        if unread := self._opt_outs.run(remaining_ms).unfinished:
            log("broadcast_waits", advertiser=broadcast.advertiser, broadcast=broadcast.id, opt_outs=len(unread))
            self._keep(broadcast, replace(broadcast, waits_for="opt_outs", due_at=now + MINUTE))
            return None
        anchor = max(broadcast.anchor, now)
        log("broadcast_starts", advertiser=broadcast.advertiser, broadcast=broadcast.id)
        return self._keep(broadcast, replace(broadcast, state="running", anchor=anchor, waits_for="", due_at=now))

    def _run(self, broadcast: Broadcast, remaining_ms: Callable[[], int]) -> None:
        current: Broadcast | None = broadcast
        while current and current.state == "running" and remaining_ms() > _MARGIN_MS:
            now = self._clock.now()
            if self._halts.against(current.advertiser, current.id):
                # Too many said no to it, or somebody stopped marketing: looked at again until that ends.
                self._keep(current, replace(current, due_at=now + MINUTE))
                return
            if self._next_at(current, now) >= now + LOOK_AHEAD:
                return
            current = self._slice(current, now)

    def _next_at(self, broadcast: Broadcast, now: int) -> int:
        """The moment of the next message. What was missed is not made up for: the pace holds from now."""
        return max(now, slot(broadcast.anchor, broadcast.made, broadcast.plan.pace))

    def _slice(self, broadcast: Broadcast, now: int) -> Broadcast | None:
        """Make the next messages; returns where the broadcast stands then, None where somebody else moved it."""
        pace = broadcast.plan.pace
        anchor = self._next_at(broadcast, now) - broadcast.made * MINUTE // pace
        room = next((n for n in range(AT_ONCE) if slot(anchor, broadcast.made + n, pace) >= now + LOOK_AHEAD), AT_ONCE)
        people = self._members.page(broadcast.plan.segment, broadcast.shard, broadcast.after, room)
        made = self._made(broadcast, people, anchor, now)
        after = replace(broadcast, anchor=anchor, made=broadcast.made + len(made), version=broadcast.version + 1)
        if people:
            after = replace(after, after=people[-1])
        elif broadcast.shard + 1 < keys.ROSTER_SHARDS:
            after = replace(after, shard=broadcast.shard + 1, after="")
        else:
            after = replace(after, state="done", ended_at=now, due_at=None)
            log("broadcast_done", advertiser=broadcast.advertiser, broadcast=broadcast.id, made=after.made)
        if after.state == "running":
            after = replace(after, due_at=max(now, self._next_at(after, now) - LOOK_AHEAD))
        counted = moved(broadcast.advertiser, broadcast.id, now, {"broadcast.made": len(made)})
        # Made in the same moment for the same broadcast, they are counted at once.
        of_their_hour = [cohorts.of_message(made[0]).moved(broadcast.id, {"made": len(made)})] if made else []
        writes = (counted, *of_their_hour)
        piece = Slice(made, after.shard, after.after, anchor, after.due_at, after.state, after.ended_at, writes)
        return after if self._broadcasts.advance(broadcast, piece) else None

    def _made(self, broadcast: Broadcast, people: list[str], anchor: int, now: int) -> tuple[Message, ...]:
        """The messages of a page of people. Who has one already, and left and came back since, gets no other."""
        pace, names = broadcast.plan.pace, {person: message_id(self._vault, broadcast, person) for person in people}
        known = self._messages.get_all(names.values())
        new = [person for person in people if names[person] not in known]
        return tuple(
            message_for(self._vault, broadcast, person, slot(anchor, broadcast.made + number, pace), now)
            for number, person in enumerate(new)
        )

    def _cancel(self, broadcast: Broadcast, remaining_ms: Callable[[], int]) -> None:
        """Cancel what was made and has not left, page by page."""
        after: str | None = broadcast.after
        while after is not None:
            if remaining_ms() < _MARGIN_MS:
                self._keep(broadcast, replace(broadcast, after=after, due_at=self._clock.now()))
                return
            page, after = self._broadcasts.recipients(broadcast, after, 100)
            for message in self._messages.get_all([one.message for one in page if one.made]).values():
                if message.state in WAITING:
                    self._take_back(message)
        now = self._clock.now()
        self._keep(broadcast, replace(broadcast, state="cancelled", ended_at=now, due_at=None))

    def _take_back(self, message: Message) -> None:
        now = self._clock.now()
        cancelled = move(message.id, WAITING, Step("cancelled", now, "broadcast_cancelled"))
        counted = count(message.advertiser, message.id, now, "message.cancelled.broadcast_cancelled")
        try:
            self._messages.commit([cancelled, counted, cohorts.cancelled(message, "broadcast_cancelled")])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            # It has left meanwhile.

    def _keep(self, known: Broadcast, changed: Broadcast) -> Broadcast | None:
        """Store a change; None where somebody else changed it, such as by a pause."""
        changed = replace(changed, version=known.version + 1)
        return changed if self._broadcasts.save(changed, known) else None

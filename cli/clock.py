"""The time of a stage, where it allows that to be moved: for tests and rehearsals.

On the way to a later time every moment is stopped at when something is due, a message or a piece of long work, so that
the ticks that fall due run as they would have.
"""

from __future__ import annotations

import time
from itertools import islice

from chalicelib.clock import DAY
from chalicelib.errors import RelanceError
from chalicelib.storage.keys import DUE_SHARDS
from cli.connection import Stage

_POLL_S = 0.1
_SETTLED_POLLS = 3
_PATIENCE_S = 240


class ClockIsFixed(RelanceError):
    """The stage keeps the real time."""


class TickFailed(RelanceError):
    """The tick's function, or that of long work, ended in an error."""


class NotSettled(RelanceError):
    """The queue was not empty in time."""


class StageClock:
    """Moves a stage's time."""

    def __init__(self, stage: Stage) -> None:
        if not stage.settings.test_clock:
            raise ClockIsFixed(f"stage {stage.name!r} does not set TEST_CLOCK: its time cannot be moved")
        self._stage = stage
        self._services = stage.services()
        self._clock = self._services.movable_clock

    def now(self) -> int:
        """The stage's time, in epoch milliseconds."""
        return self._clock.now()

    def reset(self) -> int:
        """Back to the real time; returns it."""
        self._clock.reset()
        return self.now()

    def move_to(self, target: int) -> int:
        """Go to a time, running the ticks that fall due on the way; returns the time then."""
        reached, day = -1, self.now() // DAY
        while (due := self._next_due()) is not None and reached < due <= target:
            reached = due
            if due > self.now():
                self._clock.set(due)
            self._tick()
        self._clock.set(target)
        self._tick()
        if target // DAY > day:
            self._invoke("ExportDaysName")
        return self.now()

    def jump_to(self, target: int) -> int:
        """Go to a time at one step, there or back: what has fallen due on the way is done there; returns the time."""
        self._clock.set(target)
        self._tick()
        return self.now()

    def _next_due(self) -> int | None:
        services, far = self._services, self.now() * 2
        moments = [next((due.due_at for due in services.messages.due(shard, far)), None) for shard in range(DUE_SHARDS)]
        moments += [
            next((due.due_at for due in services.enrolments.due(place, far)), None) for place in range(DUE_SHARDS)
        ]
        moments += [job.due_at for job in islice(services.jobs.due(far), 1)]
        return min((moment for moment in moments if moment is not None), default=None)

    def _tick(self) -> None:
        if next(iter(self._services.jobs.due(self.now())), None):
            self._invoke("BackgroundName")
        self._invoke("TickName")
        self._wait_for_queue()

    def _invoke(self, output: str) -> None:
        answer = self._stage.client("lambda").invoke(FunctionName=self._stage.outputs[output], Payload=b"{}")
        if "FunctionError" in answer:
            raise TickFailed("the tick failed: its log says why")

    def _wait_for_queue(self) -> None:
        """Until the send queue has been empty for a few looks."""
        sqs, url = self._stage.client("sqs"), self._stage.outputs["SendQueueUrl"]
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        empty, deadline = 0, time.monotonic() + _PATIENCE_S
        while empty < _SETTLED_POLLS:
            if time.monotonic() > deadline:
                raise NotSettled(f"the send queue was not empty after {_PATIENCE_S} s")
            counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            empty = empty + 1 if not any(int(counts[name]) for name in names) else 0
            time.sleep(_POLL_S)

"""Everything that may go wrong around sending, at once: workers that die at any call, answers that are lost, a provider
that refuses or says nothing, orders that come twice, late and in any order, reports likewise.

Time moves between rounds only, so that what a worker does in one has one time, and limits can be held against the
provider's record to the millisecond.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import get_args

from chalicelib.errors import RelanceError
from chalicelib.messaging.receipts import NotYet
from chalicelib.sms_providers.contract import Accepted, FailureKind, Receipt, ReceiptState, SendError, Sms
from chalicelib.storage.send_queue import Order, decode
from chalicelib.wiring import Services
from tests.support.faults import Fault, FaultyClient, ProcessEnded
from tests.support.world import World

FAULTS: tuple[Fault, ...] = get_args(Fault)
REFUSALS: tuple[FailureKind, ...] = ("retryable", "retryable", "retryable", "rejected", "out_of_credit")
_REPORTS: tuple[tuple[ReceiptState, str | None], ...] = (
    ("sent", None),
    ("delivered", None),
    ("delivered", None),
    ("failed", "expired"),
)
_FATES = ("refuse", "lost", "ended", "ended", "silent", "gone")
Job = Callable[[Services], object]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One SMS that reached the provider."""

    sms: Sms
    at: int
    """By the world's clock."""
    claimed_from: float
    """By the machine's: when its claim was begun."""


class Worker:
    """A thread's container: a client of its own that fails now and then, and a new life after each death."""

    def __init__(self, world: World, seed: str, rate: float) -> None:
        self._world = world
        self._random = Random(seed)
        self._client = world.own_client()
        self.rate = rate
        self.last_transaction = 0.0
        self.services = self._new()

    def run(self, job: Job) -> bool:
        """Do one thing; whether it came to its end."""
        try:
            job(self.services)
        except ProcessEnded:
            self.services = self._new()
            return False
        except (RelanceError, NotYet):
            return False
        return True

    def _new(self) -> Services:
        return self._world.worker(FaultyClient(self._client, self._fault))

    def _fault(self, operation: str, _number: int) -> Fault | None:
        if operation == "transact_write_items":
            self.last_transaction = time.monotonic()
        return self._random.choice(FAULTS) if self._random.random() < self.rate else None


class AttackedProvider:
    """Takes, refuses, takes and says nothing, says nothing and takes nothing; `record` is what reached it."""

    name = "attacked"
    reaches_phones = False

    def __init__(self, world: World, *, idempotent: bool, seed: int) -> None:
        self.idempotent = idempotent
        self.rate = 0.4
        self.record: list[HandedOver] = []
        self.calling = threading.local()
        self._known: dict[str, Sms] = {}
        self._world = world
        self._random = Random(seed)
        self._lock = threading.Lock()

    def send(self, sms: Sms) -> Accepted:
        with self._lock:
            fate = self._random.choice(_FATES) if self._fails() else "taken"
            if fate == "refuse":
                raise SendError(self._random.choice(REFUSALS))
            if fate == "silent":
                raise TimeoutError
            if fate == "gone":
                raise ProcessEnded
            self._take(sms)
        if fate == "lost":
            raise TimeoutError
        if fate == "ended":
            raise ProcessEnded
        return Accepted(f"attacked-{sms.message_id}", self.name)

    def _fails(self) -> bool:
        return self._random.random() < self.rate

    def _take(self, sms: Sms) -> None:
        known = self._known.get(sms.message_id)
        if self.idempotent and known:
            assert (known.to, known.sender, known.text) == (sms.to, sms.sender, sms.text), "the same key, another SMS"
            return
        self._known[sms.message_id] = sms
        worker: Worker = self.calling.worker
        self.record.append(HandedOver(sms, self._world.clock.now(), worker.last_transaction))


@dataclass
class Attack:
    """Rounds of work by several workers at once."""

    world: World
    provider: AttackedProvider
    random: Random
    workers: list[Worker]
    orders: list[Order] = field(default_factory=list)
    """On the queue, or coming back to it."""
    _reported: int = 0
    _reports: list[Receipt] = field(default_factory=list)

    def round(self, extra: Sequence[Job] = ()) -> None:
        """Two ticks at once, then every order, report and what else is asked for, in any order, by all workers."""
        self._work([lambda services: services.tick.run()] * 2)
        orders = [decode(record["body"]) for record in self.world.queue.drain()["Records"]]
        self.orders += [order for order in orders if isinstance(order, Order)]
        coming, self.orders = self._some(self.orders), []
        done: set[Order] = set()
        reports = self._due_reports()
        jobs = [self._send(order, done) for order in coming]
        jobs += [self._report(report) for report in reports]
        jobs += extra
        self.random.shuffle(jobs)
        self._work(jobs)
        # What a worker did not finish comes back, mostly; a few orders are lost for good, and a few come again.
        self.orders += [order for order in dict.fromkeys(coming) if order not in done and self.random.random() < 0.8]
        self.orders += [order for order in done if self.random.random() < 0.1]

    def calm_down(self) -> None:
        """Nothing goes wrong any more."""
        self.provider.rate = 0
        for worker in self.workers:
            worker.rate = 0

    def _work(self, jobs: Sequence[Job]) -> None:
        waiting: Iterator[Job] = iter(list(jobs))
        lock = threading.Lock()

        def work(worker: Worker) -> None:
            self.provider.calling.worker = worker
            while True:
                with lock:
                    job = next(waiting, None)
                if job is None:
                    return
                worker.run(job)

        with ThreadPoolExecutor(len(self.workers)) as pool:
            list(pool.map(work, self.workers))

    def _some(self, orders: Iterable[Order]) -> list[Order]:
        """Each once or twice."""
        return [order for order in orders for _ in range(1 if self.random.random() < 0.85 else 2)]

    def _send(self, order: Order, done: set[Order]) -> Job:
        def job(services: Services) -> None:
            services.dispatch.send(order.message, order.version, order.lease)
            done.add(order)

        return job

    def _due_reports(self) -> list[Receipt]:
        """Of what reached the provider since: some now, some later, some twice, some never, in any order."""
        for handed_over in self.provider.record[self._reported :]:
            sms = handed_over.sms
            for number in range(self.random.randrange(4)):
                state, reason = self.random.choice(_REPORTS)
                report = Receipt(
                    self.provider.name,
                    f"{sms.message_id}/{number}",
                    state,
                    handed_over.at + number,
                    message_id=sms.message_id,
                    reason=reason,
                )
                self._reports += [report] * self.random.choice((1, 1, 2))
        self._reported = len(self.provider.record)
        self.random.shuffle(self._reports)
        half = (len(self._reports) + 1) // 2
        due, self._reports = self._reports[:half], self._reports[half:]
        return due

    def _report(self, report: Receipt) -> Job:
        def job(services: Services) -> None:
            try:
                services.receipt_desk.apply(report)
            except (RelanceError, ProcessEnded):
                self._reports.append(report)  # The queue brings it again.
                raise

        return job


def attack(world: World, *, workers: int, idempotent: bool, seed: int, rate: float) -> Attack:
    """An attack on a world, whose provider it replaces."""
    provider = AttackedProvider(world, idempotent=idempotent, seed=seed)
    world.provider = provider  # type: ignore[assignment]
    made = [Worker(world, f"{seed}/{number}", rate) for number in range(workers)]
    return Attack(world, provider, Random(seed), made)

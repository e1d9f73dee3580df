"""A stage on which shoppers live: time that moves, a stream out of order, orders that come twice, workers that die."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, get_args

from chalicelib.clock import HOUR, MINUTE
from chalicelib.errors import RelanceError
from chalicelib.sms_providers.contract import Receipt, Sms
from chalicelib.storage import keys
from chalicelib.storage.codec import decode_item
from chalicelib.storage.send_queue import StepOrder, decode
from chalicelib.workers.send import on_orders
from tests.support.diary import Diary, Sent
from tests.support.faults import Fault, FaultyClient, ProcessEnded, at_call
from tests.support.stream import Record, Stream
from tests.support.world import World, new_client

FAULTS: tuple[Fault, ...] = get_args(Fault)
Act = Callable[[], None]


class AtTransaction:
    """A client that runs `meanwhile` before one of its transactions: between what was decided and what is written."""

    def __init__(self, client: Any, number: int, meanwhile: Act) -> None:
        self._client = client
        self._left = number
        self._meanwhile = meanwhile

    def __getattr__(self, operation: str) -> Any:
        if operation == "transact_write_items":
            self._left -= 1
            if self._left == -1:
                self._meanwhile()
        return getattr(self._client, operation)


class Town:
    """One thing at a time happens here, so that everything has its place in the diary."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random
        self.diary = Diary()
        self.calm = False
        """Nothing goes wrong any more, and nobody begins anything."""
        self.on_sms: Callable[[Sms], None] = lambda _sms: None
        self.on_worst_moment: Callable[[str, str], None] = lambda _advertiser, _person: None
        """Told whose SMS, by whom, is about to be made or claimed."""
        self._agenda: list[tuple[int, int, Act]] = []
        self._stream = Stream(world, new_client("dynamodbstreams", world.dynamodb.meta.endpoint_url))
        self._held_back: list[Record] = []
        world.provider.before = self._handed_over
        world.provider.after = self._and_then

    def later(self, at: int, act: Act) -> None:
        """Have something happen at a time (epoch ms)."""
        heapq.heappush(self._agenda, (at, len(self._agenda) + self.diary.next(), act))

    def live(self, until: int) -> None:
        """Let time pass to the next look of the schedule: what happens meanwhile, then what was due."""
        clock = self.world.clock
        while self._agenda and self._agenda[0][0] <= until:
            at, _, act = heapq.heappop(self._agenda)
            clock.advance(max(0, at - clock.now()))
            act()
            if self.random.random() < 0.3:
                self.follow()
        clock.advance(until - clock.now())
        self.follow()
        self.work()

    def follow(self) -> None:
        """The consumers follow what is new: late, twice, in any order but that of one item's changes, and dying."""
        while records := self._held_back + self._new_records():
            self._held_back = []
            for record in self._disordered(records):
                self._consume(record)
            if not self.calm:
                return

    def work(self) -> None:
        """What is due is ordered, now and then by two at once, and every order is carried out, in any order."""
        services = self.world.services
        services.due_steps.run()
        services.tick.run()
        while self.world.queue.entries:
            records = self.world.queue.drain()["Records"]
            self.random.shuffle(records)
            for record in records:
                for _ in range(2 if self._happens(0.1) else 1):
                    self._carry_out(record)

    def _happens(self, share: float) -> bool:
        return not self.calm and self.random.random() < share

    def _carry_out(self, record: Record) -> None:
        self.diary.begun = self.diary.next()
        services = self.world.services
        if self._happens(0.05):
            plan = at_call(self.random.randrange(16), self.random.choice(FAULTS))
            services = self.world.worker(FaultyClient(self.world.dynamodb, plan))
        elif self._happens(0.2) and (whose := self._whose(record)):
            number = self.random.randrange(2)
            client = AtTransaction(self.world.dynamodb, number, lambda: self.on_worst_moment(*whose))
            services = self.world.worker(client)
        with suppress(ProcessEnded):
            if not on_orders({"Records": [record]}, services)["batchItemFailures"]:
                return
        if self._happens(0.5):  # Otherwise the order is lost for good, and a lease has to bring it back.
            self.world.queue.send_message(QueueUrl="", MessageBody=record["body"])

    def _whose(self, record: Record) -> tuple[str, str] | None:
        """The advertiser, in whose own base everybody is here, and the person."""
        order = decode(record["body"])
        if isinstance(order, StepOrder):
            return keys.contact_of(order.enrolment[0])
        message = self.world.services.messages.get(order.message)
        return (message.advertiser, message.person) if message else None

    def _handed_over(self, sms: Sms) -> None:
        if self._happens(0.02):
            raise ProcessEnded  # Claimed, and nobody will ever know whether it left: it did not.
        number = self.diary.next()
        self.diary.sent.append(Sent(sms, self.world.clock.now(), self.diary.begun, number))

    def _and_then(self, sms: Sms) -> None:
        now = self.world.clock.now()
        for at in [now + self.random.randrange(HOUR)] * self.random.choice((1, 1, 2)):
            self.later(at, lambda: self._report(sms))
        self.on_sms(sms)
        if self._happens(0.02):
            raise TimeoutError
        if self._happens(0.02):
            raise ProcessEnded

    def _report(self, sms: Sms) -> None:
        now, name = self.world.clock.now(), self.world.provider.name
        report = Receipt(name, f"report-{sms.message_id}", "delivered", now, message_id=sms.message_id)
        try:
            self.world.services.receipt_desk.apply(report)
        except RelanceError:  # It came before the sender's own word: the queue brings it again.
            self.later(now + 5 * MINUTE, lambda: self._report(sms))

    def _new_records(self) -> list[Record]:
        found: list[Record] = []
        while records := self._stream.new_records():
            found += records
        return found

    def _disordered(self, records: list[Record]) -> list[Record]:
        """One item's changes stay in order; those of a few items come with the next look."""
        if self.calm:
            return records
        by_item: dict[str, list[Record]] = {}
        for record in records:
            by_item.setdefault(str(record["dynamodb"]["Keys"]), []).append(record)
        for item in [item for item in by_item if self._happens(0.03)]:
            self._held_back += by_item.pop(item)
        turns = [item for item, changes in by_item.items() for _ in changes]
        self.random.shuffle(turns)
        coming = [by_item[item].pop(0) for item in turns]
        again = [(place, record) for place, record in enumerate(coming) if self._happens(0.05)]
        for place, record in reversed(again):
            coming.insert(self.random.randint(place + 1, len(coming)), record)
        return coming

    def _consume(self, record: Record) -> None:
        if self._happens(0.02):
            plan = at_call(self.random.randrange(8), self.random.choice(FAULTS))
            broken = self.world.worker(FaultyClient(self.world.dynamodb, plan))
            with suppress(ProcessEnded, RelanceError):  # The stream hands the record out again.
                self._stream.replay([record], broken)
        self._stream.replay([record])
        if record["eventName"] == "INSERT":
            item = decode_item(record["dynamodb"]["NewImage"])
            if item.get("type") == "event":
                self.diary.followed.setdefault(item["id"], self.diary.next())

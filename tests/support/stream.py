"""The table's stream, followed as the template's event-source mappings say: their filters, then the workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.wiring import Services
from chalicelib.workers import stream as workers
from tests.support.template import stream_patterns
from tests.support.world import World

Record = dict[str, Any]
Consumer = Callable[[Mapping[str, Any], Services], None]

CONSUMERS: tuple[tuple[str, Consumer], ...] = (
    ("OnEventFromStream", workers.on_events),
    ("OnClickFromStream", workers.on_clicks),
    ("OnPersonFromStream", workers.on_people),
)


class Stream:
    """What has changed in a world's table since the last look."""

    def __init__(self, world: World, streams: Any) -> None:
        self._world = world
        self._streams = streams
        arn = world.dynamodb.describe_table(TableName=world.table)["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def new_records(self) -> list[Record]:
        """The records since the last look."""
        answer = self._streams.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        records: list[Record] = answer["Records"]
        return records

    def follow(self) -> list[Record]:
        """Let the consumers follow what is new, and what that changes in turn; returns all records."""
        followed: list[Record] = []
        while records := self.new_records():
            self.replay(records)
            followed += records
        return followed

    def replay(self, records: list[Record], services: Services | None = None) -> None:
        """Hand records to the consumers whose filters they pass."""
        for mapping, consume in CONSUMERS:
            patterns = stream_patterns(mapping)
            for record in records:
                if any(matches(pattern, record) for pattern in patterns):
                    consume({"Records": [record]}, services or self._world.services)


def matches(pattern: Any, value: Any) -> bool:
    """Whether a record passes a filter pattern, by the rules that the template's patterns need."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and matches(inner, value[name]) for name, inner in pattern.items()
        )
    return any(_alternative(alternative, value) for alternative in pattern)


def _alternative(alternative: Any, value: Any) -> bool:
    if isinstance(alternative, Mapping):
        ((rule, text),) = alternative.items()
        assert rule == "prefix", f"this filter rule is not known here: {rule}"
        return isinstance(value, str) and value.startswith(text)
    return bool(alternative == value)

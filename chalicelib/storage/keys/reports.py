"""What is counted, noted and exported."""

from __future__ import annotations

import time

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.table import Key

COUNTER_SHARDS = 8
DAYBOOK_SHARDS = 16
EXPORT_PREFIX = "EXPORT#"
EXPORTED_DAYS: Key = ("EXPORTED#", "DAYS")


def counter(scope: str, at: int, shard: int) -> Key:
    """One shard of a scope's counts in the hour of `at`."""
    partition, hour = counter_hour_shards(scope, at)
    return partition, f"{hour}{shard}"


def counter_hour_shards(scope: str, at: int) -> Key:
    """The partition and the beginning of the sort keys of all shards of a scope's hour."""
    return counter_partition(scope, at), f"{time.strftime('%H', time.gmtime(at // 1000))}#"


def counter_partition(scope: str, at: int) -> str:
    """All hours and shards of a scope's counts on the day (UTC) of `at`."""
    return f"COUNT#{scope}#{time.strftime('%Y%m%d', time.gmtime(at // 1000))}"


def counter_hour(sk: str) -> int:
    """The hour of the day (UTC) that an item of such a partition counts in."""
    return int(sk.partition("#")[0])


def counter_in_all(scope: str, shard: int) -> Key:
    """One shard of a scope's counts that are not told by hour."""
    return counter_in_all_partition(scope), str(shard)


def counter_in_all_partition(scope: str) -> str:
    """All shards of a scope's counts that are not told by hour."""
    return f"COUNT#{scope}#all"


def export(advertiser_id: str, export_id: str) -> Key:
    """An export that was asked for."""
    return advertiser_partition(advertiser_id), f"{EXPORT_PREFIX}{export_id}"


def daybook(at: int, shard: int) -> str:
    """A shard of what was noted on the day (UTC) of `at`."""
    return f"DAYBOOK#{time.strftime('%Y%m%d', time.gmtime(at // 1000))}#{shard}"


def daybook_line(noted: int, shard: int, owner: str, name: str) -> Key:
    """What one transaction told."""
    return daybook(noted, shard), f"{owner}#{noted:013d}#{name}"

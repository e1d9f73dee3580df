"""Segments and their members."""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import advertiser_partition
from chalicelib.storage.keys.audience import contact_partition, roster_shard
from chalicelib.storage.keys.table import Key

SEGMENT_PREFIX = "SEGMENT#"
MEMBER_OF_PREFIX = "IN#"


def segment(advertiser_id: str, segment_id: str) -> Key:
    """A segment of an advertiser's base."""
    return advertiser_partition(advertiser_id), f"{SEGMENT_PREFIX}{segment_id}"


def segment_size(segment_id: str) -> str:
    """The partition of the number of a segment's members."""
    return f"MEMBERS#{segment_id}"


def members(segment_id: str, shard: int) -> str:
    """A shard of a segment's members."""
    return f"MEMBERS#{segment_id}#{shard}"


def member(segment_id: str, person: str) -> Key:
    """That a person is in a segment."""
    return members(segment_id, roster_shard(person)), person


def member_of(base: str, person: str, segment_id: str) -> Key:
    """The same, where the contact's own things are."""
    return contact_partition(base, person), f"{MEMBER_OF_PREFIX}{segment_id}"

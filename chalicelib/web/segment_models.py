"""Bodies and answers of segments in the admin API."""

from __future__ import annotations

import json
from math import ceil, floor
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.audience.segment_lists import Listed, Named
from chalicelib.audience.segment_sample import Sample
from chalicelib.audience.segments import LARGEST_KEPT_BY_EVENTS, Rules
from chalicelib.messaging.shares import wilson
from chalicelib.storage.segments import Kind, Segment, State
from chalicelib.units import Count, Moment
from chalicelib.web.body import Body, Name, example
from chalicelib.web.message_models import Recipient

MOST_ROWS = 1_000


class NewSegment(Body):
    """A segment of the advertiser's own base: by rules, or, without them, filled by hand."""

    model_config = example({"name": "By hand"})

    name: Name
    rules: Rules | None = None


class SegmentRules(Body):
    """Rules whose segment is not made yet."""

    model_config = example({"rules": {"all": [{"fact": "contact.reachable", "value": True}]}})

    rules: Rules


class SegmentRows(Body):
    """People to put into a segment that is filled by hand, or to take out."""

    model_config = example({"add": [{"phone": "+33 6 39 98 00 01"}]})

    add: Annotated[list[Recipient], Field(max_length=MOST_ROWS)] = Field(default_factory=list)
    remove: Annotated[list[Recipient], Field(max_length=MOST_ROWS)] = Field(default_factory=list)


class RowRefused(TypedDict):
    """What is wrong with a row, counted from 0."""

    row: Count
    field: str
    rule: str
    message: str


class ListTaken(TypedDict):
    """What became of a list."""

    rows: Count
    changed: Count
    errors: list[RowRefused]


class MembersChanged(TypedDict):
    """What became of the two lists."""

    segment: str
    added: ListTaken
    removed: ListTaken


class MembersFound(TypedDict):
    """How many would belong: exact, or an estimate with the bounds that it lies in 95 times of a hundred."""

    people: Count
    at_least: Count
    at_most: Count


class SampleTold(TypedDict):
    """What a look at the base found."""

    contacts: Count
    looked_at: Count
    exact: bool
    """Whether everybody was looked at."""
    members: MembersFound


class SegmentTold(TypedDict):
    """A segment with its size."""

    segment: str
    name: str
    kind: Kind
    state: State
    rules: Rules | None
    """None where it is filled by hand."""
    created_at: Moment
    built_at: Moment | None
    """When all of the base was last gone through."""
    members: Count
    kept_by: NotRequired[Literal["events", "export"]]
    """How one with rules stays true in a base of this size: with each event, or by a daily export."""


def named(row: Recipient) -> Named:
    """Whom a row means."""
    return Named(row.phone, row.country, row.person, row.email, row.customer_id)


def listed_answer(listed: Listed) -> ListTaken:
    """What became of a list: each row that could not be, counted from 0, and how many were moved."""
    errors: list[RowRefused] = [
        {"row": one.row, "field": one.error.field, "rule": one.error.rule, "message": one.error.message}
        for one in listed.errors
    ]
    return {"rows": listed.rows, "changed": listed.changed, "errors": errors}


def sample_answer(sample: Sample) -> SampleTold:
    """How many would belong: exact where everybody was looked at, else an estimate with its bounds at 95 %."""
    exact = sample.looked_at >= sample.contacts
    found: MembersFound = {"people": sample.belong, "at_least": sample.belong, "at_most": sample.belong}
    if not exact:
        low, high = wilson(sample.belong, sample.looked_at) if sample.looked_at else (0.0, 1.0)
        people = round(sample.belong * sample.contacts / max(1, sample.looked_at))
        found = {"people": people, "at_least": floor(low * sample.contacts), "at_most": ceil(high * sample.contacts)}
    return {"contacts": sample.contacts, "looked_at": sample.looked_at, "exact": exact, "members": found}


def segment_answer(segment: Segment, members: int, base: int | None = None) -> SegmentTold:
    """A segment as the API tells it. `built_at` is when all of the base was last gone through (epoch ms).

    `kept_by` says how it stays true in a base of so many contacts, where that was asked.
    """
    told: SegmentTold = {
        "segment": segment.id,
        "name": segment.name,
        "kind": segment.kind,
        "state": segment.state,
        "rules": json.loads(segment.rules) if segment.rules else None,
        "created_at": segment.created_at,
        "built_at": segment.built_at or None,
        "members": members,
    }
    if base is not None and segment.kind == "rules":
        told["kept_by"] = "events" if base <= LARGEST_KEPT_BY_EVENTS else "export"
    return told

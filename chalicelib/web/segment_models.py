"""Bodies and answers of segments in the admin API."""

from __future__ import annotations

import json
from math import ceil, floor
from typing import Annotated, Any

from pydantic import Field

from chalicelib.audience.segment_lists import Listed, Named
from chalicelib.audience.segment_sample import Sample
from chalicelib.audience.segments import LARGEST_KEPT_BY_EVENTS, Rules
from chalicelib.messaging.shares import wilson
from chalicelib.storage.segments import Segment
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


def named(row: Recipient) -> Named:
    """Whom a row means."""
    return Named(row.phone, row.country, row.person, row.email, row.customer_id)


def listed_answer(listed: Listed) -> dict[str, Any]:
    """What became of a list: each row that could not be, counted from 0, and how many were moved."""
    errors = [
        {"row": one.row, "field": one.error.field, "rule": one.error.rule, "message": one.error.message}
        for one in listed.errors
    ]
    return {"rows": listed.rows, "changed": listed.changed, "errors": errors}


def sample_answer(sample: Sample) -> dict[str, Any]:
    """How many would belong: exact where everybody was looked at, else an estimate with its bounds at 95 %."""
    exact = sample.looked_at >= sample.contacts
    found: dict[str, int] = {"people": sample.belong, "at_least": sample.belong, "at_most": sample.belong}
    if not exact:
        low, high = wilson(sample.belong, sample.looked_at) if sample.looked_at else (0.0, 1.0)
        people = round(sample.belong * sample.contacts / max(1, sample.looked_at))
        found = {"people": people, "at_least": floor(low * sample.contacts), "at_most": ceil(high * sample.contacts)}
    return {"contacts": sample.contacts, "looked_at": sample.looked_at, "exact": exact, "members": found}


def segment_answer(segment: Segment, members: int, base: int | None = None) -> dict[str, Any]:
    """A segment as the API tells it. `built_at` is when all of the base was last gone through (epoch ms).

    `kept_by` says how it stays true in a base of so many contacts, where that was asked.
    """
    told: dict[str, Any] = {
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

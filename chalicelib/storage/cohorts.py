"""What became of what began in an hour: of visits, of journeys that people began, of SMS, of a shop's orders.

A thing is counted in the hour in which it began, whenever something happens to it: a receipt, a click or a refund that
comes late moves the counts of the hour that it belongs to. So whatever is asked for, the stages of a thing add up.
Other counts (storage/counters.py) stand in the hour in which something happened.

The kinds share a scope, each in its own lane of shards, since a transaction may write an item once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import HOUR
from chalicelib.storage import counters
from chalicelib.storage.counters import Counters, Labels, label
from chalicelib.storage.messages import Message
from chalicelib.storage.table import Update

Kind = Literal["visit", "journey", "sms", "order"]
_LANES: Mapping[Kind, int] = {"visit": 0, "journey": 1, "sms": 2, "order": 3}
_LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Cohort:
    """What something is counted with: all of a kind and of the same labels that began in the same hour."""

    kind: Kind
    advertiser: str
    labels: Labels
    """Of a journey its id; of an SMS its class, what led to it and its campaign; of a visit and an order the site."""
    at: int
    """When it began, or was bought (epoch ms)."""

    def moved(self, thing: str, by: Mapping[str, int]) -> Update:
        """The write that moves its counts. `thing` is whose they are: it chooses the shard."""
        names = {label(self.kind, self.labels, name): number for name, number in by.items()}
        return counters.moved(scope_of(self.advertiser), thing, self.at, names, lane=_LANES[self.kind])

    def names(self, by: Mapping[str, int]) -> dict[tuple[str, str, int], int]:
        """The same as counts to be moved together with others: scope, name and hour to number."""
        scope, hour = scope_of(self.advertiser), self.at - self.at % HOUR
        return {(scope, label(self.kind, self.labels, name), hour): number for name, number in by.items()}


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one cohort."""

    hour: int
    kind: Kind
    labels: Labels
    counts: Mapping[str, int]


def of_message(message: Message) -> Cohort:
    """With which SMS one is counted: those that were made in the same hour, for the same."""
    labels = (message.message_class, message.journey, (message.campaign or "")[:_LONGEST_LABEL])
    return Cohort("sms", message.advertiser, labels, message.created_at)


def made(message: Message) -> Update:
    """The write that counts a message that is made, to be made with it."""
    return of_message(message).moved(message.id, {"made": 1})


def cancelled(message: Message, reason: str) -> Update:
    """The write that counts that one was stopped before it left."""
    return of_message(message).moved(message.id, {f"cancelled.{reason}": 1})


def taken(message: Message) -> dict[str, int]:
    """What one counts for once a provider has it: its parts, and what it costs."""
    price = message.price
    cost = {f"cost.{price['currency']}": int(price["micro"])} if price else {"no_price": 1}
    return {"sent": 1, "parts": message.parts} | cost


def scope_of(advertiser: str) -> str:
    """Where an advertiser's cohorts are counted."""
    return f"{advertiser}/cohorts"


def read(counts: Counters, advertiser: str, since: int, until: int) -> list[Counted]:
    """The cohorts of the hours from `since` to `until`, both included: one read a day, whatever was counted."""
    found: dict[tuple[int, Kind, Labels], dict[str, int]] = {}
    for hour, told in counts.by_hour(scope_of(advertiser), since, until).items():
        for text, number in told.items():
            kind, *labels, name = json.loads(text)
            found.setdefault((hour, kind, tuple(labels)), {})[name] = number
    return [Counted(*key, told) for key, told in found.items()]

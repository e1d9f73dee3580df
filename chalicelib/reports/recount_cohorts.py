"""What the funnel's counts of SMS should be, told anew from the records of messages. Pure."""

from __future__ import annotations

import json
from collections import Counter

from chalicelib.clock import HOUR
from chalicelib.storage import cohorts
from chalicelib.storage.counters import label
from chalicelib.storage.messages import Message

_ENDED = frozenset({"refused", "cancelled", "expired"})


def of_message(message: Message, *, clicked: bool) -> Counter[tuple[str, int]]:
    """What one message counts for, in the hour in which it was made (docs/reports.md)."""
    cohort = cohorts.of_message(message)
    hour = cohort.at - cohort.at % HOUR
    told = _came_to(message) | {"clicked": int(clicked)}
    return Counter({(label(cohort.kind, cohort.labels, name), hour): number for name, number in told.items() if number})


def has_record(name: str) -> bool:
    """Whether records tell a count of the funnel: of SMS and orders; of visits and journeys the daybook does."""
    return name.startswith(('["sms"', '["order"'))


def is_of_orders(name: str) -> bool:
    """Whether it is an order that a count of the funnel is made of, and not the message that led to it."""
    return str(json.loads(name)[-1]).startswith(("conversion.", "revenue.", "refunded."))


def _came_to(message: Message) -> dict[str, int]:
    told = {
        "made": 1,
        "replied": int(message.replied_at > 0),
        "opposed": int(message.opposed_at > 0),
        "converted": int(message.purchases > 0),
        "delivered": int(message.state == "delivered"),
    }
    for step in message.history:
        if step.state == "deferred":
            told[f"deferred.{step.reason}"] = told.get(f"deferred.{step.reason}", 0) + 1
    if message.sent_at:
        told |= {"sent": 1, "parts": message.parts}
        price = message.price
        told |= {f"cost.{price['currency']}": int(price["micro"])} if price else {"no_price": 1}
    if message.state in _ENDED:
        told[f"{message.state}.{message.reason}"] = 1
    elif message.state == "failed":
        told[f"{'failed' if message.sent_at else 'not_taken'}.{message.reason}"] = 1
    return told

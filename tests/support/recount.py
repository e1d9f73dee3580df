"""What the table's records say that the reports' cohorts should hold: counted anew, by other code than counts them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chalicelib.clock import HOUR
from chalicelib.links.attribution import numbers
from chalicelib.reports.periods import clock_of
from chalicelib.storage import cohorts, conversions, enrolments, messages
from chalicelib.storage.messages import Message
from tests.support.shop import Shop

Place = tuple[Any, ...]
"""Kind, labels and hour."""


def kept(shop: Shop) -> dict[Place, Counter[str]]:
    """What is counted, whenever it began."""
    now = shop.world.clock.now()
    found: dict[Place, Counter[str]] = {}
    for one in cohorts.read(shop.world.services.counters, shop.advertiser.id, now - 40 * 24 * HOUR, now):
        counts = Counter({name: number for name, number in one.counts.items() if number})
        if counts:
            found[one.kind, one.labels, one.hour] = counts
    return found


def recounted(shop: Shop) -> dict[Place, Counter[str]]:
    """The same from records: messages, clicks, orders, journeys' runs, events. Nobody may have been erased."""
    found: dict[Place, Counter[str]] = {}

    def note(kind: str, labels: tuple[str, ...], at: int, counts: dict[str, int]) -> None:
        place = (kind, labels, at - at % HOUR)
        found.setdefault(place, Counter()).update({name: number for name, number in counts.items() if number})

    items = shop.world.items()
    of_type = {
        kind: [item for item in items if item.get("type") == kind] for kind in ("message", "click", "conversion")
    }
    made = {item["id"]: messages.from_item(item) for item in of_type["message"]}
    opened = {item["message"] for item in of_type["click"] if item.get("class") == "person"}
    for message in made.values():
        if message.advertiser == shop.advertiser.id:
            labels = (message.message_class, message.journey, message.campaign or "")
            note("sms", labels, message.created_at, _came_to(message, clicked=message.id in opened))
    for item in of_type["conversion"]:
        order = conversions.from_item(item)
        if order.advertiser != shop.advertiser.id or order.purchase is None:
            continue
        note("order", (order.site,), order.purchase.at, numbers(order))
        led = made.get(order.attribution.message) if order.attribution else None
        if led:
            note("sms", (led.message_class, led.journey, led.campaign or ""), led.created_at, numbers(order))
    for item in items:
        if item.get("type") == "enrolment" and item["advertiser"] == shop.advertiser.id and item["run"]:
            run = enrolments.from_item(item)
            note("journey", (run.journey,), run.begun_at, _led_to(run))
    return found


def visits(shop: Shop) -> int:
    """Browsers by day: of what browsers have told."""
    events = [item for item in shop.world.items() if item.get("type") == "event" and item["via"] != "server"]
    zone = shop.advertiser.zone
    own = [item for item in events if item["site"] == shop.site.id]
    return len({(item["visitor"], clock_of(item["received"], zone).date()) for item in own})


def _came_to(message: Message, *, clicked: bool) -> dict[str, int]:
    counts = Counter({"made": 1, "clicked": int(clicked), "converted": int(message.purchases > 0)})
    counts |= {"replied": int(message.replied_at > 0), "opposed": int(message.opposed_at > 0)}
    counts.update(f"deferred.{step.reason}" for step in message.history if step.state == "deferred")
    if message.sent_at:
        counts |= {"sent": 1, "parts": message.parts}
        counts[f"cost.{message.price['currency']}" if message.price else "no_price"] = (
            message.price["micro"] if message.price else 1
        )
    match message.state:
        case "refused" | "cancelled" | "expired":
            counts[f"{message.state}.{message.reason}"] = 1
        case "failed":
            counts[f"{'failed' if message.sent_at else 'not_taken'}.{message.reason}"] = 1
        case "delivered":
            counts["delivered"] = 1
    return counts


def _led_to(run: enrolments.Enrolment) -> dict[str, int]:
    if any(ran.message for ran in run.ran):
        return {"begun": 1, "written_to": 1}
    if run.state == "active":
        return {"begun": 1}
    outcomes = [ran.outcome for ran in run.ran]
    reason = "held_out" if "held_out" in outcomes else run.reason or (outcomes or ["ended"])[-1]
    return {"begun": 1, f"nothing.{reason}": 1}

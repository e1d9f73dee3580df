"""What is exported: tables and their columns, and the rows that lines, messages and clicks become. Pure.

Pseudonymous: no phone, e-mail, name or text. A person is a `contact`, a keyed hash of advertiser and person that stands
nowhere else; of somebody who was erased there is none. Moments are epoch ms in UTC, money is in micro-units.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

from chalicelib.clock import HOUR
from chalicelib.storage.click_records import UTM
from chalicelib.storage.cohorts import scope_of
from chalicelib.storage.counters import breakdown
from chalicelib.storage.daybook import RECORDS, Entry, Line
from chalicelib.storage.exports import What
from chalicelib.storage.keys import is_shared, link_scope
from chalicelib.storage.messages import Message

TABLES: tuple[What, ...] = get_args(What)
Row = dict[str, Any]
Kind = Literal["string", "bigint"]

COLUMNS: Mapping[What, Mapping[str, Kind]] = {
    "events": {
        "id": "string",
        "noted_at": "bigint",
        "hour": "bigint",
        "scope": "string",
        "dimension": "string",
        "label_1": "string",
        "label_2": "string",
        "label_3": "string",
        "name": "string",
        "number": "bigint",
        "message": "string",
        "record": "string",
    },
    "messages": {
        "message": "string",
        "made_at": "bigint",
        "class": "string",
        "state": "string",
        "reason": "string",
        "sent_at": "bigint",
        "ended_at": "bigint",
        "journey": "string",
        "campaign": "string",
        "step": "string",
        "variant": "string",
        "template": "string",
        "site": "string",
        "contact": "string",
        "country": "string",
        "parts": "bigint",
        "attempts": "bigint",
        "provider": "string",
        "cost_micro": "bigint",
        "currency": "string",
    },
    "clicks": {
        "click": "string",
        "clicked_at": "bigint",
        "class": "string",
        "reasons": "string",
        "message": "string",
        "link": "string",
        "device": "string",
        "country": "string",
        "since_sent_ms": "bigint",
        "utm_source": "string",
        "utm_medium": "string",
        "utm_campaign": "string",
    },
    "conversions": {
        "conversion": "string",
        "hour": "bigint",
        "noted_at": "bigint",
        "state": "string",
        "in_store": "bigint",
        "currency": "string",
        "confirmed_micro": "bigint",
        "unconfirmed_micro": "bigint",
        "refunded_micro": "bigint",
        "message": "string",
        "journey": "string",
        "utm_source": "string",
        "utm_medium": "string",
        "utm_campaign": "string",
    },
    "replies": {"id": "string", "noted_at": "bigint", "hour": "bigint", "intent": "string", "stop": "string"},
}
_ORDER = "ord_"
"""How a purchase is called in the daybook; in an export it has another name."""
_STATES = ("confirmed", "unconfirmed", "refunded")


def events(lines: Iterable[Line]) -> Iterator[Row]:
    """A row for each count that moved: their sum by name and hour is what the counter says."""
    for line in lines:
        name_of_line = line.place.rpartition("#")[2]
        for position, entry in enumerate(line.entries):
            for place, (name, number) in enumerate(sorted(entry.by.items())):
                scope, dimension, labels, counted = _placed(line.owner, entry.scope, name)
                first, second, third = (*labels, "", "", "")[:3]
                yield {
                    "id": f"{name_of_line}.{position}.{place}",
                    "noted_at": line.noted,
                    "hour": entry.at - entry.at % HOUR,
                    "scope": scope,
                    "dimension": dimension,
                    "label_1": first,
                    "label_2": second,
                    "label_3": third,
                    "name": counted,
                    "number": number,
                    "message": entry.message,
                    "record": "" if entry.record.startswith(_ORDER) else entry.record,
                }


def _placed(owner: str, scope: str, name: str) -> tuple[str, str, tuple[str, ...], str]:
    """What a count is of: kind of scope, dimension, labels, and the bare name."""
    if scope == owner:
        return "total", "", (), name
    if scope == RECORDS:
        return "record", "", (), name
    if scope in (breakdown(owner), scope_of(owner)):
        dimension, *labels, bare = json.loads(name)
        return ("breakdown" if scope == breakdown(owner) else "cohort"), dimension, tuple(labels), bare
    if scope.startswith(f"{owner}#"):
        return "campaign", "", (scope.removeprefix(f"{owner}#"),), name
    if scope.startswith(link_scope("")):
        return "link", "", (scope.removeprefix(link_scope("")),), name
    return "site", "", (scope,), name


def message(one: Message, contact: Callable[[str], str]) -> Row:
    """One message as it is now. `contact` says what its person is called in an export."""
    price = one.price or {}
    return {
        "message": one.id,
        "made_at": one.created_at,
        "class": one.message_class,
        "state": one.state,
        "reason": one.reason,
        "sent_at": one.sent_at or None,
        "ended_at": one.history[-1].at if one.history else None,
        "journey": one.journey,
        "campaign": one.campaign,
        "step": one.step,
        "variant": one.variant,
        "template": one.template,
        "site": one.site,
        "contact": contact(one.person) if one.person else "",
        "country": one.country,
        "parts": one.parts,
        "attempts": one.attempts,
        "provider": one.provider,
        "cost_micro": price.get("micro"),
        "currency": price.get("currency"),
    }


def click(item: Mapping[str, Any]) -> Row:
    """One click as the table holds it. A personal link's code opens somebody's page, and is left out."""
    facts, utm = item["facts"], item.get("utm") or {}
    return {
        "click": item["pk"].partition("#")[2],
        "clicked_at": facts["at"],
        "class": item["class"],
        "reasons": " ".join(item["reasons"]),
        "message": item["message"],
        "link": item["link"] if is_shared(item["link"]) else "",
        "device": item.get("device"),
        "country": facts.get("country"),
        "since_sent_ms": item.get("since_sent"),
        **{f"utm_{name}": utm.get(name) for name in UTM},
    }


def replies(lines: Iterable[Line]) -> Iterator[Row]:
    """A row for each text that came in, as it was read."""
    for line in lines:
        for position, entry in enumerate(line.entries):
            words = [name for name, number in entry.by.items() if number > 0 and entry.scope == line.owner]
            for intent in (name.removeprefix("reply.") for name in words if name.startswith("reply.")):
                yield {
                    "id": f"{line.place.rpartition('#')[2]}.{position}",
                    "noted_at": line.noted,
                    "hour": entry.at - entry.at % HOUR,
                    "intent": intent,
                    "stop": next((name.removeprefix("stop.") for name in words if name.startswith("stop.")), "no"),
                }


def conversions(lines: Iterable[Line], order: Callable[[str], str]) -> Iterator[Row]:
    """A row for each purchase, of all that lines say of it: what was told of it only ever adds up.

    `order` says what one is called in an export.
    """
    told: dict[str, list[tuple[Line, Entry]]] = {}
    for line in lines:
        for entry in line.entries:
            if entry.record.startswith(_ORDER):
                told.setdefault(entry.record, []).append((line, entry))
    for record, found in told.items():
        if row := _conversion(order(record), sorted(found, key=lambda one: one[0].noted)):
            yield row


def _conversion(record: str, found: list[tuple[Line, Entry]]) -> Row | None:
    sums: dict[tuple[str, str, tuple[str, ...], str], int] = {}
    hour = 0
    for line, entry in found:
        for name, number in entry.by.items():
            placed = _placed(line.owner, entry.scope, name)
            sums[placed] = sums.get(placed, 0) + number
            if placed[0] == "total":
                hour = entry.at - entry.at % HOUR
    total = {name: number for (scope, _, _, name), number in sums.items() if scope == "total" and number}
    state = next((state for state in _STATES if total.get(f"conversion.{state}")), None)
    doubt = next((name for name in total if name.startswith("conversion.not_attributed.")), "")
    if state is None and not doubt:
        return None
    labels = {
        dimension: labels
        for (scope, dimension, labels, name), number in sums.items()
        if scope == "breakdown" and number > 0 and name.startswith("conversion.")
    }
    utm = dict(zip(UTM, labels.get("utm", ()), strict=False))
    money = next((name for name in total if name.startswith(("revenue.", "refunded."))), "")
    currency = money.rpartition(".")[2]
    return {
        "conversion": record,
        "hour": hour,
        "noted_at": found[-1][0].noted,
        "state": state or doubt.removeprefix("conversion."),
        "in_store": total.get("conversion.in_store", 0),
        "currency": currency,
        "confirmed_micro": total.get(f"revenue.confirmed.{currency}", 0),
        "unconfirmed_micro": total.get(f"revenue.unconfirmed.{currency}", 0),
        "refunded_micro": total.get(f"refunded.{currency}", 0),
        "message": found[-1][1].message,
        "journey": next(iter(labels.get("journey", ())), ""),
        **{f"utm_{name}": utm.get(name, "") for name in UTM},
    }

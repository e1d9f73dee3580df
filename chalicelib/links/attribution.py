"""What a purchase is put down to, and what it counts for. Pure: the order of what was told makes no difference.

All that is told of a transaction is merged (`merged`), what it is put down to is decided from the whole (`attribute`),
and its figures follow from that (`figures`): whoever changes a conversion moves the counters by the difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from chalicelib.clock import HOUR
from chalicelib.storage import counters
from chalicelib.storage.click_records import campaign_of
from chalicelib.storage.clicks import LoggedClick
from chalicelib.storage.cohorts import Cohort
from chalicelib.storage.conversions import Conversion, Refund, Report
from chalicelib.storage.counters import breakdown, label
from chalicelib.storage.events import Event
from chalicelib.storage.keys import is_shared, link_scope

Reason = Literal[
    "window_over",
    "clicked_after",
    "not_a_person",
    "click_of_another",
    "unknown_click",
    "no_click",
]
"""Why no click is what a purchase is put down to, the most telling first.

Where somebody was named and led to no contact, that is the reason instead of `no_click`: one of matching's, or
`no_consent`. `erased`: the link's person was.
"""
_MOST_CLICKS, _MOST_REFUNDS = 20, 500

Figures = Mapping[tuple[str, str, int], int]
"""Scope, name and hour (epoch ms) of each count, to its number."""


@dataclass(frozen=True, slots=True)
class NotAttributed:
    """A purchase that is put down to nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of a transaction, beside its own params."""

    event: Event
    clicks: Collection[str] = ()
    contact: str | None = None
    doubt: str | None = None
    by_click: bool = False
    """Whether only a click on an SMS's link says that it is this contact."""


def merged(known: Conversion, told: Told) -> Conversion:
    """A conversion with one more event. Of two purchases of one source the earlier counts: a shop tells it again."""
    if known.erased:
        return known
    event = told.event
    if event.name == "refund":
        if len(known.refunds) >= _MOST_REFUNDS:
            return known
        return replace(known, refunds={**known.refunds, event.id: _refund(event)})
    followed = replace(
        known,
        clicks=_union(known.clicks, told.clicks)[:_MOST_CLICKS],
        contacts=_union(known.contacts, [told.contact] if told.contact else []),
        buyers=_union(known.buyers, [told.contact] if told.contact and not told.by_click else []),
        doubts=_union(known.doubts, [told.doubt] if told.doubt else []),
    )
    if event.via == "server":
        return replace(followed, server=_first(known.server, _report(event, event.time)))
    return replace(followed, browser=_first(known.browser, _report(event, event.received)))


def attribute(
    bought_at: int, clicks: Iterable[LoggedClick | None], advertiser: str, window_ms: int, doubts: Collection[str]
) -> LoggedClick | NotAttributed:
    """The last click of a person on a link of the advertiser, at most `window_ms` before the purchase.

    A click that nobody knows is None; `doubts` is why whoever was named led to no contact.
    """
    last: LoggedClick | None = None
    reasons: set[Reason] = set()
    for click in clicks:
        refusal = _refusal(click, bought_at, advertiser, window_ms)
        if refusal is not None:
            reasons.add(refusal)
        elif click and (last is None or (click.at, click.id) > (last.at, last.id)):
            last = click
    if last:
        return last
    told = next((reason for reason in get_args(Reason) if reason in reasons), None)
    return NotAttributed(told or (min(doubts) if doubts else "no_click"))


def figures(conversion: Conversion) -> Figures:
    """What a conversion counts for: in its advertiser's scope and breakdowns, its shop's, its link's and message's."""
    purchase = conversion.purchase
    if purchase is None or conversion.erased:
        return {}
    hour = purchase.at - purchase.at % HOUR
    scope, found, counted = conversion.advertiser, conversion.attribution, numbers(conversion)
    told = Cohort("order", scope, (conversion.site,), purchase.at).names(counted)
    if found is None:
        return told | {(scope, f"conversion.not_attributed.{conversion.reason}", hour): 1}
    split = breakdown(scope)
    for name, number in counted.items():
        told[scope, name, hour] = number
        told[split, label("utm", campaign_of(found.utm), name), hour] = number
        if found.journey:
            told[split, label("journey", (found.journey,), name), hour] = number
        if is_shared(found.link):
            told[link_scope(found.link), name, hour] = number
    if found.made_at:
        told |= Cohort("sms", scope, found.series, found.made_at).names(counted)
    return told


def stands(conversion: Conversion) -> str | None:
    """The message that a purchase is put down to, where it was not given back in whole and its person not erased."""
    if conversion.erased or not conversion.attribution or not conversion.attribution.message:
        return None
    counts = numbers(conversion) if conversion.purchase else {}
    stood = counts.keys() & {"conversion.confirmed", "conversion.unconfirmed"}
    return conversion.attribution.message if stood else None


def difference(before: Figures, after: Figures) -> dict[tuple[str, int], dict[str, int]]:
    """Scope and hour to the counts that have to move there."""
    moves: dict[tuple[str, int], dict[str, int]] = {}
    for (scope, name, hour), number in counters.difference(before, after).items():
        moves.setdefault((scope, hour), {})[name] = number
    return moves


def refunded(conversion: Conversion, value: int, currency: str) -> int:
    """How much of a purchase was given back, in its own money and at most the whole."""
    if any(refund.value is None for refund in conversion.refunds.values()):
        return value
    same = (refund.value or 0 for refund in conversion.refunds.values() if refund.currency in (None, currency))
    return min(value, sum(same))


def numbers(conversion: Conversion) -> dict[str, int]:
    """A browser's purchase alone is unconfirmed, and its money apart. What was given back is not revenue."""
    certainty = "confirmed" if conversion.server else "unconfirmed"
    told = [report for report in (conversion.server, conversion.browser) if report]
    priced = next((report for report in told if report.has_amount), None)
    if priced is None or priced.value is None or priced.currency is None:
        whole = any(refund.value is None for refund in conversion.refunds.values())
        counts = {"conversion.refunded" if whole else f"conversion.{certainty}": 1, "conversion.without_amount": 1}
    else:
        back = refunded(conversion, priced.value, priced.currency)
        gone = bool(conversion.refunds) and back == priced.value
        # The amount of a browser stays a browser's word, also where the back end says that there was a purchase.
        word = "confirmed" if priced is conversion.server else "unconfirmed"
        counts = {
            "conversion.refunded" if gone else f"conversion.{certainty}": 1,
            f"revenue.{word}.{priced.currency}": priced.value - back,
            f"refunded.{priced.currency}": back,
        }
        if any(refund.currency not in (None, priced.currency) for refund in conversion.refunds.values()):
            counts["conversion.refund_in_other_currency"] = 1
    if any(report.in_store for report in told):
        counts["conversion.in_store"] = 1
    return {name: number for name, number in counts.items() if number}


def _refusal(click: LoggedClick | None, bought_at: int, advertiser: str, window_ms: int) -> Reason | None:
    if click is None or click.link is None:
        return "unknown_click"
    if click.advertiser != advertiser:
        return "click_of_another"
    if click.click_class != "person":
        return "not_a_person"
    if click.at > bought_at:
        return "clicked_after"
    return "window_over" if bought_at - click.at > window_ms else None


def _report(event: Event, at: int) -> Report:
    value, currency = event.params.get("value"), event.params.get("currency")
    in_store, discounted = event.params.get("channel") == "store", bool(event.params.get("coupon"))
    return Report(at, event.id, value, currency, in_store, discounted)


def _first(known: Report | None, told: Report) -> Report:
    return min(known, told, key=lambda report: (report.at, report.event)) if known else told


def _refund(event: Event) -> Refund:
    """A refund's value, else its items' prices; without items the whole.

    Items without prices are worth nothing that could be told: as no money given back, which errs for the shop's sum.
    """
    value, items = event.params.get("value"), event.params.get("items") or ()
    if value is None and items:
        value = sum(item.get("price", 0) * item.get("quantity", 1) for item in items)
    return Refund(value, event.params.get("currency"))


def _union(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*known, *more}))

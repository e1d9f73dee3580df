"""What purchases came of, for the marketer: in sum, by journey and campaign, and one by one with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.storage.click_records import UTM
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.counters import Labels

if TYPE_CHECKING:
    from chalicelib.reports.counted_shapes import PurchaseTold
    from chalicelib.reports.shapes import Purchases, TrafficRow

REASONS = {
    "no_click": "nothing shows a click on one of your links: neither the browser nor the buyer's number",
    "unknown_click": "the click that was named is not known: not in the log, or made up",
    "click_of_another": "the click was on a link of another advertiser",
    "not_a_person": "the click was a machine's, such as a messenger's preview",
    "clicked_after": "the click came after the purchase",
    "window_over": "the last click was longer ago than the window allows",
    "no_consent": "the visitor refuses to be followed",
    "erased": "the person that the link was sent to has been erased",
    "no_matching_consent": "the person has not agreed to be matched",
    "unknown_identifier": "the identifier that came with the purchase leads to nobody in the base",
    "weak_evidence": "the site demands strong evidence of who a browser is",
    "used_by_another": "somebody else has been using the browser",
    "contradicts_strong_evidence": "the page names somebody else than strong evidence",
}


def totals(counts: Mapping[str, int]) -> Purchases:
    """Counts of an advertiser or of a part of it, as sums: purchases, and money in micro-units by currency."""
    return {
        "confirmed": {
            "purchases": counts.get("conversion.confirmed", 0),
            "revenue_micro": _money(counts, "revenue.confirmed."),
        },
        "unconfirmed": {
            "purchases": counts.get("conversion.unconfirmed", 0),
            "revenue_micro": _money(counts, "revenue.unconfirmed."),
        },
        "refunded": {
            "purchases": counts.get("conversion.refunded", 0),
            "amount_micro": _money(counts, "refunded."),
        },
        "in_store": counts.get("conversion.in_store", 0),
        "without_amount": counts.get("conversion.without_amount", 0),
    }


def not_attributed(counts: Mapping[str, int]) -> dict[str, int]:
    """How many purchases are put down to nothing, by reason."""
    return _under(counts, "conversion.not_attributed.")


def by_journey(split: Mapping[Labels, Mapping[str, int]]) -> dict[str, Purchases]:
    """The sums of each journey."""
    return {labels[0]: totals(counts) for labels, counts in sorted(split.items())}


def traffic(split: Mapping[Labels, Mapping[str, int]]) -> list[TrafficRow]:
    """Clicks, uniques and purchases of each campaign (source, medium, campaign), the busiest first."""
    rows = [_row(labels, counts) for labels, counts in sorted(split.items())]
    return sorted(rows, key=lambda row: -row["clicks"].get("person", 0))


def _row(labels: Labels, counts: Mapping[str, int]) -> TrafficRow:
    of = dict(zip(UTM, labels, strict=True))
    return {
        "source": of["source"],
        "medium": of["medium"],
        "campaign": of["campaign"],
        "clicks": _under(counts, "click.", ("person", "preview", "bot")),
        "unique_links": counts.get("click.unique_link", 0),
        "unique_contacts": counts.get("click.unique_contact", 0),
        **totals(counts),
    }


def purchases_of(message: str, conversions: Iterable[Conversion]) -> list[PurchaseTold]:
    """The purchases that are put down to a message."""
    return [told(each) for each in conversions if each.attribution and each.attribution.message == message]


def told(conversion: Conversion) -> PurchaseTold:
    """One purchase: what was said of it, and what it is put down to or why not. Names nobody."""
    found, purchase = conversion.attribution, conversion.purchase
    return {
        "transaction_id": conversion.transaction,
        "at": purchase.at if purchase else None,
        "confirmed": conversion.server is not None,
        "in_store": bool(purchase and purchase.in_store),
        "value_micro": purchase.value if purchase else None,
        "currency": purchase.currency if purchase else None,
        "refunds": len(conversion.refunds),
        "attributed_to": {
            "link": found.link,
            "message": found.message or None,
            "journey": found.journey or None,
            "utm": dict(found.utm),
            "clicked_at": found.clicked_at,
        }
        if found
        else None,
        "reason": conversion.reason,
        "sentence": _sentence(conversion),
    }


def _sentence(conversion: Conversion) -> str:
    if conversion.erased:
        return "It was counted; its person has been erased since."
    if conversion.purchase is None:
        return "A refund came, and no purchase yet."
    if conversion.attribution:
        word = "The back end confirms it." if conversion.server else "Only a browser says so: it is unconfirmed."
        return f"It is put down to the last click before it. {word}"
    reason = conversion.reason or ""
    return f"It is put down to no message: {REASONS.get(reason, reason)}."


def _money(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {currency: micro for currency, micro in _under(counts, prefix).items() if micro}


def _under(counts: Mapping[str, int], prefix: str, only: Iterable[str] = ()) -> dict[str, int]:
    wanted = set(only)
    found = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix) and n}
    return {name: n for name, n in found.items() if not wanted or name in wanted}

"""What rules can ask of a contact. Pure: what was read of it in, facts out; what is not known is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.audience.conditions import Fact, Facts
from chalicelib.audience.consents import consent
from chalicelib.audience.profile import Profile
from chalicelib.clock import DAY
from chalicelib.sms_providers.fiction import is_fictional
from chalicelib.storage.contacts import Contact, Purpose
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.events import Event
from chalicelib.storage.ledger import Ledger

_WINDOWS = (1, 7, 14, 30)
_MICRO = 1_000_000
_PURPOSES: tuple[Purpose, ...] = ("sms_marketing", "sms_notification", "matching")


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of one contact, as far as the rules need it."""

    contact: Contact
    profile: Profile | None = None
    """Opened only where a name or the number's country is asked for. Personal: in memory only."""
    ledger: Ledger | None = None
    purchases: Sequence[Conversion] = ()
    clicked_at: Sequence[int] = ()
    """Times of the person's own clicks (epoch ms)."""
    events: Sequence[Event] = field(default=())
    """Of the browsers that are tied to the contact."""


def facts_of(known: Known, groups: Iterable[str], now: int) -> Facts:
    """The facts of the groups that were asked for, as they are at `now` (epoch ms)."""
    found: dict[str, Fact] = {}
    for group in groups:
        found |= {f"{group}.{name}": value for name, value in _GATHER[group](known, now).items() if value is not None}
    return found


def department(postcode: str) -> str | None:
    """The French department that a postcode lies in; None for any other postcode.

    Its first two digits; three overseas; Corsica's two by the third digit (INSEE's codes 2A and 2B).
    """
    if len(postcode) != 5 or not postcode.isdigit():
        return None
    if postcode.startswith(("97", "98")):
        return postcode[:3]
    if postcode.startswith("20"):
        return "2A" if postcode[2] in "01" else "2B"
    return postcode[:2]


def _contact(known: Known, now: int) -> dict[str, Fact]:
    contact, profile = known.contact, known.profile
    facts: dict[str, Fact] = {f"fields.{name}": value for name, value in contact.fields.items()}
    return facts | {
        "first_name_known": bool(profile.first_name) if profile else None,
        "email_known": bool(profile.email) if profile else None,
        "language": contact.fields.get("language"),
        "days_since_act": _days(contact.acted_at, now),
        "reachable": not contact.unreachable_at,
    }


def _location(known: Known, _: int) -> dict[str, Fact]:
    fields = known.contact.fields
    written = fields.get("postcode")
    postcode = None if written is None else f"{written:05d}" if type(written) is int else str(written).strip()
    country = fields.get("country") or (known.profile and _country(known.profile.phone))
    return {
        "city": fields.get("city"),
        "postcode": postcode,
        "department": department(postcode) if postcode and country == "FR" else None,
        "country": country,
    }


def _consent(known: Known, _: int) -> dict[str, Fact]:
    contact = known.contact
    facts: dict[str, Fact] = {purpose: consent(contact, purpose, contact.base) is not None for purpose in _PURPOSES}
    return facts | {"opposed": known.ledger.opposition(contact.base) is not None if known.ledger else None}


def _history(known: Known, now: int) -> dict[str, Fact]:
    spent: dict[str, int] = {}
    latest = 0
    for conversion in known.purchases:
        purchase = conversion.purchase
        if purchase is None:
            continue
        latest = max(latest, purchase.at)
        if purchase.value is not None and purchase.currency:
            back = sum(_given_back(refund.value, purchase.value) for refund in conversion.refunds.values())
            spent[purchase.currency] = spent.get(purchase.currency, 0) + max(0, purchase.value - back)
    facts: dict[str, Fact] = {f"spent.{currency}": micro / _MICRO for currency, micro in spent.items()}
    return facts | {"purchases": len(known.purchases), "days_since_purchase": _days(latest, now)}


def _given_back(refund: int | None, whole: int) -> int:
    return whole if refund is None else refund


def _bought(known: Known, _: int) -> dict[str, Fact]:
    return _named([event for event in known.events if event.name == "purchase"])


def _pressure(known: Known, now: int) -> dict[str, Fact]:
    sends = known.ledger.sends if known.ledger else ()
    mine = [send.at for send in sends if send.advertiser == known.contact.base and send.message_class == "marketing"]
    return {**_in_windows("sends", mine, now), "days_since_send": _days(max(mine, default=0), now)}


def _clicks(known: Known, now: int) -> dict[str, Fact]:
    times = known.clicked_at
    windows = _in_windows("clicks", times, now)
    return {**windows, "count": len(times), "days_since_click": _days(max(times, default=0), now)}


def _visits(known: Known, now: int) -> dict[str, Fact]:
    latest: dict[str, int] = {}
    for event in known.events:
        latest[event.name] = max(latest.get(event.name, 0), event.received)
    facts: dict[str, Fact] = {f"days_since.{name}": _days(at, now) for name, at in latest.items()}
    facts["days_since"] = _days(max(latest.values(), default=0), now)
    return facts | _named([event for event in known.events if event.name == "view_item"])


def _named(events: Sequence[Event]) -> dict[str, Fact]:
    """Ids and categories of the items that events tell."""
    items = [item for event in events for item in event.params.get("items") or () if isinstance(item, Mapping)]
    ids = {str(item["item_id"]) for item in items if item.get("item_id")}
    categories = {str(item["item_category"]) for item in items if item.get("item_category")}
    return {"items": tuple(sorted(ids)) or None, "categories": tuple(sorted(categories)) or None}


def _in_windows(name: str, times: Sequence[int], now: int) -> dict[str, Fact]:
    return {f"{name}_{days}d": sum(now - days * DAY < at <= now for at in times) for days in _WINDOWS}


def _days(at: int, now: int) -> Fact:
    """Whole days since a moment; None where it never was."""
    return max(0, now - at) // DAY if at else None


def _country(phone: str) -> str | None:
    if is_fictional(phone):
        return "FR"
    import phonenumbers

    code: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    return code


_GATHER = {
    "contact": _contact,
    "location": _location,
    "consent": _consent,
    "history": _history,
    "bought": _bought,
    "pressure": _pressure,
    "clicks": _clicks,
    "visits": _visits,
}

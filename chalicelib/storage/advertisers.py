"""Advertisers and their sites."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chalicelib.clock import DAY, MINUTE
from chalicelib.storage import keys
from chalicelib.storage.caps import CapRule, from_items
from chalicelib.storage.codec import Item
from chalicelib.storage.kept import Kept
from chalicelib.storage.sending_hours import Agent, SendingHours, agent_from, sending_hours
from chalicelib.storage.table import Put, Table, Update

OPERATOR = "operator"

CART_TEMPLATE = (
    "{{ brand }}: bonjour{% if first_name %} {{ first_name }}{% endif %}, {{ product }} vous attend: {{ link }}"
)


@dataclass(frozen=True, slots=True)
class CartJourney:
    """The abandoned-cart journey's settings (mission.md, J1)."""

    delay_ms: int = 45 * MINUTE
    """How long a cart is left before the SMS is due."""
    reentry_ms: int = DAY
    """How long after an enrolment the same contact can be enrolled by a new cart."""
    expires_ms: int = DAY
    """How long after it was due a message still makes sense."""
    template: str = CART_TEMPLATE


AtCap = Literal["skip", "defer"]
"""What becomes of an SMS that is over a cap: it is not sent, or waits for the first moment that all windows allow."""
USUAL_CAPS = (CapRule(3),)


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What ends a day's or a campaign's marketing by itself."""

    stop_percent: int = 3
    """A campaign is paused when more than this share of its last 500 SMS was answered with a no; 0: never."""
    budget_micro: int | None = None
    """What may be spent in a day, in millionths of `currency`; None for any sum."""
    currency: str = "EUR"
    approve_people: int | None = None
    """A broadcast or a journey to more needs a second person's approval; None: to any number without."""
    approve_micro: int | None = None
    """So does one that may cost more, in millionths of `currency`."""


@dataclass(frozen=True, slots=True)
class Advertiser:
    """A shop's company: who signs the messages, and how many it may send."""

    id: str
    name: str
    brand: str
    """The name in the text of each SMS."""
    sender: str
    """What the phone shows in France where a message names no other sender; a STOP goes to it if it is a number."""
    caps: tuple[CapRule, ...] = USUAL_CAPS
    at_cap: AtCap = "skip"
    cart: CartJourney = field(default_factory=CartJourney)
    hours: SendingHours = field(default_factory=SendingHours)
    safeguards: Safeguards = field(default_factory=Safeguards)
    zone: str = "Europe/Paris"
    """Whose days and hours its reports are in: an IANA name."""
    margin_percent: int | None = None
    """What is left of its sales once the goods are paid for; None where it does not say."""
    attribution_ms: int = 5 * DAY
    """How long after a click a purchase is put down to it."""
    answer_target_ms: int = 5 * MINUTE
    """Within which a person who has written shall have a first answer: what is measured is shown against it."""
    agent: Agent | None = None
    """Who signs: a real person, who answers in its hours (messaging/agents.py). None: nobody does."""
    agent_name: bytes | None = None
    """That person's first name, sealed."""
    limits_chosen: bool = False
    """Whether somebody has saved its caps or its hours since it was made."""
    contact: str = ""
    """How the company is reached, as who texts CONTACT is told behind its name: an address, a phone, an e-mail."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web site of an advertiser."""

    id: str
    advertiser: str
    name: str
    origins: tuple[str, ...]
    """The origins (`https://shop.example`) that its pages are served from: browser events come from no other."""
    secret_hash: str
    """SHA-256 of the secret that its back end sends as a bearer token."""
    demand_strong: bool = False
    """Whether only strong evidence ties a browser to a contact: the back end's word, or a code."""
    optin: Mapping[str, Any] = field(default_factory=dict)
    """What its opt-in form has beside the usual: an incentive, preference fields (web/optin_settings.py)."""
    network: bool = False
    """Whether its visitors may be asked for the service's own cookie: the operator allows it."""
    sensitive: tuple[str, ...] = ()
    """The categories of which nothing is kept, as the shop writes them (tracking/sensitive.py)."""
    cart_url: str | None = None
    """The page on which a cart is there again, with `{items}` (messaging/cart_link.py)."""
    former_hash: str = ""
    """SHA-256 of the secret before."""
    former_until: int = 0
    """Until when that is good, too."""


class Advertisers:
    """Reads are cached for ten seconds in each container: a changed setting holds everywhere after that."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def get(self, advertiser_id: str) -> Advertiser | None:
        """One advertiser, or None."""
        item = self._kept.get(keys.advertiser(advertiser_id), absent=False)
        return advertiser_from(item) if item else None

    def each(self) -> Iterator[Advertiser]:
        """All of them, by a scan: for the operator's passes."""
        for item in self._table.scan(0, 1, keys.advertiser_partition("")):
            if item["type"] == "advertiser":
                yield advertiser_from(item)

    def site(self, site_id: str) -> Site | None:
        """One site, or None."""
        item = self._kept.get(keys.site(site_id), absent=False)
        return site_from(item) if item else None

    def save(self, advertiser: Advertiser) -> None:
        """Create or replace an advertiser."""
        key = keys.advertiser(advertiser.id)
        listed = keys.listed("advertisers", "", advertiser.id)
        self._table.put(Put(key, {"type": "advertiser", "v": 1} | listed | asdict(advertiser)))
        self._kept.forget(key)

    def limit(self, advertiser_id: str, caps: Iterable[CapRule], at_cap: AtCap) -> None:
        """Replace an advertiser's caps, and nothing else of it."""
        told = {"caps": [asdict(rule) for rule in caps], "at_cap": at_cap, "limits_chosen": True}
        self._change(advertiser_id, "SET #caps = :caps, #at_cap = :at_cap, #limits_chosen = :limits_chosen", told)

    def keep_hours(self, advertiser_id: str, hours: SendingHours) -> None:
        """Replace when an advertiser sends, and nothing else of it."""
        told = {"hours": asdict(hours), "limits_chosen": True}
        self._change(advertiser_id, "SET #hours = :hours, #limits_chosen = :limits_chosen", told)

    def report_in(self, advertiser_id: str, zone: str, margin_percent: int | None) -> None:
        """Replace what an advertiser's reports go by, and nothing else of it."""
        told = {"zone": zone, "margin_percent": margin_percent}
        self._change(advertiser_id, "SET #zone = :zone, #margin_percent = :margin_percent", told)

    def _change(self, advertiser_id: str, expression: str, values: Item) -> None:
        key = keys.advertiser(advertiser_id)
        self._table.update(Update(key, expression, values, "attribute_exists(pk)"))
        self._kept.forget(key)

    def save_site(self, site: Site) -> None:
        """Create or replace a site."""
        key = keys.site(site.id)
        listed = keys.listed("sites", site.advertiser, site.id)
        self._table.put(Put(key, {"type": "site", "v": 1} | listed | asdict(site)))
        self._kept.forget(key)

    def change_site(self, changed: Site, *names: str) -> None:
        """Write some attributes of a site, and nothing else of it: it was read up to ten seconds ago."""
        told = asdict(changed)
        values = {name: told[name] for name in names} | keys.listed("sites", changed.advertiser, changed.id)
        self._write_site(changed.id, ", ".join(f"#{name} = :{name}" for name in values), values)

    def rotate_site(self, site_id: str, secret_hash: str, until: int) -> None:
        """Give a site another secret; the one that it has now is good until then."""
        changes = "#former_hash = #secret_hash, #secret_hash = :new, #former_until = :until"
        self._write_site(site_id, changes, {"new": secret_hash, "until": until})

    def _write_site(self, site_id: str, changes: str, values: Item) -> None:
        key = keys.site(site_id)
        self._table.update(Update(key, f"SET {changes}", values, "attribute_exists(pk)"))
        self._kept.forget(key)


def digest(secret: str) -> str:
    """SHA-256 of a random secret: enough for one with 128 bits or more, which nobody can try out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def advertiser_from(item: Item) -> Advertiser:
    """An advertiser as the table holds it."""
    return Advertiser(
        id=item["id"],
        name=item["name"],
        brand=item["brand"],
        sender=item["sender"],
        caps=_caps(item),
        at_cap=item.get("at_cap", "skip"),
        cart=CartJourney(**item["cart"]),
        hours=sending_hours(item["hours"]) if "hours" in item else SendingHours(),
        zone=item.get("zone", "Europe/Paris"),
        margin_percent=item.get("margin_percent"),
        attribution_ms=item.get("attribution_ms", 5 * DAY),
        safeguards=Safeguards(**item.get("safeguards", {})),
        answer_target_ms=item.get("answer_target_ms", 5 * MINUTE),
        agent=agent_from(item["agent"]) if item.get("agent") else None,
        agent_name=item.get("agent_name"),
        limits_chosen=item.get("limits_chosen", False),
        contact=item.get("contact", ""),
    )


def _caps(item: Item) -> tuple[CapRule, ...]:
    """An advertiser once had one cap: marketing SMS, whoever sent them."""
    if "caps" in item:
        return from_items(item["caps"])
    return (CapRule(item["cap"]["messages"], item["cap"]["window_ms"]),)


def site_from(item: Item) -> Site:
    """A site as the table holds it."""
    return Site(
        id=item["id"],
        advertiser=item["advertiser"],
        name=item["name"],
        origins=tuple(item["origins"]),
        secret_hash=item["secret_hash"],
        demand_strong=item.get("demand_strong", False),
        optin=item.get("optin", {}),
        network=item.get("network", False),
        sensitive=tuple(item.get("sensitive", ())),
        cart_url=item.get("cart_url"),
        former_hash=item.get("former_hash", ""),
        former_until=item.get("former_until", 0),
    )

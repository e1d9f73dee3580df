"""What stands beside a conversation: who it is with, what was looked at and bought, what was sent, what was allowed.

Only what is the advertiser's own: a person of the partner base is known to other advertisers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.audience.profile import Profile, open_profile
from chalicelib.replies.spoken import open_phone
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.carts import Browsing, Contents, Product
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.enrolments import Enrolment, Enrolments
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages
from chalicelib.storage.ordered import Ordered, OrderedLog
from chalicelib.storage.table import Table
from chalicelib.storage.threads import Thread
from chalicelib.storage.visitors import Visitors
from chalicelib.vault import Vault

_MOST_MESSAGES = 20
_MOST_BROWSERS = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a conversation. Personal: in memory only."""

    profile: Profile
    contact: Contact | None
    ledger: Ledger
    visit: Browsing | None
    """Of the browser that was busy last."""
    messages: tuple[Message, ...]
    """The newest first."""
    orders: tuple[Ordered, ...]
    """The newest first."""
    journeys: tuple[Enrolment, ...]

    @property
    def product(self) -> Product | None:
        """What the conversation is likely about: what the last SMS named, else what was looked at."""
        named = next((message.product for message in self.messages if message.product), None)
        viewed = self.visit.viewed if self.visit else None
        return named or (Product(viewed.id, viewed.name, viewed.url) if viewed else None)

    @property
    def cart(self) -> Contents | None:
        """What was left in the cart, else what the last SMS about one named."""
        cart = self.visit.cart if self.visit else None
        return cart.contents if cart else next((message.cart for message in self.messages if message.cart), None)

    @property
    def order(self) -> str | None:
        """The shop's number for the newest order."""
        return self.orders[0].order if self.orders else None


class BesideReader:
    """Reads what stands beside a conversation, by what its contact refers to: never by a scan."""

    def __init__(
        self,
        *,
        table: Table,
        advertisers: Advertisers,
        contacts: Contacts,
        ledgers: Ledgers,
        messages: Messages,
        visitors: Visitors,
        ordered: OrderedLog,
        enrolments: Enrolments,
        vault: Vault,
    ) -> None:
        self._table = table
        self._advertisers = advertisers
        self._contacts = contacts
        self._ledgers = ledgers
        self._messages = messages
        self._visitors = visitors
        self._ordered = ordered
        self._enrolments = enrolments
        self._vault = vault

    def read(self, thread: Thread) -> Beside:
        """All of it."""
        base, person, own = thread.base, thread.person, thread.advertiser
        contact = self._contacts.get(base, person)
        profile = open_profile(self._vault, contact) if contact else Profile(open_phone(self._vault, thread))
        orders = [order for order in self._ordered.of_contact(base, person) if order.advertiser == own]
        return Beside(
            profile=profile,
            contact=contact,
            ledger=self._ledgers.get(person),
            visit=self._visit(thread),
            messages=tuple(self._sent(thread)),
            orders=tuple(sorted(orders, key=lambda order: -order.at)),
            journeys=tuple(one for one in self._enrolments.of_contact(base, person) if one.advertiser == own),
        )

    def _visit(self, thread: Thread) -> Browsing | None:
        seen: list[tuple[int, Browsing]] = []
        for place in self._references(thread, keys.BROWSER_PREFIX)[:_MOST_BROWSERS]:
            site_id, _, visitor_id = place.partition("#")
            site = self._advertisers.site(site_id)
            if site is None or site.advertiser != thread.advertiser:
                continue
            visitor = self._visitors.get(site_id, visitor_id)
            if visitor.tie and visitor.tie.person == thread.person:
                seen.append((visitor.browsing.active_at, visitor.browsing))
        return max(seen, key=lambda one: one[0])[1] if seen else None

    def _sent(self, thread: Thread) -> list[Message]:
        sent = self._messages.of_contact(thread.base, thread.person)
        return [message for message in sent if message.advertiser == thread.advertiser][:_MOST_MESSAGES]

    def _references(self, thread: Thread, prefix: str) -> list[str]:
        refs: Any = self._table.query(keys.contact_partition(thread.base, thread.person), prefix)
        return [str(ref["sk"]).removeprefix(prefix) for ref in refs]

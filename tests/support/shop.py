"""A shop with its customers, and what visitors do there. Every phone is one that France reserves for fiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR
from chalicelib.ids import new_id
from chalicelib.storage import cohorts, messages
from chalicelib.storage.advertisers import USUAL_CAPS, Advertiser, AtCap, CartJourney, Site, digest
from chalicelib.storage.caps import CapRule
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.messages import Message, Step
from chalicelib.tracking.collect import Caller, Result
from chalicelib.vault import identifier_digest
from tests.support.world import World

PHONES = tuple(f"+336399800{number:02d}" for number in range(100))
CAMILLE, MALIK, INES = PHONES[1:4]
ORIGIN = "https://shop.example"
PAGE = f"{ORIGIN}/lampe"
_numbers = count(1)


@dataclass
class Shop:
    """One advertiser with one site."""

    world: World
    advertiser: Advertiser
    site: Site
    secret: str

    @property
    def browser(self) -> Caller:
        """A page of the shop's own."""
        return Caller(origin=self.site.origins[0], bearer=None, gpc=False)

    @property
    def server(self) -> Caller:
        """The shop's back end."""
        return Caller(origin=None, bearer=self.secret, gpc=False)

    def contact(
        self,
        phone: str = CAMILLE,
        *,
        marketing: bool | None = True,
        matching: bool | None = True,
        base: str | None = None,
        advertisers: tuple[str, ...] = (),
        email: str | None = None,
        first_name: str | None = None,
        at: int | None = None,
    ) -> str:
        """Store a contact with the consents that it gave (None: never asked); returns the person."""
        now = self.world.clock.now()
        stated: dict[Purpose, bool | None] = {"sms_marketing": marketing, "matching": matching}
        given = {purpose: said for purpose, said in stated.items() if said is not None}
        statement = Statement(given, at or now - DAY, "checkout", advertisers=advertisers)
        arrival = Arrival(Profile(phone, email=email, first_name=first_name), statement)
        assert self.world.services.intake.take(base or self.advertiser.id, arrival) != "opposed"
        return self.world.services.vault.person(phone)

    def message(self, phone: str = CAMILLE, *, visitor: str | None = None, **changes: Any) -> Message:
        """Store a message that is on the queue, as the journey and the tick leave it."""
        now = self.world.clock.now()
        message = Message(
            id=new_id("msg", now),
            state="queued",
            version=1,
            message_class="marketing",
            advertiser=self.advertiser.id,
            site=self.site.id,
            journey="cart",
            base=self.advertiser.id,
            person=self.world.services.vault.person(phone),
            visitor=visitor,
            product=None,
            cart_at=now - HOUR,
            cart_changed_at=now - HOUR,
            created_at=now - HOUR,
            expires_at=now + DAY,
            due_at=now + HOUR,
            history=(Step("scheduled", now - HOUR),),
        )
        message = replace(message, **changes)
        self.world.services.messages.commit([messages.create(message), cohorts.made(message)])
        return message

    def stored(self, message: Message | str) -> Message:
        """A message as it is now."""
        found = self.world.services.messages.get(message if isinstance(message, str) else message.id)
        assert found is not None
        return found

    def tell(self, visitor: str | None, *names: str, caller: Caller | None = None, **told: Any) -> list[Result]:
        """Send events as a page does, or as `caller` does; `ids` and `params` hold for all of them."""
        body = self.body(visitor, *names, **told)
        return self.world.services.collector.batch(body, caller or self.browser)

    def body(
        self, visitor: str | None, *names: str, ids: Any = None, params: Any = None, at: int | None = None
    ) -> dict[str, Any]:
        """The body of `POST /e`, of events that happened `at`: now, where nothing is said."""
        events = [event(name, at or self.world.clock.now(), params) for name in names]
        body = {"site": self.site.id, "consent": "grant", "ids": ids or {}, "events": events}
        return body | ({"visitor": visitor} if visitor else {})


def open_shop(
    world: World,
    *,
    brand: str = "Lumen",
    sender: str = "36123",
    caps: tuple[CapRule, ...] = USUAL_CAPS,
    at_cap: AtCap = "skip",
    cart: CartJourney | None = None,
) -> Shop:
    """Register an advertiser and its site."""
    now, number = world.clock.now(), next(_numbers)
    journey = cart or CartJourney(delay_ms=HOUR)
    advertiser = Advertiser(new_id("adv", now), "Lumen SAS", brand, sender, caps, at_cap, journey)
    secret = f"rs_{number:022d}"
    site = Site(new_id("site", now), advertiser.id, "Lumen", (ORIGIN,), digest(secret))
    world.services.advertisers.save(advertiser)
    world.services.advertisers.save_site(site)
    return Shop(world, advertiser, site, secret)


def event(name: str, time: int, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One event of a batch, with an id of its own."""
    return {"id": f"event-{next(_numbers):012d}", "event": name, "time": time, "params": params or {}}


def lamp(name: str | None = "Lampe Lune", url: str | None = PAGE) -> dict[str, Any]:
    """The params of a lamp that is put in the cart."""
    item = {"item_id": "lamp-1", "price": 49.9} | ({"item_name": name} if name else {})
    return {"items": [item]} | ({"page_location": url} if url else {})


def hashed(text: str) -> str:
    """What the snippet makes of a normalised phone or e-mail."""
    return identifier_digest(text)


def visitor_id() -> str:
    """A visitor that nobody has been yet."""
    return f"visitor-{next(_numbers):012d}"

"""What shoppers do in two shops, each with habits of its own: seeded. Ids and secrets are new each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.sms_providers.contract import InboundText, Sms
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.messages import Message
from chalicelib.web import redirect
from tests.support import gateway
from tests.support.diary import Done, Whom
from tests.support.onslaught import in_alsace
from tests.support.shop import PAGE, Shop, event, hashed, visitor_id
from tests.support.town import Town

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}
PREVIEW = {"User-Agent": "WhatsApp/2.23 facebookexternalhit/1.1"}
PURPOSES: tuple[Purpose, ...] = ("sms_marketing", "sms_notification", "matching")
_LAMPS = tuple({"item_id": f"lamp-{n}", "item_name": f"Lampe {n}", "price": 20 + 15 * n} for n in range(9))


@dataclass
class Browser:
    """One of a shopper's; some nobody logs in with."""

    visitor: str
    skew: int
    logged_in: bool


@dataclass
class Shopper:
    """A person with a phone."""

    phone: str
    name: str
    email: str
    sessions_a_day: float
    buys: float
    """How many of the filled carts."""
    clicks: float
    answers: float
    browsers: dict[str, list[Browser]] = field(default_factory=dict)
    """By site."""


class Traffic:
    """Everybody's doings between two moments."""

    def __init__(self, town: Town, shops: list[Shop], phones: list[str], until: int) -> None:
        self.town, self.shops, self.until = town, shops, until
        self._random, self._world, self._diary = town.random, town.world, town.diary
        self.shoppers = {self._world.services.vault.person(phone): self._shopper(phone) for phone in phones}
        town.on_sms, town.on_worst_moment = self._gets, self._of_all_times
        for shopper in self.shoppers.values():
            for shop in shops:
                self._signs_up(shopper, shop)
            self._lives(shopper)

    def _shopper(self, phone: str) -> Shopper:
        pick, number = self._random, phone[-4:]
        return Shopper(
            phone,
            f"Prénom{number}",
            f"client{number}@mail.example",
            pick.choice((0.3, 0.8, 1.5, 2.5)),
            pick.choice((0.1, 0.4, 0.8)),
            pick.choice((0, 0.4, 0.9)),
            pick.choice((0, 0.2, 0.6)),
            {shop.site.id: [self._browser(), self._browser()] for shop in self.shops},
        )

    def _browser(self) -> Browser:
        return Browser(visitor_id(), self._random.randint(-2 * MINUTE, 2 * MINUTE), self._random.random() < 0.8)

    def _signs_up(self, shopper: Shopper, shop: Shop) -> None:
        """Most agree to everything; a few were never asked."""
        if self._random.random() < 0.95:
            self._says(shopper, shop, {purpose: self._random.random() < 0.9 for purpose in PURPOSES})

    def _says(self, shopper: Shopper, shop: Shop, given: Mapping[Purpose, bool]) -> None:
        whom = self._whom(shopper, shop)
        if whom in self._diary.noes:
            return
        profile = Profile(shopper.phone, email=shopper.email, first_name=shopper.name)
        fields = {"postcode": "67000"} if in_alsace(shopper.phone) else {}
        statement = Statement(given, self._now, "account")
        assert self._world.services.intake.take(shop.advertiser.id, Arrival(profile, statement, fields)) != "opposed"
        number = self._diary.next()
        for purpose, said in given.items():
            self._diary.said[*whom, purpose].append((number, said))

    def _lives(self, shopper: Shopper) -> None:
        """Comes to a shop now and then, and changes its mind now and then."""
        at = self._now
        while (at := at + round(self._random.expovariate(shopper.sessions_a_day) * DAY)) < self.until:
            shop = self._random.choice(self.shops)
            self.town.later(at, lambda shop=shop: self._visits(shopper, shop))  # type: ignore[misc]
        if self._random.random() < 0.2:
            purpose, given = self._random.choice(PURPOSES), self._random.random() < 0.5
            shop = self._random.choice(self.shops)
            self.town.later(self._within(self.until - self._now), lambda: self._says(shopper, shop, {purpose: given}))

    @property
    def _now(self) -> int:
        return self._world.clock.now()

    def _within(self, ms: int) -> int:
        return self._now + self._random.randrange(1, max(2, ms))

    def _whom(self, shopper: Shopper, shop: Shop) -> Whom:
        return shop.advertiser.id, self._world.services.vault.person(shopper.phone)

    def _visits(self, shopper: Shopper, shop: Shop, browser: Browser | None = None, click: str | None = None) -> None:
        """Looks, fills, takes out again, goes to the checkout, buys: or leaves in between."""
        if self.town.calm:
            return
        pick = self._random
        browser = browser or pick.choice(shopper.browsers[shop.site.id])
        lamp, at = pick.choice(_LAMPS), self._now

        def then(name: str, lines: Mapping[str, Any] = lamp) -> None:
            nonlocal at
            at += pick.randrange(5 * SECOND, 8 * MINUTE)
            params = {"items": [lines], "currency": "EUR", "page_location": PAGE}
            self.town.later(at, lambda: self._tells(shopper, shop, name, params, browser))

        self._tells(shopper, shop, "page_view", {"page_location": PAGE}, browser, click=click)
        then("view_item")
        if pick.random() < 0.4:
            return
        then("add_to_cart")
        if pick.random() < 0.2:
            then("add_to_cart", pick.choice(_LAMPS))
        if pick.random() < 0.15:
            then("remove_from_cart")
        if pick.random() < 0.5:
            then("begin_checkout")
        if pick.random() < shopper.buys:
            at += pick.choice((MINUTE, 20 * MINUTE, 3 * HOUR, 20 * HOUR))
            self.town.later(at, lambda: self._buys(shopper, shop, lamp, browser))

    def _tells(
        self,
        shopper: Shopper,
        shop: Shop,
        name: str,
        params: Mapping[str, Any],
        browser: Browser | None = None,
        *,
        at: int | None = None,
        click: str | None = None,
    ) -> None:
        """A browser or the back end tells of something, now and then twice; the diary keeps what was accepted."""
        at = at or self._now
        named = browser is None or browser.logged_in
        ids = {"phone_sha256": hashed(shopper.phone)} if named else {}
        told = event(name, at + (browser.skew if browser else 0), params)
        body = shop.body(browser.visitor if browser else None, ids=ids | ({"click_id": click} if click else {}))
        body |= {"events": [told]}
        for _ in range(self._random.choice((1, 1, 1, 2))):
            (result,) = self._world.services.collector.batch(body, shop.browser if browser else shop.server)
            assert result.status == "accepted", result
        number, whom = self._diary.next(), self._whom(shopper, shop)
        self._diary.accepted[shop.site.id, name] += 1
        known = named and (browser is None or self._diary.agreed(whom, "matching"))
        done = Done(at, number, told["id"], browser.visitor if browser else None, known)
        if name in ("add_to_cart", "begin_checkout"):
            self._diary.fillings[whom].append(done)
        elif name == "purchase":
            self._diary.purchases[whom].append(done)
        elif name == "review_submitted":
            self._diary.reviews[shop.advertiser.id, str(params["transaction_id"])].append(done)

    def _buys(self, shopper: Shopper, shop: Shop, lamp: Mapping[str, Any], browser: Browser) -> None:
        """The browser tells, or the back end, late, or both; then the order goes its way."""
        pick, at, number = self._random, self._now, f"order-{self._diary.next()}"
        params = {"transaction_id": number, "items": [lamp], "value": lamp["price"], "currency": "EUR"}
        by_browser = pick.random() < 0.6
        if by_browser:
            self._tells(shopper, shop, "purchase", params, browser)
        for _ in range(pick.choice((1, 2)) if not by_browser else pick.choice((0, 1))):
            told_at = at + pick.choice((0, 10 * MINUTE, 5 * HOUR))
            self.town.later(told_at, lambda: self._tells(shopper, shop, "purchase", params, at=at))
        self._ordered(shopper, shop, number)

    def _ordered(self, shopper: Shopper, shop: Shop, number: str) -> None:
        """Paid, shipped, delivered, and what may come of it; told when it happens or much later, in any order."""
        pick, at = self._random, self._now

        def then(ms: int, name: str, **params: Any) -> None:
            nonlocal at
            at += pick.randrange(ms)
            happened = at
            told = params | {"transaction_id": number}
            told_at = happened + pick.choice((0, 0, MINUTE, 14 * HOUR))
            self.town.later(told_at, lambda: self._tells(shopper, shop, name, told, at=happened))

        then(HOUR, "order_updated", status="paid")
        if pick.random() < 0.1:
            then(DAY, "order_updated", status="cancelled")
            return
        then(DAY, "order_updated", status="shipped")
        then(DAY, "order_updated", status="delivered")
        if pick.random() < 0.3:
            then(6 * DAY, "review_submitted", rating=pick.randint(1, 5))
        elif pick.random() < 0.2:
            then(4 * DAY, "refund")

    def _gets(self, sms: Sms) -> None:
        """What follows on an SMS: a preview of its link, a click, an answer, a no. Nothing once the town is calm."""
        if self.town.calm:
            return
        pick = self._random
        message = self._world.services.messages.get(sms.message_id)
        assert message is not None
        shopper = self.shoppers[message.person]
        has_link = f"/{message.code}" in sms.text
        if has_link and pick.random() < 0.2:
            self.town.later(self._within(MINUTE), lambda: self._lands(message, PREVIEW))
        if has_link and pick.random() < shopper.clicks:
            self.town.later(self._within(5 * HOUR), lambda: self._clicks(shopper, message))
        if pick.random() < shopper.answers:
            say = pick.choice((*[self._replies] * 6, self._stops, self._unsubscribes))
            self.town.later(self._within(4 * HOUR), lambda: say(shopper, self._shop(message.advertiser)))

    def _shop(self, advertiser: str) -> Shop:
        return next(shop for shop in self.shops if shop.advertiser.id == advertiser)

    def _lands(self, message: Message, headers: Mapping[str, str]) -> None:
        self._opens(message, headers)

    def _opens(self, message: Message, headers: Mapping[str, str]) -> str:
        answer = redirect.handle(gateway.short_link(message.code or "", headers=headers), self._world.services)
        assert answer["statusCode"] == 302, "P5: who clicks lands"
        location = str(answer["headers"]["Location"])
        assert location.startswith("https://shop.example"), location
        return location

    def _clicks(self, shopper: Shopper, message: Message) -> None:
        """Lands, with the usual browser or the other one, and may go on from there."""
        shop = self._shop(message.advertiser)
        (click,) = parse_qs(urlsplit(self._opens(message, PHONE)).query)["rl_click"]
        self._visits(shopper, shop, self._random.choice(shopper.browsers[shop.site.id]), click)

    def _replies(self, shopper: Shopper, shop: Shop) -> None:
        """To the last SMS, whoever that was from."""
        person = self._world.services.vault.person(shopper.phone)
        sends = self._world.services.ledgers.get(person).sends
        last = [send for send in sends if send.at == max(other.at for other in sends)]
        self._receive(shopper, "Merci, je vais y réfléchir")
        if len(last) == 1:
            self._diary.replies[last[0].advertiser, person].append(Done(self._now, self._diary.next()))

    def _receive(self, shopper: Shopper, text: str) -> None:
        reply = InboundText(f"reply-{self._diary.next()}", shopper.phone, "36123", text)
        for _ in range(self._random.choice((1, 2))):
            self._world.services.inbound.receive(reply)

    def _stops(self, shopper: Shopper, shop: Shop) -> None:
        self._receive(shopper, "STOP")
        self._no(shopper)

    def _unsubscribes(self, shopper: Shopper, shop: Shop) -> None:
        person, advertiser = self._world.services.vault.person(shopper.phone), shop.advertiser.id
        counted = count(advertiser, person, self._now, "opposed.unsubscribe")
        self._world.services.ledgers.oppose(person, advertiser, Opposition(self._now, "unsubscribe"), counted)
        assert self._no(shopper, shop) == 1

    def _no(self, shopper: Shopper, *shops: Shop) -> int:
        """Write down to whom a no was recorded."""
        person, number, found = self._world.services.vault.person(shopper.phone), self._diary.next(), 0
        ledger = self._world.services.ledgers.get(person)
        for shop in shops or self.shops:
            if ledger.opposition(shop.advertiser.id):
                self._diary.noes.setdefault((shop.advertiser.id, person), number)
                found += 1
        return found

    def _of_all_times(self, advertiser: str, person: str) -> None:
        """What a shopper does in the very moment in which an SMS is made or claimed."""
        shopper, shop = self.shoppers[person], self._shop(advertiser)
        what = self._random.choice(("buys", "buys", "buys", "replies", "stops", "unsubscribes", "withdraws"))
        if what == "buys":
            params = {"transaction_id": f"order-{self._diary.next()}", "value": 20, "currency": "EUR"}
            self._tells(shopper, shop, "purchase", params)
            self.town.follow()
        elif what == "withdraws":
            self._says(shopper, shop, {self._random.choice(PURPOSES): False})
        else:
            {"replies": self._replies, "stops": self._stops, "unsubscribes": self._unsubscribes}[what](shopper, shop)

"""What is meant to be sent around Easter: three shops, their customers, and more messages than caps and hours allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, SECOND
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message
from chalicelib.storage.templates import Template
from tests.support.shop import Shop, open_shop
from tests.support.world import World

PARIS = ZoneInfo("Europe/Paris")
OPERATOR = (
    CapRule(6, 2 * DAY, classes=("marketing", "notification")),
    CapRule(3, 10 * HOUR, counts="parts"),
)
CAPS = (
    (CapRule(2, DAY, level="advertiser"), CapRule(1, 3 * HOUR, level="campaign", campaign="spring")),
    (CapRule(4, 2 * DAY), CapRule(3, DAY, level="advertiser", counts="parts")),
    (CapRule(1, 6 * HOUR, level="campaign"), CapRule(2, 5 * HOUR, level="advertiser", classes=("notification",))),
)
BUDGET_MICRO = 1_000_000
PART_MICRO = 50_000


@dataclass(frozen=True)
class EasterDays:
    """Friday is a holiday in Alsace-Moselle, Sunday and Monday are closed everywhere."""

    year: int

    @property
    def thursday(self) -> int:
        """Nine in the morning before it all, in epoch milliseconds."""
        day = easter(self.year) - timedelta(days=3)
        return int(datetime(day.year, day.month, day.day, 9, tzinfo=PARIS).timestamp()) * SECOND

    def is_closed(self, day: date, *, alsace: bool) -> bool:
        """Whether marketing has to wait for another day."""
        after = (day - easter(self.year)).days
        return day.weekday() == 6 or after in (0, 1) or (alsace and after == -2) or (day.month, day.day) == (5, 1)


def shops_of(world: World) -> list[Shop]:
    """Three advertisers, each with its own caps, what becomes of an SMS at them, and one with a budget."""
    world.services.operator_caps.save(OPERATOR)
    shops = []
    for caps, at_cap in zip(CAPS, ("defer", "skip", "defer"), strict=True):
        shop = open_shop(world, caps=caps, at_cap=at_cap)  # type: ignore[arg-type]
        world.services.sender_book.register(shop.advertiser, "FR", "38123", verified=True)
        long = "Bonjour, " + "une nouvelle collection vous attend en boutique, " * 4 + "voyez : {{ link }}"
        world.services.templates.save(shop.advertiser.id, Template("long", long, budget=2))
        told = "Bonjour, votre commande est en route."
        world.services.templates.save(
            shop.advertiser.id, Template("order", told, message_class="notification", journey="order_status")
        )
        shops.append(shop)
    budgeted = replace(shops[2].advertiser, safeguards=Safeguards(stop_percent=0, budget_micro=BUDGET_MICRO))
    world.services.advertisers.save(budgeted)
    return shops


def contact(world: World, shop: Shop, phone: str) -> None:
    """Everybody agreed to everything; every third lives in Alsace."""
    fields = {"postcode": "67000"} if in_alsace(phone) else {}
    given = {"sms_marketing": True, "sms_notification": True, "matching": True}
    said = Statement(given, world.clock.now() - DAY, "checkout")  # type: ignore[arg-type]
    world.services.intake.take(shop.advertiser.id, Arrival(Profile(phone), said, fields))


def in_alsace(phone: str) -> bool:
    return int(phone[-2:]) % 3 == 0


def intended(
    world: World, shops: list[Shop], phones: list[str], number: int, within: int, random: Random
) -> list[Message]:
    """Messages of every kind that fall due `within` a time, more of them than caps and hours allow."""
    made = []
    for position in range(number):
        shop, due_at = random.choice(shops), world.clock.now() + random.randrange(within)
        kind = random.choice(("cart", "cart", "long", "order"))
        changes = {
            "cart": {},
            "long": {"template": "long", "campaign": random.choice(("spring", "summer")), "site": None},
            "order": {"template": "order", "message_class": "notification", "journey": "order_status", "site": None},
        }[kind]
        made.append(
            shop.message(
                random.choice(phones),
                state="scheduled",
                due_at=due_at,
                expires_at=due_at + random.choice((2 * HOUR, DAY, 4 * DAY)),
                visitor=f"visitor-{position:012d}",
                **changes,
            )
        )
    return made

"""A month of a shop that does not exist, lived on the demo's stage: each picture of the console shows something.

Nothing is written into the table by hand. Browsers send events, SMS leave, links are followed, a back end tells of
orders, people answer, and the stage's clock is moved from four weeks ago to now. The shop's name says that it is
simulated; the same seed lives the same month.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any

from rich.progress import Progress

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.sms_providers.outbox import KeptSms
from chalicelib.wiring import Services
from cli.clock import StageClock
from cli.daytime import is_open
from cli.lampes_aurore import NAME, PAGES, LampesAurore
from cli.maison_lumen import admin, write_private
from cli.simulated_people import SimulatedPeople
from cli.visit import DemoFailed

DAYS = 28
_OPEN = range(9, 21)
_LOOKS = 3
"""How often the month is looked in on each day, at full hours of Paris's clock."""
_SALE = (14, 16, 19)
"""When, on the day of the flash sale: it leaves at the first."""
_AGENT = "Bonjour ! Oui, et nous livrons en 48 h. À votre écoute, Lou"
_PATIENCE_S = 90
_POLL_S = 0.05
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class LivedMonth:
    """What is kept of it from one run of the demo to the next."""

    advertiser: str
    key: str
    """A marketer's key for it: it opens the console."""


def lived(
    services: Services,
    clock: StageClock,
    origin: str,
    operator_key: str,
    kept: Path,
    days: int,
    say: Callable[[str], None],
) -> LivedMonth:
    """The month that the stage holds, lived now where it holds none. Raises DemoFailed."""
    with suppress(OSError, ValueError, TypeError):
        month = LivedMonth(**json.loads(kept.read_text()))
        if admin(month.key, "GET", f"{origin}/v1/advertisers/{month.advertiser}").status == HTTPStatus.OK:
            return month
    say(f"Living {days} days of “{NAME}”, so that the console has something to show (once; a few minutes)")
    shop = LampesAurore(services, origin, operator_key)
    with Progress(transient=True) as progress:
        task = progress.add_task("", total=days + 1)
        month = Month(services, clock, shop, kept.with_name("simulated-contacts.csv")).live(
            days, lambda day: progress.update(task, completed=day)
        )
    write_private(kept, asdict(month))
    return month


class Month:
    """The calendar: when who comes by, and what the shop itself does."""

    def __init__(self, services: Services, clock: StageClock, shop: LampesAurore, contacts: Path) -> None:
        self._services = services
        self._clock = clock
        self._shop = shop
        self._contacts = contacts
        self._random = Random(7)  # noqa: S311 - it has to be the same each time, and guards nothing
        self._people = SimulatedPeople(shop, self._random, clock.now)
        self._seen: set[str] = set()
        self._read_at = 0

    def live(self, days: int, tell: Callable[[int], None]) -> LivedMonth:
        """Live so many days, and what there is of today. `tell` hears of each day that is over. Raises DemoFailed."""
        end = int(time.time() * 1000)
        start = self._read_at = end - days * DAY
        self._clock.jump_to(start)
        self._shop.open()
        self._shop.load(self._people.base(), self._contacts, self._clock.now())
        midnights = [_midnight(start + day * DAY) for day in range(days + 1)]
        sale = next((one for one in midnights[max(1, days * 3 // 5) : -1] if _for_a_sale(one)), None)
        for day, midnight in enumerate(midnights):
            hours = _SALE if midnight == sale else sorted(self._random.sample(_OPEN, _LOOKS))
            for at in (midnight + hour * HOUR for hour in hours):
                if not start <= at < end:
                    continue
                self._clock.jump_to(at)
                self._look_in()
                if midnight == sale and at == sale + _SALE[0] * HOUR:
                    self._flash_sale()
            tell(day + 1)
        self._clock.reset()
        self._people.have_questions()
        return LivedMonth(self._shop.advertiser, self._shop.own("POST", "keys", {"name": "Visite guidée"})["key"])

    def _look_in(self) -> None:
        """What happens since the last look: people come by, SMS are read, somebody answers."""
        self._people.come_by()
        for sms in self._new_sms():
            self._people.read(sms)
        self._answer_conversations()
        self._wait(self._followed, "its visits were not followed")

    def _new_sms(self) -> list[KeptSms]:
        """What has come since the last look; the phones may have SMS of a month that broke off, also later ones."""
        now = self._clock.now()
        kept = [sms for sms in self._services.outbox.since(self._read_at) if sms.at <= now and sms.id not in self._seen]
        self._seen.update(sms.id for sms in kept)
        # An SMS may be kept a moment after its own.
        self._read_at = now - MINUTE
        return [sms for sms in kept if sms.direction == "out" and self._is_ours(sms)]

    def _is_ours(self, sms: KeptSms) -> bool:
        message = self._services.messages.get(sms.id)
        return message is not None and message.advertiser == self._shop.advertiser

    def _followed(self) -> bool:
        """Whether what a browser has sent last has come to its trail, behind which nothing waits."""
        visitor, at = self._people.newest
        return self._services.visitors.get(self._shop.site, visitor).browsing.active_at >= at

    def _answer_conversations(self) -> None:
        """The shop's agent answers whoever waits."""
        for one in self._shop.own("GET", "conversations?state=waiting")["conversations"]:
            if self._clock.now() - one["last_in_at"] < DAY:
                self._shop.answered(one["conversation"], _AGENT)

    def _flash_sale(self) -> None:
        """A text with a code to everybody, rehearsed and launched."""
        rules = {"all": [{"fact": "contact.first_name_known", "value": True}]}
        segment = self._shop.own("POST", "segments", {"name": "Tout le monde", "rules": rules})["segment"]
        self._until(lambda: self._shop.own("GET", f"segments/{segment}")["state"] == "ready")
        link = f"{PAGES}/panier?code={{code}}"
        plan = {"name": "24 h de lumière", "segment": segment, "template": "flash", "link": link}
        sale = f"broadcasts/{self._shop.own('POST', 'broadcasts', plan)['broadcast']}"
        self._shop.own("POST", f"{sale}/rehearse")
        self._until(lambda: self._told(sale)["rehearsal"] is not None)
        self._shop.own("POST", f"{sale}/approve")
        self._shop.own("POST", f"{sale}/launch")
        self._until(lambda: self._told(sale)["state"] == "done")

    def _told(self, sale: str) -> dict[str, Any]:
        told: dict[str, Any] = self._shop.own("GET", sale)
        return told

    def _until(self, look: Callable[[], bool]) -> None:
        """Let minutes pass until something is seen."""

        def a_minute_later() -> bool:
            self._clock.jump_to(self._clock.now() + MINUTE)
            return look()

        self._wait(lambda: look() or a_minute_later(), "its flash sale did not come to its end")

    def _wait(self, look: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not look():
            if time.monotonic() > deadline:
                raise DemoFailed(f"the simulated month broke off: {otherwise}")
            time.sleep(_POLL_S)


def _midnight(at: int) -> int:
    """The start of a day in Paris in winter, near enough for a demo."""
    return (at + HOUR) // DAY * DAY - HOUR


def _for_a_sale(midnight: int) -> bool:
    """Whether a flash sale has a working day's afternoon there."""
    at = midnight + _SALE[0] * HOUR
    return datetime.fromtimestamp(at / 1000, UTC).weekday() <= _FRIDAY and is_open(at)

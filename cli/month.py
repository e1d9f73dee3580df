"""A month of a shop that does not exist, lived on the demo's stage: each picture of the console shows something.

Nothing is written into the table by hand. Browsers send events, SMS leave, links are followed, a back end tells of
orders, people answer, and the stage's clock is moved from four weeks ago to now. The shop's name says that it is
simulated; the same seed lives the same month.
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from rich.progress import Progress

from chalicelib.audience import importing
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.ids import random_token
from chalicelib.messaging.profile import WEEKDAYS
from chalicelib.sms_providers.outbox import KeptSms
from chalicelib.vault import identifier_digest
from chalicelib.wiring import Services
from cli.clock import StageClock
from cli.daytime import is_open
from cli.maison_lumen import admin, write_private
from cli.visit import Answer, DemoFailed, ask

NAME = "Lampes Aurore (trafic simulé)"
DAYS = 28
_PEOPLE = 120
_FIRST_PHONE = 5000
"""Of the fictional numbers +33 6 39 98 00 00 to 99 99."""
_HOURS = (10.5, 14, 19)
"""When the month is looked in on, each day, by Paris's clock."""
_FLASH_SALE = (17, 14)
"""From which day on, at which of those hours, everybody gets a text: on the first on which marketing may be sent."""
_NAMES = (
    "Camille",
    "Malik",
    "Inès",
    "Théo",
    "Léa",
    "Yanis",
    "Chloé",
    "Hugo",
    "Sarah",
    "Louis",
    "Manon",
    "Adam",
    "Zoé",
    "Noé",
)
_COLUMNS = ("phone", "email", "first_name", "consent.sms_marketing", "consent.matching", "consent_at", "source")
_AGREED_AT = "2026-01-15T10:00:00+01:00"
_LAMPS = (("aurore", "Lampe Aurore", 89), ("boreale", "Suspension Boréale", 149), ("lune", "Veilleuse Lune", 59))
_ANSWERS = (
    "Bonjour, c’est livré en combien de temps ?",
    "Est-ce que la lampe existe en vert ?",
    "Merci beaucoup, je regarde ce soir !",
    "Ma commande est arrivée cassée",
    "Où est mon colis ?",
    "STOP",
    "L’ampoule est-elle fournie ?",
)
_AGENT = "Bonjour ! Oui, et nous livrons en 48 h. À votre écoute, Lou"
_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_LINK = re.compile(r"https?://\S+")
_PATIENCE_S = 90
_POLL_S = 0.05


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
    with Progress(transient=True) as progress:
        task = progress.add_task("", total=days)
        month = Month(services, clock, origin, operator_key, kept.parent).live(
            days, lambda day: progress.update(task, completed=day)
        )
    write_private(kept, asdict(month))
    return month


@dataclass
class _Person:
    """Somebody of the base, with a browser."""

    phone: str
    email: str
    visitor: str = field(default_factory=random_token)


class Month:
    """The shop, its people and what has been seen of their SMS."""

    def __init__(self, services: Services, clock: StageClock, origin: str, operator_key: str, folder: Path) -> None:
        self._services = services
        self._clock = clock
        self._origin = origin
        self._key = operator_key
        self._folder = folder
        self._random = Random(7)  # noqa: S311 - it has to be the same each time, and guards nothing
        self._advertiser = ""
        self._site = ""
        self._secret = ""
        self._shop = "https://lampes-aurore.example"
        self._people = [
            _Person(f"+3363998{_FIRST_PHONE + number}", f"client{number}@example.com") for number in range(_PEOPLE)
        ]
        self._seen: set[str] = set()
        self._orders = 0
        self._sold = False
        self._later: list[Callable[[], None]] = []
        self._newest = ("", 0)
        """Which browser has sent something last, and when."""

    def live(self, days: int, tell: Callable[[int], None]) -> LivedMonth:
        """Live so many days up to now. `tell` hears of each day that is over. Raises DemoFailed."""
        end = int(time.time() * 1000)
        start = end - days * DAY
        self._clock.jump_to(start)
        self._open()
        for day in range(days):
            for hour in _HOURS:
                at = _midnight(start + day * DAY) + int(hour * HOUR)
                if at >= end:
                    break
                self._clock.jump_to(at)
                self._hour(day, hour, quiet=day == days - 1)
            tell(day + 1)
        self._clock.reset()
        return LivedMonth(self._advertiser, self._own("POST", "keys", {"name": "Visite guidée"})["key"])

    def _open(self) -> None:
        """The account, with its base, codes and journey."""
        staffed = [{"open": "09:00", "close": "20:00", "days": list(WEEKDAYS[:6])}]
        made = self._admin(
            "POST",
            "/v1/advertisers",
            {
                "name": NAME,
                "brand": "Aurore",
                "sender": "36112",
                "contact": "Boutique simulée, bonjour@lampes-aurore.example",
                "agent": {"name": "Lou", "hours": staffed},
            },
        )
        self._advertiser = made["advertiser"]
        site = self._own("POST", "sites", {"name": "Boutique", "origins": [self._shop]})
        self._site, self._secret = site["site"], site["secret"]
        self._import()
        benefit = {"kind": "share", "percent": 10}
        pool = self._own("POST", "promo-pools", {"name": "Paniers", "benefit": benefit, "valid_for_h": 24})["pool"]
        self._own("POST", f"promo-pools/{pool}/codes", {"fill_up_to": 200})
        answers = {"closing_hour": 20, "promo_pool": pool}
        self._own("POST", "playbooks/abandoned_cart", {"language": "fr", "answers": answers, "start": True})
        held_out = self._own("GET", "journeys/abandoned_cart")["document"] | {"holdout": 10}
        self._own("PUT", "journeys/abandoned_cart", {"document": held_out})
        self._own("POST", "journeys/abandoned_cart/start")
        self._own("PUT", "templates/flash", {"text": "{{ first_name }}, 24 h de lumière : -20 % sur tout. {{ link }}"})

    def _import(self) -> None:
        path = self._folder / "simulated-contacts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(
                ["phone", "email", "first_name", "consent.sms_marketing", "consent.matching", "consent_at", "source"]
            )
            for number, person in enumerate(self._people):
                agreed = "no" if number % 12 == 0 else "yes"
                name = _NAMES[number % len(_NAMES)]
                rows.writerow(
                    [person.phone, person.email, name, agreed, "yes", "2026-01-15T10:00:00+01:00", "checkout"]
                )
        options = ImportOptions(base=self._advertiser)
        now = self._clock.now()
        importing.run(importing.file_opener(path), options, now, self._services.import_destination)
        path.unlink()

    def _hour(self, day: int, hour: float, *, quiet: bool) -> None:
        """What happens since the last look: SMS are read, people come by, somebody answers."""
        due, self._later = self._later, []
        for act in due:
            act()
        for sms in self._new_sms():
            self._read(sms)
        for _ in range(self._random.randint(1, 3)):
            self._look_around()
        for person in self._random.sample(self._people, self._random.choice((1, 1, 2, 3))):
            self._shop_around(person)
        if not self._sold and day >= _FLASH_SALE[0] and hour == _FLASH_SALE[1] and is_open(self._clock.now()):
            self._sold = True
            self._flash_sale()
        if not quiet:
            self._answer_conversations()
        self._wait(lambda: self._followed(*self._newest), "its visits were not followed")

    def _followed(self, visitor: str, at: int) -> bool:
        """Whether what a browser has sent last has come to its trail, behind which nothing waits."""
        return self._services.visitors.get(self._site, visitor).browsing.active_at >= at

    def _look_around(self) -> None:
        """Somebody whom nobody knows."""
        lamp = self._random.choice(_LAMPS)
        self._events(random_token(), [("page_view", {}), ("view_item", _basket(*lamp))], {})

    def _shop_around(self, person: _Person) -> None:
        """Somebody of the base, who may leave a cart, or buy at once."""
        basket = _basket(*self._random.choice(_LAMPS))
        moments = [("page_view", {}), ("view_item", basket)]
        left = self._random.random() < 0.7
        self._events(
            person.visitor,
            moments + [("add_to_cart", basket)] * left,
            {"email_sha256": identifier_digest(person.email)},
        )
        if left and self._random.random() < 0.25:
            self._buy(person, basket["value"])

    def _read(self, sms: KeptSms) -> None:
        """What a phone does with an SMS: it arrives or not, is opened, answered, or is the last."""
        self._seen.add(sms.id)
        person = next((one for one in self._people if one.phone == sms.phone), None)
        if person is None:
            return
        arrived = self._random.random() < 0.96
        self._form("/hooks/outbox/receipts", {"id": sms.id, "state": "delivered" if arrived else "unreachable"})
        if not arrived:
            return
        links = _LINK.findall(sms.text)
        link = next((one for one in links if "/u/" not in one), None)
        chance = self._random.random()
        if link and chance < 0.22:
            self._later.append(lambda: self._follow(person, link.rstrip(".,")))
        elif chance < 0.32:
            self._later.append(lambda: self._reply(sms, self._random.choice(_ANSWERS)))
        elif chance < 0.33 and (way_out := next((one for one in links if "/u/" in one), None)):
            self._form(f"/u/{way_out.rpartition('/')[2].rstrip('.,')}", {"action": "stop"})

    def _follow(self, person: _Person, link: str) -> None:
        """A click, a visit that came of it, and perhaps a purchase."""
        landed = ask("GET", link, None, {"User-Agent": _BROWSER, "Accept": "text/html"}).headers.get("Location", "")
        click = parse_qs(urlsplit(landed).query).get("rl_click", [""])[0]
        if not click:
            return
        basket = _basket(*self._random.choice(_LAMPS))
        self._events(
            person.visitor, [("page_view", {"page_location": landed}), ("view_item", basket)], {"click_id": click}
        )
        if self._random.random() < 0.4:
            self._buy(person, basket["value"], click)

    def _buy(self, person: _Person, value: int, click: str = "") -> None:
        """An order, which the shop's back end tells; some are given back."""
        self._orders += 1
        order = f"AUR-{self._orders:05}"
        who = {"click_id": click} if click else {}
        told = {
            "transaction_id": order,
            "value": value,
            "currency": "EUR",
            "channel": "web",
            "email": person.email,
        } | who
        self._conversion(told)
        if self._random.random() < 0.08:
            refund = told | {"event": "refund", "id": f"refund-{order}-00000000"}
            self._later.append(lambda: self._conversion(refund))

    def _reply(self, sms: KeptSms, text: str) -> None:
        self._form(
            "/hooks/outbox/replies", {"id": f"{sms.id}-reply", "from": sms.phone, "to": sms.sender, "text": text}
        )

    def _answer_conversations(self) -> None:
        """The shop's agent answers whoever waits."""
        for one in self._own("GET", "conversations?state=waiting")["conversations"]:
            self._own("POST", f"conversations/{one['conversation']}/messages", {"text": _AGENT}, may_fail=True)

    def _flash_sale(self) -> None:
        """A text to everybody, rehearsed and launched."""
        rules = {"all": [{"fact": "contact.first_name_known", "value": True}]}
        segment = self._own("POST", "segments", {"name": "Tout le monde", "rules": rules})["segment"]
        self._until(lambda: self._own("GET", f"segments/{segment}")["state"] == "ready")
        plan = {"name": "24 h de lumière", "segment": segment, "template": "flash", "link": f"{self._shop}/promo"}
        sale = self._own("POST", "broadcasts", plan)["broadcast"]
        self._own("POST", f"broadcasts/{sale}/rehearse")
        self._until(lambda: self._own("GET", f"broadcasts/{sale}").get("rehearsal") is not None)
        self._own("POST", f"broadcasts/{sale}/approve")
        self._own("POST", f"broadcasts/{sale}/launch")
        self._until(lambda: self._own("GET", f"broadcasts/{sale}")["state"] == "done")

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

    def _new_sms(self) -> list[KeptSms]:
        newest = reversed(self._services.outbox.newest())
        return [sms for sms in newest if sms.direction == "out" and sms.id not in self._seen]

    def _events(self, visitor: str, moments: list[tuple[str, dict[str, Any]]], ids: dict[str, str]) -> None:
        now, page = self._clock.now(), {"page_location": f"{self._shop}/lampes"}
        events = [{"id": random_token(), "event": name, "time": now, "params": page | told} for name, told in moments]
        message = {"site": self._site, "visitor": visitor, "consent": "grant", "ids": ids, "events": events}
        headers = {"Content-Type": "text/plain", "Origin": self._shop}
        _taken(ask("POST", f"{self._origin}/e", json.dumps(message), headers), "a simulated visit")
        self._newest = (visitor, now)

    def _conversion(self, told: Mapping[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        url = f"{self._origin}/v1/sites/{self._site}/conversions"
        _taken(ask("POST", url, json.dumps(told), headers), "a simulated order")

    def _form(self, path: str, fields: Mapping[str, str]) -> None:
        _taken(ask("POST", f"{self._origin}{path}", urlencode(fields), _FORM), path)

    def _own(self, method: str, path: str, body: Any = None, *, may_fail: bool = False) -> Any:
        return self._admin(method, f"/v1/advertisers/{self._advertiser}/{path}", body, may_fail=may_fail)

    def _admin(self, method: str, path: str, body: Any = None, *, may_fail: bool = False) -> Any:
        answer = admin(self._key, method, f"{self._origin}{path}", body)
        if not may_fail:
            _taken(answer, f"{method} {path}")
        return answer.json() if answer.body else None


def _basket(item: str, name: str, price: int) -> dict[str, Any]:
    line = {"item_id": item, "item_name": name, "item_category": "Lampes", "price": price, "quantity": 1}
    return {"currency": "EUR", "value": price, "items": [line]}


def _midnight(at: int) -> int:
    """The start of a day in Paris in winter, near enough for a demo."""
    return (at + HOUR) // DAY * DAY - HOUR


def _taken(answer: Answer, what: str) -> None:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise DemoFailed(f"{what} answers {answer.status}: {answer.body.decode(errors='replace')}")

"""The people of the simulated shop: how they come by, what they do with an SMS, and what they buy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qs, urlsplit

from chalicelib.ids import random_token
from chalicelib.sms_providers.outbox import KeptSms
from chalicelib.vault import identifier_digest
from cli.lampes_aurore import CART_PERCENT, LAMPS, SALE_PERCENT, LampesAurore, basket
from cli.visit import ask

_NUMBER = 240
_FIRST_PHONE = 5000
"""Of the fictional numbers +33 6 39 98 00 00 to 99 99."""
_NAMES = ("Camille", "Malik", "Inès", "Théo", "Léa", "Yanis", "Chloé", "Hugo", "Sarah", "Louis", "Manon", "Adam", "Zoé")
_NO = "STOP"
_ANSWERS = (
    "Bonjour, c’est livré en combien de temps ?",
    "Est-ce que la lampe existe en vert ?",
    "Merci beaucoup, je regarde ce soir !",
    "Ma commande est arrivée cassée",
    "Où est mon colis ?",
    _NO,
    "L’ampoule est-elle fournie ?",
)
_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
_PREVIEW = "WhatsApp/2.23.20.0"
_LINK = re.compile(r"https?://\S+[^\s.,]")
_CODE = re.compile(r"\bcode (\w{9})\b")


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody of the base, with a browser."""

    phone: str
    email: str
    visitor: str = field(default_factory=random_token)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a phone shows of an SMS."""

    link: str
    way_out: str
    code: str
    off: int
    """What the code takes off, in percent."""


class SimulatedPeople:
    """Everybody of the base, and those whom nobody knows."""

    def __init__(self, shop: LampesAurore, random: Random, now: Callable[[], int]) -> None:
        self._shop = shop
        self._random = random
        self._now = now
        self._people = {
            person.phone: person
            for person in (
                _Person(f"+3363998{_FIRST_PHONE + number}", f"client{number}@example.com") for number in range(_NUMBER)
            )
        }
        self._later: list[Callable[[], object]] = []
        self._reached: dict[str, KeptSms] = {}
        """The last SMS of each phone that one reached and that has not said no, in their order."""
        self.newest = ("", 0)
        """Which browser has sent something last, and when."""

    def base(self) -> Iterator[tuple[str, str, str, bool]]:
        """Phone, e-mail, first name, and whether they have agreed to SMS."""
        for number, person in enumerate(self._people.values()):
            yield person.phone, person.email, _NAMES[number % len(_NAMES)], number % 12 != 0

    def come_by(self) -> None:
        """A few hours of a shop: what was put off is done, some look around, some leave a cart."""
        due, self._later = self._later, []
        for act in due:
            act()
        for _ in range(self._random.randint(1, 3)):
            self._browse(random_token(), [("page_view", {}), ("view_item", basket(*self._random.choice(LAMPS)))], {})
        for person in self._random.sample(list(self._people.values()), self._random.randint(1, 5)):
            self._shop_around(person)

    def read(self, sms: KeptSms) -> None:
        """What a phone does with an SMS: it arrives or not, at once or late, is opened, answered, or is the last."""
        person = self._people.get(sms.phone)
        if person is None:
            return
        arrived, late = self._chance(0.96), self._chance(0.05)
        state = "delivered" if arrived else "unreachable"
        self._soon(lambda: self._shop.form("/hooks/outbox/receipts", {"id": sms.id, "state": state}), later=late)
        if arrived:
            self._reached.pop(sms.phone, None)
            self._reached[sms.phone] = sms
            self._act_on(person, sms, _shown(sms.text))

    def have_questions(self) -> None:
        """Some of those who got the last SMS write back, so that somebody waits for an answer."""
        for sms, text in zip(reversed(self._reached.values()), _ANSWERS[:3], strict=False):
            self._reply(sms, text, "question")

    def _reply(self, sms: KeptSms, text: str, what: str = "reply") -> None:
        if text == _NO:
            self._reached.pop(sms.phone, None)
        answer = {"id": f"{sms.id}-{what}", "from": sms.phone, "to": sms.sender, "text": text}
        self._shop.form("/hooks/outbox/replies", answer)

    def _act_on(self, person: _Person, sms: KeptSms, read: _Read) -> None:
        if read.link and self._chance(0.04):
            ask("GET", read.link, None, {"User-Agent": _PREVIEW})
        act = self._random.random()
        if read.link and act < (0.32 if read.code else 0.2):
            self._later.append(lambda: self._follow(person, read))
        elif read.code and act < 0.36:
            self._later.append(lambda: self._buy({"phone": person.phone}, read, at_the_till=True))
        elif act < 0.42:
            self._later.append(lambda: self._reply(sms, self._random.choice(_ANSWERS)))
        elif read.way_out and act < 0.435:
            self._reached.pop(sms.phone, None)
            self._shop.form(f"/u/{read.way_out}", {"action": "stop"})

    def _follow(self, person: _Person, read: _Read) -> None:
        """A click, a visit that came of it, and perhaps a purchase."""
        landed = ask("GET", read.link, None, {"User-Agent": _BROWSER, "Accept": "text/html"}).headers.get("Location")
        click = parse_qs(urlsplit(landed or "").query).get("rl_click", [""])[0]
        if not click:
            return
        moments = [("page_view", {"page_location": landed}), ("view_item", basket(*self._random.choice(LAMPS)))]
        self._browse(person.visitor, moments, {"click_id": click})
        if self._chance(0.55 if read.code else 0.35):
            self._buy({"email": person.email, "click_id": click}, read)

    def _shop_around(self, person: _Person) -> None:
        """Somebody of the base, who may leave a cart, or buy at once."""
        chosen = basket(*self._random.choice(LAMPS))
        left = self._chance(0.7)
        moments = [("page_view", {}), ("view_item", chosen), *([("add_to_cart", chosen)] if left else [])]
        self._browse(person.visitor, moments, {"email_sha256": identifier_digest(person.email)})
        if left and self._chance(0.2):
            self._buy({"email": person.email}, _Read("", "", "", 0))

    def _buy(self, who: dict[str, str], read: _Read, *, at_the_till: bool = False) -> None:
        """An order; some are given back."""
        price = self._random.choice(LAMPS)[2]
        sold = self._shop.sold(who, price * (100 - read.off) / 100, read.code, at_the_till=at_the_till)
        if self._chance(0.08):
            self._later.append(lambda: self._shop.gave_back(sold))

    def _browse(self, visitor: str, moments: list[tuple[str, dict[str, object]]], ids: dict[str, str]) -> None:
        now = self._now()
        self._shop.browsed(visitor, moments, ids, now)
        self.newest = (visitor, now)

    def _soon(self, act: Callable[[], object], *, later: bool) -> None:
        if later:
            self._later.append(act)
        else:
            act()

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _shown(text: str) -> _Read:
    links = _LINK.findall(text)
    link = next((one for one in links if "/u/" not in one), "")
    way_out = next((one.rpartition("/")[2] for one in links if "/u/" in one), "")
    code = found[1] if (found := _CODE.search(text)) else ""
    off = 0 if not code else SALE_PERCENT if re.search(rf"{SALE_PERCENT}\s?%", text) else CART_PERCENT
    return _Read(link, way_out, code, off)

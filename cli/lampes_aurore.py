"""“Lampes Aurore”, a shop that does not exist: its account, and what its pages and its back end tell the service."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalicelib.audience import importing
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.ids import random_token
from chalicelib.messaging.profile import WEEKDAYS
from chalicelib.wiring import Services
from cli.maison_lumen import admin
from cli.visit import Answer, DemoFailed, ask

NAME = "Lampes Aurore (trafic simulé)"
PAGES = "https://lampes-aurore.example"
LAMPS = (("aurore", "Lampe Aurore", 89), ("boreale", "Suspension Boréale", 149), ("lune", "Veilleuse Lune", 59))
CART_PERCENT, SALE_PERCENT = 10, 20
"""What the codes of the last cart message and of the flash sale take off."""
_JOURNEY = "journeys/abandoned_cart"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_COLUMNS = ("phone", "email", "first_name", "consent.sms_marketing", "consent.matching", "consent_at", "source")
_AGREED_AT = "2026-01-15T10:00:00+01:00"
_SALE = "{{ brand }} : {{ first_name }}, 24 h de lumière, {{ code.amount }} avec le code {{ code }} : {{ link }}"


class LampesAurore:
    """The shop, as the service knows it."""

    def __init__(self, services: Services, origin: str, operator_key: str) -> None:
        self._services = services
        self._origin = origin
        self._key = operator_key
        self._secret = self._agent = ""
        self._orders = 0
        self.advertiser = ""
        self.site = ""

    def open(self) -> None:
        """The account, with its codes, its texts, and a cart journey that compares two first texts and nothing."""
        staffed = [{"open": "09:00", "close": "20:00", "days": list(WEEKDAYS[:6])}]
        account = {
            "name": NAME,
            "brand": "Aurore",
            "sender": "36112",
            "contact": "Boutique simulée, bonjour@lampes-aurore.example",
            "agent": {"name": "Lou", "hours": staffed},
        }
        self.advertiser = self._admin("POST", "/v1/advertisers", account)["advertiser"]
        self.own("PUT", "hours", self.own("GET", "hours"))  # Chosen as they are: that step of the beginning is done.
        site = self.own("POST", "sites", {"name": "Boutique", "origins": [PAGES]})
        self.site, self._secret = site["site"], site["secret"]
        answers = {"closing_hour": 20, "promo_pool": self._pool("Paniers", CART_PERCENT)}
        self.own("POST", "playbooks/abandoned_cart", {"language": "fr", "answers": answers, "start": True})
        self.own("PUT", _JOURNEY, {"document": _compared(self.own("GET", _JOURNEY)["document"])})
        self.own("POST", f"{_JOURNEY}/start")
        self._agent = self.own("POST", "keys", {"name": "Lou", "role": "agent"})["key"]
        self.own("PUT", "templates/flash", {"text": _SALE, "promo_pool": self._pool("24 h de lumière", SALE_PERCENT)})

    def load(self, base: Iterable[tuple[str, str, str, bool]], path: Path, now: int) -> None:
        """Import who has agreed at the shop's checkout: phone, e-mail, first name, and whether to SMS as well."""
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_COLUMNS)
            for phone, email, name, agreed in base:
                rows.writerow([phone, email, name, "yes" if agreed else "no", "yes", _AGREED_AT, "checkout"])
        options = ImportOptions(base=self.advertiser)
        importing.run(importing.file_opener(path), options, now, self._services.import_destination)
        path.unlink()

    def browsed(self, visitor: str, moments: list[tuple[str, dict[str, Any]]], ids: dict[str, str], now: int) -> None:
        """What the snippet sends from a browser."""
        page = {"page_location": f"{PAGES}/lampes"}
        events = [{"id": random_token(), "event": name, "time": now, "params": page | told} for name, told in moments]
        message = {"site": self.site, "visitor": visitor, "consent": "grant", "ids": ids, "events": events}
        headers = {"Content-Type": "text/plain", "Origin": PAGES}
        _taken(ask("POST", f"{self._origin}/e", json.dumps(message), headers), "a simulated visit")

    def sold(
        self, who: Mapping[str, str], value: float, code: str = "", *, at_the_till: bool = False
    ) -> dict[str, Any]:
        """An order that is paid, told by the back end, with the promo code that it used; returns what was told."""
        self._orders += 1
        told = {
            "transaction_id": f"AUR-{self._orders:05}",
            "value": value,
            "currency": "EUR",
            "channel": "store" if at_the_till else "web",
            **who,
        }
        self._conversion(told)
        if code:
            used = {"order": told["transaction_id"], "channel": "till" if at_the_till else "web"}
            # A code may be over by then: the till says so, and the order stands all the same.
            self.own("POST", f"promo-codes/{code}/redemptions", used, may_fail=True)
        return told

    def gave_back(self, sold: Mapping[str, Any]) -> None:
        """The whole of an order."""
        self._conversion({**sold, "event": "refund", "id": f"refund-{sold['transaction_id']}-00000000"})

    def answered(self, conversation: str, text: str) -> None:
        """What the shop's agent writes back. Who has said STOP meanwhile gets nothing, as it should be."""
        url = f"{self._origin}/v1/advertisers/{self.advertiser}/conversations/{conversation}/messages"
        answer = admin(self._agent, "POST", url, {"id": random_token(), "text": text})
        if b'"missing"' in answer.body:
            _taken(answer, "an agent's answer")

    def form(self, path: str, fields: Mapping[str, str]) -> None:
        """What a phone or a page posts to the service."""
        _taken(ask("POST", f"{self._origin}{path}", urlencode(fields), _FORM), path)

    def own(self, method: str, path: str, body: Any = None, *, may_fail: bool = False) -> Any:
        """A request to the admin API, below the advertiser's address."""
        return self._admin(method, f"/v1/advertisers/{self.advertiser}/{path}", body, may_fail=may_fail)

    def _pool(self, name: str, percent: int) -> str:
        benefit = {"kind": "share", "percent": percent}
        pool: str = self.own("POST", "promo-pools", {"name": name, "benefit": benefit, "valid_for_h": 24})["pool"]
        self.own("POST", f"promo-pools/{pool}/codes", {"fill_up_to": 500})
        return pool

    def _conversion(self, told: Mapping[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        url = f"{self._origin}/v1/sites/{self.site}/conversions"
        _taken(ask("POST", url, json.dumps(told), headers), "a simulated order")

    def _admin(self, method: str, path: str, body: Any = None, *, may_fail: bool = False) -> Any:
        answer = admin(self._key, method, f"{self._origin}{path}", body)
        if not may_fail:
            _taken(answer, f"{method} {path}")
        return answer.json() if answer.body else None


def basket(item: str, name: str, price: int) -> dict[str, Any]:
    """One lamp, as GA4 names what is in a cart."""
    line = {"item_id": item, "item_name": name, "item_category": "Lampes", "price": price, "quantity": 1}
    return {"currency": "EUR", "value": price, "items": [line]}


def _compared(document: dict[str, Any]) -> dict[str, Any]:
    """The cart journey whose first SMS asks every other person a question, and tells the rest of the cart alone."""
    first, *rest = document["steps"]
    texts = first["texts"]
    variants = [{"id": "question", "share": 50, "texts": texts}, {"id": "simple", "share": 50, "texts": texts[-1:]}]
    return document | {"holdout": 10, "steps": [first | {"texts": [], "variants": variants}, *rest]}


def _taken(answer: Answer, what: str) -> None:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise DemoFailed(f"{what} answers {answer.status}: {answer.body.decode(errors='replace')}")

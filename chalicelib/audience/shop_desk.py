"""Takes what shop platforms tell of a site's orders, checkouts and products. A repeat changes nothing.

The buyer comes into the base before the events are stored: whoever follows them must find whom they are about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from chalicelib.audience import leads, normalise
from chalicelib.audience.intake import Arrival, Intake
from chalicelib.audience.order_contract import order_proof, order_statement
from chalicelib.audience.phones import parse_mobile
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import Clock
from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound, StorageUnavailable, TooLarge
from chalicelib.logs import log
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.catalogue import Catalogue, Product
from chalicelib.storage.counters import Counters
from chalicelib.storage.shop_sources import ShopSource, ShopSources
from chalicelib.tracking.collect import Collector, field_errors
from chalicelib.tracking.shops import platforms
from chalicelib.tracking.shops.told import Buyer, Happened, Notice, Said
from chalicelib.vault import Vault, identifier_digest

LARGEST_BODY = 1024 * 1024
"""Orders of a hundred lines take a third of it."""
_MOST_EVENTS = 100


class ShopDesk:
    """What shop platforms talk to."""

    def __init__(
        self,
        *,
        sources: ShopSources,
        advertisers: Advertisers,
        catalogue: Catalogue,
        collector: Collector,
        intake: Intake,
        counters: Counters,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._advertisers = advertisers
        self._catalogue = catalogue
        self._collector = collector
        self._intake = intake
        self._counters = counters
        self._vault = vault
        self._clock = clock

    def webhook(self, source_id: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Take one webhook; `headers` have names in lower case. Answers `accepted`, or why nothing follows from it.

        Raises NotFound, TooLarge, Forbidden, InvalidInput, or StorageUnavailable, where sending it again is right.
        Each but the first is counted for the site under `shop.<reason>`.
        """
        source = self._sources.get(source_id)
        site = self._advertisers.site(source.site) if source else None
        if source is None or site is None:
            raise NotFound("shop source")
        now, proof = self._clock.now(), hashlib.sha256(body).hexdigest()
        topic = platforms.topic_of(source, headers)
        try:
            if len(body) > LARGEST_BODY:
                raise TooLarge(f"at most {LARGEST_BODY} bytes")
            if platforms.is_ping(source, body):
                return "ping"
            leads.check_signed(
                self._vault, source, now, lambda secret: platforms.check(source, secret, body, headers, now)
            )
            notice = platforms.read(source, topic, _json(body), site, now)
        except (TooLarge, Forbidden, InvalidInput) as error:
            self._count(source, proof, _REFUSED[type(error)])
            raise
        except ValidationError as error:
            self._count(source, proof, "malformed")
            raise InvalidInput(field_errors(error)) from None
        log("shop_told", shop=source.id, topic=topic, ignored=notice.ignored, events=len(notice.happened))
        if notice.ignored:
            self._count(source, proof, f"ignored.{notice.ignored}")
            return notice.ignored
        self._take(source, notice, proof, now)
        self._count(source, proof, "accepted")
        return "accepted"

    def _take(self, source: ShopSource, notice: Notice, proof: str, now: int) -> None:
        for product in notice.products:
            self._catalogue.save(source.site, product, now)
        phone = self._phone(source, notice.buyer, proof)
        if notice.ordered and phone:
            number = notice.ordered.number
            signed = order_proof(self._vault, source.advertiser, number)
            statement = order_statement(signed, number, min(notice.ordered.at, now))
            if self._intake.take(source.advertiser, Arrival(_profile(phone, notice.buyer), statement)) == "opposed":
                self._count(source, proof, "buyer_opposed")
        if notice.said:
            self._hear(source, notice.said, notice.buyer.country or source.country, proof, now)
        ids = _identifiers(phone, notice.buyer)
        happened = self._categorised(source.site, notice.happened)
        for browsers in (True, False):
            events = [told for told in happened if told.browsers == browsers]
            visitor = notice.buyer.visitor if browsers else None
            self._tell(source, ids | ({"click_id": notice.buyer.click} if browsers else {}), visitor, events, now)

    def _tell(
        self, source: ShopSource, ids: Mapping[str, str | None], visitor: str | None, events: list[Happened], now: int
    ) -> None:
        known = {name: value for name, value in ids.items() if value}
        head: dict[str, Any] = {"site": source.site, "consent": "grant", "ids": known}
        head |= {"visitor": visitor} if visitor else {}
        for start in range(0, len(events), _MOST_EVENTS):
            some = events[start : start + _MOST_EVENTS]
            told = [{"id": e.id, "event": e.event, "time": min(e.time, now), "params": e.params} for e in some]
            for result in self._collector.told_by_back_end(head | {"events": told}, again=True):
                event = some[result.index]
                if result.status == "retry":
                    raise StorageUnavailable("an event was not stored")
                if result.errors:
                    rules = "; ".join(f"{error.field}: {error.rule}" for error in result.errors)
                    log("shop_event_rejected", shop=source.id, name=event.event, errors=rules)
                    self._count(source, event.id, f"rejected.{event.event}")

    def _categorised(self, site: str, happened: Sequence[Happened]) -> list[Happened]:
        """The events with the categories of their lines, which platforms leave to the catalogue.

        By them the collector leaves out what the site marks as sensitive.
        """
        lines = [line for told in happened for line in told.params.get("items") or ()]
        ids = list(dict.fromkeys(str(line["item_id"]) for line in lines if not line.get("item_category")))
        known: dict[str, Product] = {}
        for start in range(0, len(ids), _MOST_EVENTS):
            known |= self._catalogue.get_all(site, ids[start : start + _MOST_EVENTS])
        return [_with_categories(told, known) for told in happened]

    def _phone(self, source: ShopSource, buyer: Buyer, proof: str) -> str | None:
        """The buyer's first number that an SMS can reach, in E.164."""
        country = _country(buyer.country) or source.country
        found = (parse_mobile(phone, country) for phone in buyer.phones)
        phone = next((phone for phone in found if isinstance(phone, str)), None)
        if buyer.phones and phone is None:
            self._count(source, proof, "no_mobile")
        return phone

    def _hear(self, source: ShopSource, said: Said, country: str, proof: str, now: int) -> None:
        """Take what a buyer said of SMS marketing: a no always, a yes where it is known what was agreed to."""
        phone = parse_mobile(said.phone, _country(country) or source.country)
        if isinstance(phone, FieldError):
            return
        if said.given and source.wording is None:
            self._count(source, proof, "consent_without_wording")
            return
        evidence = {"shop": source.id, "level": said.level}
        statement = Statement(
            {"sms_marketing": said.given},
            min(said.at, now),
            "checkout",
            wording=source.wording if said.given else None,
            wording_hash=source.wording_hash if said.given else None,
            evidence=evidence,
        )
        outcome = self._intake.take(source.advertiser, Arrival(Profile(phone), statement))
        self._count(source, proof, f"consent.{outcome}")

    def _count(self, source: ShopSource, thing: str, what: str) -> None:
        self._counters.add(source.site, thing, self._clock.now(), f"shop.{what}")


_REFUSED: Mapping[type[Exception], str] = {TooLarge: "too_large", Forbidden: "bad_signature", InvalidInput: "not_json"}


def _with_categories(told: Happened, known: Mapping[str, Product]) -> Happened:
    if not told.params.get("items"):
        return told
    items = []
    for line in told.params["items"]:
        product = known.get(str(line["item_id"]))
        category = line.get("item_category") or (product.category if product else None)
        items.append({**line, "item_category": category} if category else line)
    return replace(told, params={**told.params, "items": items})


def _json(body: bytes) -> Any:
    try:
        payload = json.loads(body)
        json.dumps(payload, ensure_ascii=False).encode()  # Half a surrogate pair is no text.
    except (ValueError, RecursionError):
        raise InvalidInput([FieldError("body", "json", "send one JSON object in UTF-8")]) from None
    return payload


def _country(code: str | None) -> str | None:
    return code.upper() if code and len(code) == 2 and code.isascii() and code.isalpha() else None


def _email(buyer: Buyer) -> str | None:
    return normalise.email(buyer.email) if buyer.email else None


def _profile(phone: str, buyer: Buyer) -> Profile:
    return Profile(phone, email=_email(buyer), customer_id=buyer.customer_id)


def _identifiers(phone: str | None, buyer: Buyer) -> dict[str, str | None]:
    email = _email(buyer)
    return {
        "phone_sha256": identifier_digest(phone) if phone else None,
        "email_sha256": identifier_digest(email) if email else None,
        "customer_id": buyer.customer_id,
    }
